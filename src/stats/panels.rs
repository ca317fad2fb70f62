//! Adaptive quadrature of piecewise smooth functions, with an error estimate to round against the certificate by.
//!
//! Gauss-Kronrod panels of 15 points (the pair of QUADPACK's QK15; Piessens et al., 1983), halved where 7 and 15 points
//! disagree. What comes back is not one number but a rule, nodes with weights: the integral of f times any kernel that
//! is smooth over a panel follows from the same nodes, without another evaluation of f. Infinite ends are the caller's:
//! cut where the mass beyond is negligible, and count that mass against the certificate.
//!
//! Like every estimate from finitely many values, this one does not see a feature that lies between the nodes: bound the
//! width of panels by that of the narrowest feature, or check their values against what is known of the integral.

/// Nodes of a panel.
pub const NODES: usize = 15;

/// Halvings of a panel between two neighbouring breakpoints, at most; what is then still unresolved stays in the error.
const DEEPEST: u32 = 50;

/// The positive nodes of the 15-point Kronrod rule on [-1, 1], from the outside in; every second one is Gauss'.
const KRONROD_NODES: [f64; 7] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
];
/// Their weights, and that of the node 0.
const KRONROD_WEIGHTS: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
/// The weights of the 7-point Gauss rule at nodes 1, 3, 5 of the list above and at 0.
const GAUSS_WEIGHTS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// A point of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// Where f was evaluated.
    pub x: f64,
    /// The quadrature weight times f(x).
    pub weight: f64,
}

/// An interval with its part of the integral.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Nodes in ascending order.
    pub nodes: [Node; NODES],
    /// The integral over the panel.
    pub value: f64,
    /// How far `value` may be off.
    pub error: f64,
}

/// Panels that cover an interval, in ascending order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// The panels.
    pub panels: Vec<Panel>,
}

/// What a rule must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// The error that a panel may keep, absolute.
    pub panel_error: f64,
    /// The width that a panel may have; infinite if f alone decides.
    pub widest: f64,
    /// Panels at most. Once reached, panels stay as wide and as inaccurate as they are, and say so in their error.
    pub most_panels: usize,
}

impl Rule {
    /// A rule for `f` over the intervals between ascending, finite `breakpoints`. Put one at every known kink.
    ///
    /// # Errors
    /// The first one of `f`.
    pub fn adaptive<E>(
        f: &mut impl FnMut(f64) -> Result<f64, E>,
        breakpoints: &[f64],
        accuracy: Accuracy,
    ) -> Result<Self, E> {
        let mut panels = Vec::new();
        // The leftmost interval lies on top, so that panels come out in order.
        let mut open: Vec<(f64, f64, u32)> =
            breakpoints.windows(2).rev().map(|ends| (ends[0], ends[1], 0)).collect();
        while let Some((low, high, depth)) = open.pop() {
            let middle = low + 0.5 * (high - low);
            let divisible = depth < DEEPEST
                && low < middle
                && middle < high
                && panels.len() + open.len() < accuracy.most_panels;
            let wide = high - low > accuracy.widest;
            if !(wide && divisible) {
                let panel = Panel::of(f, low, high)?;
                // A width that was not reached leaves a kernel unresolved: nothing is known of the error then.
                let error = if wide { f64::INFINITY } else { panel.error };
                if error <= accuracy.panel_error || !divisible {
                    panels.push(Panel { error, ..panel });
                    continue;
                }
            }
            open.push((middle, high, depth + 1));
            open.push((low, middle, depth + 1));
        }
        Ok(Self { panels })
    }

    /// The integral of f.
    pub fn value(&self) -> f64 {
        self.panels.iter().map(|panel| panel.value).sum()
    }

    /// How far [`Rule::value`] may be off, in sum over the panels.
    pub fn error(&self) -> f64 {
        self.panels.iter().map(|panel| panel.error).sum()
    }

    /// All nodes in ascending order.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.panels.iter().flat_map(|panel| panel.nodes)
    }
}

impl Panel {
    /// The integral of `f` over [low, high].
    fn of<E>(f: &mut impl FnMut(f64) -> Result<f64, E>, low: f64, high: f64) -> Result<Self, E> {
        let (centre, half) = (low + 0.5 * (high - low), 0.5 * (high - low));
        let mut nodes = [Node { x: centre, weight: 0.0 }; NODES];
        let (mut gauss, mut values) = (0.0, [0.0; NODES]);
        for (i, node) in nodes.iter_mut().enumerate() {
            let (position, kronrod, gauss_weight) = place(i);
            node.x = (centre + half * position).clamp(low, high);
            values[i] = f(node.x)?;
            node.weight = half * kronrod * values[i];
            gauss += half * gauss_weight * values[i];
        }
        let value: f64 = nodes.iter().map(|node| node.weight).sum();
        let error = error_estimate(value, gauss, &values, half);
        Ok(Self { low, high, nodes, value, error })
    }
}

