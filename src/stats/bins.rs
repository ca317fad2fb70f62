//! Bins of a statistic with monotone likelihood ratio, halved until each costs little.

use super::dominating_pair::Edge;

/// Halvings of the first interval, at most.
const DEEPEST: u32 = 48;
/// Edges at most; where it is reached, bins stay wide, which costs tightness only.
const MOST_EDGES: usize = 20_000;

/// The masses of a bin moved to the likelihood ratios of its two ends, both sums kept: the widest spread there is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Split {
    /// P- and Q-mass at the lower ratio.
    pub low: (f64, f64),
    /// P- and Q-mass at the upper ratio.
    pub high: (f64, f64),
    /// Q-mass at an infinite ratio, without P-mass.
    pub singular: f64,
    /// The most that the move can add to the integral of (q - lambda p)_+, over all lambda.
    pub loss: f64,
}

impl Split {
    /// The split of the bin between two edges.
    pub fn of(lower: &Edge, upper: &Edge) -> Self {
        let p = mass((lower.p_below, lower.p_above), (upper.p_below, upper.p_above));
        let q = mass((lower.q_below, lower.q_above), (upper.q_below, upper.q_above));
        Self::between((lower.log_ratio.exp(), upper.log_ratio.exp()), p, q)
    }

    /// Solves p_a + p_b = p, a p_a + b p_b = q for the ratios (a, b), of which b may be infinite.
    pub fn between((a, b): (f64, f64), p: f64, q: f64) -> Self {
        let none = Self { low: (0.0, 0.0), high: (0.0, 0.0), singular: 0.0, loss: 0.0 };
        let (above_a, below_b) = (q - a * p, b * p - q);
        if b == f64::INFINITY {
            let kept = q.min(a * p);
            Self { low: (p, kept), singular: q - kept, loss: q - kept, ..none }
        } else if !(above_a > 0.0) {
            // Only rounding puts q/p outside [a, b]: all stays in one atom.
            Self { low: (p, q), ..none }
        } else if !(below_b > 0.0) {
            Self { high: (p, q), ..none }
        } else {
            let (p_a, p_b) = (below_b / (b - a), above_a / (b - a));
            let loss = above_a * (p_a / p);
            if a < 0.5 * b {
                return Self { low: (p_a, a * p_a), high: (p_b, b * p_b), loss, ..none };
            }
            // Neighbouring ratios: b - a may be little more than rounding, so the sums are kept by subtraction.
            let p_b = p_b.min(p);
            let q_b = (b * p_b).min(q);
            Self { low: (p - p_b, q - q_b), high: (p_b, q_b), loss, ..none }
        }
    }
}

/// The mass between two values, from the tail that is the smaller.
fn mass((below, above): (f64, f64), (next_below, next_above): (f64, f64)) -> f64 {
    let mass = if below < 0.5 { next_below - below } else { above - next_above };
    mass.max(0.0)
}

/// Ascending edges from `low` to `high`, with bins halved until none costs more than `loss`. Empty without an interval,
/// or where a likelihood ratio is not a number.
pub(super) fn refine(mut edge: impl FnMut(f64) -> Edge, low: f64, high: f64, loss: f64) -> Vec<Edge> {
    if !(low < high && low.is_finite() && high.is_finite()) {
        return Vec::new();
    }
    let mut edges = vec![edge(low)];
    // Upper ends of the bins still open, the lowest on top.
    let mut open = vec![(high, edge(high), 0)];
    let mut from = low;
    while let Some((to, upper, depth)) = open.pop() {
        let lower = edges[edges.len() - 1];
        let middle = from + 0.5 * (to - from);
        let divisible =
            depth < DEEPEST && edges.len() + open.len() < MOST_EDGES && from < middle && middle < to;
        if divisible && !(Split::of(&lower, &upper).loss <= loss) {
            open.push((to, upper, depth + 1));
            open.push((middle, edge(middle), depth + 1));
        } else {
            edges.push(upper);
            from = to;
        }
    }
    if edges.iter().any(|edge| edge.log_ratio.is_nan()) { Vec::new() } else { edges }
}

#[cfg(test)]
mod tests {
    use super::super::normal;
    use super::*;
    use proptest::prelude::*;

    /// N(0, 1) against N(shift, 1), whose ratio is exp(shift x - shift^2/2).
    fn gaussian(x: f64, shift: f64) -> Edge {
        Edge {
            p_below: normal::cdf(x),
            p_above: normal::cdf(-x),
            q_below: normal::cdf(x - shift),
            q_above: normal::cdf(shift - x),
            log_ratio: shift * (x - 0.5 * shift),
        }
    }

    #[test]
    fn bins_are_in_order_and_cost_no_more_than_asked() {
        let edges = refine(|x| gaussian(x, 1.0), -8.0, 9.0, 1e-5);
        assert!(edges.windows(2).all(|bin| bin[0].p_below <= bin[1].p_below));
        assert!(edges.windows(2).all(|bin| Split::of(&bin[0], &bin[1]).loss <= 1e-5));
        assert!((50..600).contains(&edges.len()), "{}", edges.len());
        assert!(refine(|x| gaussian(x, 1.0), 1.0, 1.0, 1e-5).is_empty());
        assert!(refine(|_| Edge { log_ratio: f64::NAN, ..gaussian(0.0, 1.0) }, 0.0, 1.0, 1e-5).is_empty());
    }

    proptest! {
        #[test]
        fn a_split_keeps_both_masses(low in -6.0_f64..6.0, width in 1e-12_f64..6.0, shift in 1e-9_f64..4.0) {
            let (lower, upper) = (gaussian(low, shift), gaussian(low + width, shift));
            let split = Split::of(&lower, &upper);
            let p = mass((lower.p_below, lower.p_above), (upper.p_below, upper.p_above));
            let q = mass((lower.q_below, lower.q_above), (upper.q_below, upper.q_above));
            prop_assert!((split.low.0 + split.high.0 - p).abs() <= 1e-15);
            prop_assert!((split.low.1 + split.high.1 + split.singular - q).abs() <= 1e-15);
            prop_assert!(split.low.0 >= 0.0 && split.low.1 >= 0.0 && split.high.0 >= 0.0 && split.high.1 >= 0.0);
            prop_assert!(split.loss <= q.max(0.0));
        }
    }
}
