//! Numbers, names and units as people read them; tables on a terminal use the same.

use std::time::Duration;

use crate::audit::case_description::{CaseDescription, ParameterRange, PluginUse};

/// 92.5 %. All is written 100.0 % and nothing 0.0 %, and nothing else is: a share is never rounded to either.
pub fn percent(share: f64) -> String {
    format!("{} %", percent_number(share))
}

/// 92.5.
fn percent_number(share: f64) -> String {
    let shown = format!("{:.1}", 100.0 * share);
    match shown.as_str() {
        "100.0" if share < 1.0 => "99.9".to_owned(),
        "0.0" if share > 0.0 => "0.1".to_owned(),
        _ => shown,
    }
}

/// 94.6 to 98.0: an interval of shares in percent.
pub fn percent_interval([low, high]: [f64; 2]) -> String {
    let [low, high] = [low, high].map(|share| format!("{:.1}", 100.0 * share));
    format!("{low} to {high}")
}

/// 3, 0.5: a number as short as it can be written.
pub fn number(value: f64) -> String {
    format!("{value}")
}

/// Four significant digits at most, for numbers that were computed.
pub fn about(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return number(value);
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    trimmed(format!("{value:.digits$}"))
}

/// Two significant digits at most, for what is never twice the same.
pub fn rough(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return number(value);
    }
    let digits = (1 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    trimmed(format!("{value:.digits$}"))
}

/// A certified radius to four decimals, rounded down.
pub fn radius(value: f64) -> String {
    let shown = trimmed(format!("{:.4}", (value * 1e4).floor() / 1e4));
    match shown.parse::<f64>() {
        Ok(parsed) if parsed > value => {
            trimmed(format!("{:.4}", ((value * 1e4).floor() - 1.0).max(0.0) / 1e4))
        }
        _ => shown,
    }
}

/// Without zeros at the end of its decimals.
fn trimmed(text: String) -> String {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// 12,345.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// 1:02:05, or 2.5s below a minute.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// "1 image", "2 images".
pub fn count(number: u64, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A number in a unit: 36 px², 50°, 0.5.
pub fn quantity(value: &str, unit: &str) -> String {
    let value = value.replacen('-', "\u{2212}", 1);
    match unit_symbol(unit) {
        "" => value,
        "°" => format!("{value}°"),
        symbol => format!("{value} {symbol}"),
    }
}

/// A unit as it follows numbers.
fn unit_symbol(unit: &str) -> &str {
    match unit {
        "1" | "step" | "intensity" => "",
        "pixel" => "px",
        "pixel^2" => "px²",
        "degree" => "°",
        other => other,
    }
}

/// What radii measure, with its unit, as axes name it: "variance (px²)", "|angle| (degrees)".
pub fn axis(description: &CaseDescription) -> String {
    match &description.parameters[..] {
        [single] => {
            let (name, unit) = (&single.name, in_brackets(&single.unit));
            match (single.identity, single.low) {
                (0.0, 0.0) => format!("{name}{unit}"),
                (0.0, _) => format!("|{name}|{unit}"),
                (identity, _) => format!("|{name} \u{2212} {}|{unit}", number(identity)),
            }
        }
        _ => format!("radius ({} norm of the parameters)", norm(description)),
    }
}

fn in_brackets(unit: &str) -> String {
    match unit_symbol(unit) {
        "" => String::new(),
        "°" => " (degrees)".to_owned(),
        symbol => format!(" ({symbol})"),
    }
}

/// The norm of a case's radii.
pub fn norm(description: &CaseDescription) -> &'static str {
    use crate::certify::ranges::Norm;
    Norm::ALL.iter().find(|(_, norm)| *norm == description.norm).map_or("", |(name, _)| name)
}

/// A transformation's id in words, such that "every" may stand before them: "Gaussian blur".
pub fn transformation(id: &str) -> String {
    let own = match id {
        "brightness" | "contrast" | "gamma" => Some(format!("{id} change")),
        "brightness_contrast" => Some("change of brightness and contrast".to_owned()),
        "pixelate" => Some("pixelation".to_owned()),
        "pixelate_levels" => Some("pixelation by whole blocks".to_owned()),
        "onnx_transform" => Some("transformation by the ONNX graph".to_owned()),
        _ => None,
    };
    if let Some(words) = own {
        return words;
    }
    let word = |word: &str| match word {
        "gaussian" => "Gaussian".to_owned(),
        "jpeg" => "JPEG".to_owned(),
        "c" => "(ImageNet-C)".to_owned(),
        other => other.to_owned(),
    };
    id.split('_').filter(|part| !part.is_empty()).map(word).collect::<Vec<_>>().join(" ")
}

/// A plugin with its options: "gaussian (scale 0.5)".
pub fn plugin(plugin: &PluginUse) -> String {
    let option = |(name, value): &(String, String)| {
        let value = value.strip_suffix(".0").unwrap_or(value);
        format!("{name} {value}")
    };
    match &plugin.options[..] {
        [] => plugin.id.clone(),
        options => format!("{} ({})", plugin.id, options.iter().map(option).collect::<Vec<_>>().join(", ")),
    }
}

/// Where something lies in parameter space: "angle −12.3°".
pub fn point(description: &CaseDescription, xi: &[f64]) -> String {
    let one = |(parameter, value): (&ParameterRange, &f64)| {
        let sign = if *value < 0.0 { "-" } else { "" };
        format!("{} {}", parameter.name, quantity(&format!("{sign}{}", radius(value.abs())), &parameter.unit))
    };
    description.parameters.iter().zip(xi).map(one).collect::<Vec<_>>().join(", ")
}

/// "a", "a and b", "a, b and c".
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [single] => single.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(123), "123");
        assert_eq!(clock(Duration::from_millis(2500)), "2.5s");
        assert_eq!(clock(Duration::from_secs(125)), "2:05");
        assert_eq!(clock(Duration::from_secs(3725)), "1:02:05");
        assert_eq!(about(0.300_000_000_000_000_04), "0.3");
        assert_eq!(about(12345.6), "12346");
        assert_eq!(about(0.000_123_456), "0.0001235");
        assert_eq!(
            (rough(0.8647), rough(19.75), rough(0.0)),
            ("0.86".to_owned(), "20".to_owned(), "0".to_owned())
        );
        assert_eq!(count(1, "image"), "1 image");
    }

    #[test]
    fn only_all_is_100_percent() {
        assert_eq!(percent(0.966), "96.6 %");
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(percent(0.9996), "99.9 %");
        assert_eq!(percent(0.0001), "0.1 %");
        assert_eq!(percent(0.0), "0.0 %");
    }

    #[test]
    fn radii_are_rounded_down() {
        assert_eq!(radius(0.299_999), "0.2999");
        assert_eq!(radius(0.3), "0.3");
        assert_eq!(radius(50.0), "50");
        for step in 0..1000 {
            let value = f64::from(step) * 0.000_1;
            assert!(radius(value).parse::<f64>().unwrap() <= value, "{value}");
        }
    }

    #[test]
    fn units_follow_numbers() {
        assert_eq!(quantity("36", "pixel^2"), "36 px²");
        assert_eq!(quantity("-50", "degree"), "−50°");
        assert_eq!(quantity("0.5", "1"), "0.5");
        assert_eq!(quantity("3", "lux"), "3 lux");
        assert_eq!(transformation("gaussian_blur"), "Gaussian blur");
        assert_eq!(transformation("jpeg_compression_c"), "JPEG compression (ImageNet-C)");
    }
}
