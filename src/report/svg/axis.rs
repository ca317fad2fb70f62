//! Ticks of an axis.

/// A round step such that about `wanted` of them make up a length: 1, 2, 2.5 or 5 times a power of ten.
fn step(length: f64, wanted: usize) -> f64 {
    let raw = length / wanted.max(1) as f64;
    let power = 10_f64.powf(raw.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= raw * (1.0 - 1e-9));
    round.unwrap_or(10.0) * power
}

/// Ticks from `low` to `high`, both finite, at round numbers.
pub fn ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    if !(high > low) {
        return vec![low];
    }
    let step = step(high - low, wanted);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// A tick as it is written: without what multiplication leaves in the last bits.
pub fn label(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.replacen('-', "\u{2212}", 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        ticks(low, high, 5).into_iter().map(label).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(0.0, 36.0), ["0", "10", "20", "30"]);
        assert_eq!(labels(0.0, 0.3), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(0.0, 50.0), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(labels(-1.0, 1.0), ["−1", "−0.5", "0", "0.5", "1"]);
        assert_eq!(labels(0.0, 0.0), ["0"]);
    }
}
