//! Adaptive Gauss-Kronrod quadrature with an error estimate, for integrands that are smooth between given points.

/// The 21 Kronrod nodes in [0, 1], outermost first; every second one is a node of the 10-point Gauss rule.
const NODES: [f64; 11] = [
    0.995_657_163_025_808_1,
    0.973_906_528_517_171_7,
    0.930_157_491_355_708_2,
    0.865_063_366_688_984_5,
    0.780_817_726_586_416_9,
    0.679_409_568_299_024_4,
    0.562_757_134_668_604_7,
    0.433_395_394_129_247_2,
    0.294_392_862_701_460_2,
    0.148_874_338_981_631_22,
    0.0,
];
/// The Kronrod weights of [`NODES`] on [-1, 1].
const KRONROD: [f64; 11] = [
    0.011_694_638_867_371_874,
    0.032_558_162_307_964_725,
    0.054_755_896_574_351_995,
    0.075_039_674_810_919_96,
    0.093_125_454_583_697_6,
    0.109_387_158_802_297_64,
    0.123_491_976_262_065_84,
    0.134_709_217_311_473_34,
    0.142_775_938_577_060_09,
    0.147_739_104_901_338_49,
    0.149_445_554_002_916_9,
];
/// The Gauss weights of the nodes 1, 3, 5, 7 and 9 on [-1, 1].
const GAUSS: [f64; 5] = [
    0.066_671_344_308_688_14,
    0.149_451_349_150_580_6,
    0.219_086_362_515_982_04,
    0.269_266_719_309_996_35,
    0.295_524_224_714_752_87,
];
/// Panels at most; beyond them the error estimate stays above what was asked for, and says so.
const PANELS: usize = 2000;

/// Integrals of N functions over one interval, with estimates of their absolute errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate<const N: usize> {
    /// The integrals.
    pub value: [f64; N],
    /// Estimates of the absolute errors, not negative: the distance of the Kronrod rule from the Gauss rule inside
    /// it, far above the true error where the integrand is smooth. NaN if the integrand is.
    pub error: [f64; N],
}

/// One panel with the estimate over it.
#[derive(Debug, Clone, Copy)]
struct Panel<const N: usize> {
    low: f64,
    high: f64,
    estimate: Estimate<N>,
}

impl<const N: usize> Panel<N> {
    fn over(integrand: &mut impl FnMut(f64) -> [f64; N], low: f64, high: f64) -> Self {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let (mut kronrod, mut gauss, mut size) = ([0.0; N], [0.0; N], [0.0; N]);
        for (i, (node, weight)) in NODES.iter().zip(KRONROD).enumerate() {
            let sides = if *node == 0.0 { &[1.0][..] } else { &[1.0, -1.0] };
            for side in sides {
                let values = integrand(middle + side * half * node);
                for k in 0..N {
                    kronrod[k] += weight * values[k];
                    size[k] += weight * values[k].abs();
                    if i % 2 == 1 {
                        gauss[k] += GAUSS[i / 2] * values[k];
                    }
                }
            }
        }
        let value = kronrod.map(|sum| sum * half);
        // The last term covers the rounding of the sums.
        let error = std::array::from_fn(|k| {
            ((kronrod[k] - gauss[k]).abs() + 32.0 * f64::EPSILON * size[k]) * half.abs()
        });
        Self { low, high, estimate: Estimate { value, error } }
    }

    /// The largest of the errors.
    fn error(&self) -> f64 {
        self.estimate.error.iter().fold(0.0, |worst: f64, error| worst.max(*error))
    }
}

/// The integrals of N functions from the first to the last of `breaks` (in rising order), which must hold every
/// point where an integrand is not smooth; panels are halved, the worst first, until the errors sum to `tolerance`.
///
/// Breaks out of order, and fewer than two of them, give empty panels and no error.
pub fn integrate<const N: usize>(
    mut integrand: impl FnMut(f64) -> [f64; N],
    breaks: &[f64],
    tolerance: f64,
) -> Estimate<N> {
    let mut panels: Vec<Panel<N>> = breaks
        .windows(2)
        .filter(|ends| ends[0] < ends[1])
        .map(|ends| Panel::over(&mut integrand, ends[0], ends[1]))
        .collect();
    while panels.len() < PANELS {
        let total: f64 = panels.iter().map(Panel::error).sum();
        let worst = (0..panels.len()).max_by(|a, b| panels[*a].error().total_cmp(&panels[*b].error()));
        let Some(worst) = worst.filter(|_| total > tolerance) else { break };
        let Panel { low, high, .. } = panels[worst];
        let middle = 0.5 * (low + high);
        if !(low < middle && middle < high) {
            break;
        }
        panels[worst] = Panel::over(&mut integrand, low, middle);
        panels.push(Panel::over(&mut integrand, middle, high));
    }
    sum(&panels)
}

fn sum<const N: usize>(panels: &[Panel<N>]) -> Estimate<N> {
    let (mut value, mut error) = ([0.0; N], [0.0; N]);
    for panel in panels {
        for k in 0..N {
            value[k] += panel.estimate.value[k];
            error[k] += panel.estimate.error[k];
        }
    }
    Estimate { value, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(estimate: Estimate<1>, truth: f64, tolerance: f64) {
        let ([value], [error]) = (estimate.value, estimate.error);
        assert!((value - truth).abs() <= tolerance, "{value} against {truth}");
        assert!((value - truth).abs() <= error && error <= tolerance, "{value} +- {error} against {truth}");
    }

    #[test]
    fn polynomials_are_exact() {
        for degree in 0..=19 {
            let power = |x: f64| x.powi(degree);
            close(integrate(|x| [power(x)], &[0.0, 1.0], 1.0), 1.0 / f64::from(degree + 1), 1e-13);
        }
        // Kronrod's rule alone goes on to degree 31.
        let [value] = integrate(|x: f64| [x.powi(31)], &[0.0, 1.0], 1.0).value;
        assert!((value - 1.0 / 32.0).abs() < 1e-15);
    }

    #[test]
    fn kinks_at_breaks_cost_nothing_and_others_are_found() {
        close(
            integrate(|x: f64| [(-x.abs()).exp()], &[-30.0, 0.0, 30.0], 1e-11),
            -2.0 * (-30.0_f64).exp_m1(),
            1e-11,
        );
        close(integrate(|x: f64| [(x - 0.3).abs()], &[0.0, 1.0], 1e-10), 0.29, 1e-10);
        close(integrate(|x: f64| [if x < 0.3 { 1.0 } else { 0.0 }], &[0.0, 1.0], 1e-9), 0.3, 1e-9);
    }

    #[test]
    fn several_integrands_share_their_panels() {
        let both = integrate(|x: f64| [x.sin(), x.cos()], &[0.0, 1.0, 2.0], 1e-12);
        assert!((both.value[0] - (1.0 - 2.0_f64.cos())).abs() < 1e-12);
        assert!((both.value[1] - 2.0_f64.sin()).abs() < 1e-12);
        assert_eq!(integrate(|x| [x], &[1.0], 1e-9).value, [0.0]);
        assert!(integrate(|_| [f64::NAN], &[0.0, 1.0], 1e-9).value[0].is_nan());
    }
}