/// Position, Kronrod weight and Gauss weight (0 where Gauss has no node) of the i-th node on [-1, 1].
fn place(i: usize) -> (f64, f64, f64) {
    let from_outside = i.min(NODES - 1 - i);
    let gauss = if from_outside % 2 == 1 { GAUSS_WEIGHTS[from_outside / 2] } else { 0.0 };
    let position = match i {
        0..7 => -KRONROD_NODES[from_outside],
        7 => 0.0,
        _ => KRONROD_NODES[from_outside],
    };
    (position, KRONROD_WEIGHTS[from_outside], gauss)
}

/// QUADPACK's estimate for the 15-point value: the difference from 7 points, scaled by its power 3/2 relative to the
/// variation of f over the panel, and never below rounding. Infinite where f is not finite.
fn error_estimate(value: f64, gauss: f64, values: &[f64; NODES], half: f64) -> f64 {
    let mean = value / (2.0 * half);
    let (mut variation, mut magnitude) = (0.0, 0.0);
    for (i, value) in values.iter().enumerate() {
        let weight = half * place(i).1;
        variation += weight * (value - mean).abs();
        magnitude += weight * value.abs();
    }
    let difference = (value - gauss).abs();
    let scaled = if variation > 0.0 {
        variation * (200.0 * difference / variation).powf(1.5).min(1.0)
    } else {
        difference
    };
    let error = scaled.max(16.0 * f64::EPSILON * magnitude);
    if error.is_nan() || !value.is_finite() { f64::INFINITY } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    const FINE: Accuracy = Accuracy { panel_error: 1e-15, widest: f64::INFINITY, most_panels: 10_000 };

    fn rule(f: impl Fn(f64) -> f64, breakpoints: &[f64], accuracy: Accuracy) -> Rule {
        let Ok(rule) = Rule::adaptive(&mut |x| Ok::<_, Infallible>(f(x)), breakpoints, accuracy);
        rule
    }

    #[test]
    fn polynomials_of_degree_22_need_one_panel() {
        for degree in 0..=22 {
            let rule =
                rule(|x| x.powi(degree), &[-1.0, 2.0], Accuracy { panel_error: f64::INFINITY, ..FINE });
            let truth = (2_f64.powi(degree + 1) - (-1_f64).powi(degree + 1)) / f64::from(degree + 1);
            assert!((rule.value() / truth - 1.0).abs() < 1e-14, "degree {degree}: {}", rule.value());
            assert_eq!(rule.panels.len(), 1);
        }
    }

    #[test]
    fn kinks_and_jumps_are_found_without_a_breakpoint() {
        let kink = rule(|x| (x - 0.3).abs(), &[0.0, 1.0], FINE);
        assert!((kink.value() - 0.29).abs() <= kink.error() && kink.error() < 1e-12, "{}", kink.error());
        let jump = rule(|x| f64::from(u8::from(x > 0.3)), &[0.0, 1.0], FINE);
        assert!((jump.value() - 0.7).abs() <= jump.error() && jump.error() < 1e-12, "{}", jump.error());
        let root = rule(f64::sqrt, &[0.0, 1.0], FINE);
        assert!((root.value() - 2.0 / 3.0).abs() <= root.error() && root.error() < 1e-12, "{}", root.error());
    }

    #[test]
    fn nodes_integrate_against_smooth_kernels() {
        let rule = rule(|x| (-x).exp(), &[0.0, 40.0], Accuracy { widest: 1.0, ..FINE });
        let laplace_transform: f64 = rule.nodes().map(|node| node.weight * (-2.0 * node.x).exp()).sum();
        assert!((laplace_transform - 1.0 / 3.0).abs() < 1e-14);
        assert!(rule.panels.iter().all(|panel| panel.high - panel.low <= 1.0));
        assert!(rule.panels.windows(2).all(|pair| pair[0].high == pair[1].low));
    }

    #[test]
    fn what_stays_unresolved_is_said() {
        let few = Accuracy { most_panels: 4, ..FINE };
        assert!(rule(|x| (1e3 * x).sin(), &[0.0, 1.0], few).error() > 1e-3);
        assert_eq!(rule(|x| x, &[0.0, 1.0], Accuracy { widest: 0.01, ..few }).error(), f64::INFINITY);
        assert_eq!(rule(|_| f64::NAN, &[0.0, 1.0], few).error(), f64::INFINITY);
        let failed = Rule::adaptive(&mut |x| if x > 0.5 { Err(x) } else { Ok(x) }, &[0.0, 1.0], FINE);
        assert!(failed.unwrap_err() > 0.5);
    }

    proptest! {
        #[test]
        fn the_error_estimate_covers_the_error(centre in -1.0_f64..2.0, width in 0.03_f64..2.0, coarse in 1e-12_f64..1e-6) {
            let rule = rule(|x| 1.0 / (1.0 + ((x - centre) / width).powi(2)), &[0.0, 1.0], Accuracy { panel_error: coarse, ..FINE });
            let truth = width * (((1.0 - centre) / width).atan() + (centre / width).atan());
            prop_assert!((rule.value() - truth).abs() <= rule.error() + 1e-15, "{} {}", rule.value() - truth, rule.error());
        }
    }
}
