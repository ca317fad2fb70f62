//! Bounds on how fast an image moves over an interval of the parameter.

/// How far above the fastest speed met inside the interval a bound may lie before it counts as tight.
const TIGHTNESS: f64 = 1.05;

/// An upper bound of the speed `|d tau / d xi|_2` over `[low, high]`.
///
/// `bound(a, b)` must be an upper bound over `[a, b]`. The interval with the greatest bound is halved until that
/// bound is within 5 % of the speed met at some midpoint (`bound(c, c)`), or `evaluations` are spent. The greatest
/// bound over intervals that cover `[low, high]` holds whenever one stops.
pub fn supremum(low: f64, high: f64, evaluations: usize, mut bound: impl FnMut(f64, f64) -> f64) -> f64 {
    let mut pieces = vec![(low, high, bound(low, high))];
    let mut met: f64 = 0.0;
    let mut spent = 1;
    loop {
        let worst = (0..pieces.len()).max_by(|&a, &b| pieces[a].2.total_cmp(&pieces[b].2)).unwrap_or(0);
        let (start, end, greatest) = pieces[worst];
        let middle = 0.5 * (start + end);
        let divisible = start < middle && middle < end;
        if !divisible || spent + 3 > evaluations || greatest <= TIGHTNESS * met {
            return greatest;
        }
        met = met.max(bound(middle, middle));
        let (left, right) = (bound(start, middle), bound(middle, end));
        spent += 3;
        // The parent's bound holds for both halves too.
        pieces[worst] = (start, middle, left.min(greatest));
        pieces.push((middle, end, right.min(greatest)));
    }
}

/// `bound` enlarged by more than the rounding errors of computing it in 64 bits: `scale` is a size that every
/// number on the way stays below, such as the largest pixel times the size of the image.
pub fn inflated(bound: f64, scale: f64) -> f64 {
    bound * (1.0 + 1e-9) + 1e-9 * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speed |cos|, with an interval bound that is loose in proportion to the length.
    fn loose(a: f64, b: f64) -> f64 {
        (0.5 * (a + b)).cos().abs() + 3.0 * (b - a)
    }

    #[test]
    fn is_an_upper_bound_and_tight() {
        for (low, high, exact) in [(0.0, 1.0, 1.0), (1.0, 2.0, 1f64.cos()), (0.7, 0.7, 0.7f64.cos())] {
            let found = supremum(low, high, 500, loose);
            assert!(found >= exact && found <= 1.06 * exact, "{found} {exact}");
        }
    }

    #[test]
    fn stays_valid_without_a_budget() {
        assert_eq!(supremum(0.0, 1.0, 1, loose), loose(0.0, 1.0));
        assert_eq!(supremum(0.0, 1.0, 0, loose), loose(0.0, 1.0));
    }
}
