//! The largest distance, proven between the points too.

use gsmooth_plugin_sdk::{Bound, Kind, MEstimator, OptionSpec, Options, Oracle, Result};

use crate::ask::Ask;
use crate::branch;
use crate::displacement::Displacement;
use crate::grid::{Axis, Grid, axes, level_of};
use crate::line::{self, Estimate, Refinement, Slopes};
use crate::options::points;

/// Estimator `proven`: distances at points, and a proven bound on how fast they can grow between them.
///
/// Where nothing is known of the growth, or so little that a proof would take more evaluations than are allowed, it falls
/// back to the estimate of `displacement`, and says so.
#[derive(Debug)]
pub struct Proven {
    points: u64,
    tolerance: f64,
    evaluations: u64,
}

impl MEstimator for Proven {
    const ID: &'static str = "proven";
    const DOC: &'static str =
        "Largest distance, with a proven bound between the points (proven where one is known).";
    const OPTIONS: &'static [OptionSpec] = &[
        points::spec("Points per parameter to start from, rounded up to a power of two plus one.", 5),
        OptionSpec::float(
            "tolerance",
            "How far the bound may lie above the largest distance found, relative.",
        )
        .above(0.0)
        .default_float(0.035),
        OptionSpec::integer(
            "evaluations",
            "Points a proof may take; where it needs more, an estimate is made.",
        )
        .at_least(2.0)
        .at_most(1e9)
        .default_integer(6000),
    ];

    fn create(options: &Options<'_>) -> Result<Self> {
        let evaluations = u64::try_from(options.integer("evaluations")?).unwrap_or(0);
        Ok(Self { points: points::read(options)?, tolerance: options.float("tolerance")?, evaluations })
    }

    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound> {
        let axes = axes(oracle.parameters(), anchor, low, high)?;
        let mut distance = |points: &[f64]| oracle.distance_at(anchor, points);
        let allowed = self.evaluations.min(oracle.max_evaluations());
        let growth = oracle.growth_over(low, high)?;
        let hopeful = match &growth {
            Some(growth) => self.needed(&axes, growth, &mut distance)? <= allowed as f64,
            None => false,
        };
        if !hopeful {
            return Displacement::default().bound(oracle, anchor, low, high);
        }
        let mut growth = |low: &[f64], high: &[f64]| {
            let growth = oracle.growth_over(low, high)?;
            // A part of the box without a bound has none.
            Ok(growth.unwrap_or_else(|| vec![f64::INFINITY; axes.len()]))
        };
        let Estimate { value, evaluations } = self.supremum(&axes, allowed, &mut growth, &mut distance)?;
        Ok(Bound { value, kind: Kind::Proven, evaluations })
    }
}

impl Proven {
    /// About how many points it takes to bring the allowance between them below the tolerance: a side of length w with
    /// growth L takes w L / (2 allowance) of them where the distance is at its largest.
    fn needed(&self, axes: &[Axis], growth: &[f64], distance: &mut impl Ask) -> Result<f64> {
        let corners = Grid::finest(axes, 1, 1 << 12)?;
        let found = distance.ask(&corners.points(), corners.len())?.into_iter().fold(0.0, f64::max);
        let refinement = Refinement { level: 0, tolerance: self.tolerance, evaluations: 0 };
        let allowance = (refinement.target(found) - found) / axes.len() as f64;
        let points = |(axis, growth): (&Axis, &f64)| (0.5 * axis.length() * growth / allowance).max(1.0);
        // Only where the distance is large does it have to be so fine; half of the volume is a fair guess.
        Ok(0.5 * axes.iter().zip(growth).map(points).product::<f64>())
    }

    /// A proven bound of `distance` over the box of `axes`: between neighbours for one parameter, around the centres of
    /// boxes for several.
    fn supremum(
        &self,
        axes: &[Axis],
        evaluations: u64,
        growth: &mut impl FnMut(&[f64], &[f64]) -> Result<Vec<f64>>,
        distance: &mut impl Ask,
    ) -> Result<Estimate> {
        let refinement = Refinement { level: level_of(self.points), tolerance: self.tolerance, evaluations };
        match axes {
            [axis] if axis.length() > 0.0 => {
                line::supremum(*axis, refinement.affordable()?, &mut Grown(growth), distance)
            }
            _ => branch::supremum(axes, refinement, growth, distance),
        }
    }
}

/// Slopes from a growth bound over each gap.
struct Grown<'a, F>(&'a mut F);

impl<F: FnMut(&[f64], &[f64]) -> Result<Vec<f64>>> Slopes for Grown<'_, F> {
    fn of_gaps(&mut self, ends: &[f64], _: &[f64]) -> Result<Vec<f64>> {
        ends.windows(2).map(|pair| Ok((self.0)(&pair[..1], &pair[1..])?[0])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn proven(axes: &[Axis], evaluations: u64, slope: f64, function: impl Fn(&[f64]) -> f64) -> Estimate {
        let m = axes.len();
        let mut ask =
            |points: &[f64]| -> Result<Vec<f64>> { Ok(points.chunks_exact(m).map(&function).collect()) };
        let mut growth = |_: &[f64], _: &[f64]| Ok(vec![slope; m]);
        Proven { points: 5, tolerance: 0.05, evaluations: 20_000 }
            .supremum(axes, evaluations, &mut growth, &mut ask)
            .unwrap()
    }

    proptest! {
        /// A narrow spike that sampling misses is still below the bound.
        #[test]
        fn a_spike_between_the_points_is_covered(place in 0.0f64..1.0, height in 0.1f64..5.0, loose in 1.0f64..10.0) {
            let slope = 40.0;
            let spike = |x: &[f64]| (height - slope * (x[0] - place).abs()).max(0.2);
            let found = proven(&[Axis { low: 0.0, high: 1.0 }], 20_000, slope * loose, spike);
            let truth = height.max(0.2);
            prop_assert!(found.value >= truth && found.value <= truth * 1.051 + 0.006, "{} of {truth}", found.value);
        }

        #[test]
        fn several_parameters_are_covered(x in -1.0f64..1.0, y in 0.0f64..2.0, height in 0.5f64..3.0) {
            let axes = [Axis { low: -1.0, high: 1.0 }, Axis { low: 0.0, high: 2.0 }];
            let cone = |p: &[f64]| (height - (p[0] - x).abs() - (p[1] - y).abs()).max(0.0);
            let found = proven(&axes, 20_000, 1.0, cone);
            prop_assert!(found.value >= height && found.value <= height * 1.06 + 0.01, "{} of {height}", found.value);
        }
    }

    #[test]
    fn without_evaluations_the_bound_is_loose_and_holds() {
        let found = proven(&[Axis { low: 0.0, high: 1.0 }], 3, 100.0, |x| x[0]);
        assert!(found.evaluations <= 3 && found.value >= 25.0);
        let axes = [Axis { low: 0.0, high: 1.0 }; 2];
        let found = proven(&axes, 1, 3.0, |x| x[0] + x[1]);
        assert!(found.evaluations <= 1 && found.value >= 4.0);
    }

    #[test]
    fn options_are_read() {
        let proven = Proven::create(&Options::of(Proven::OPTIONS, &[]).unwrap()).unwrap();
        assert_eq!((proven.points, proven.tolerance, proven.evaluations), (5, 0.035, 6000));
    }

    #[test]
    fn the_effort_of_a_proof_is_foreseen() {
        let proven = Proven { points: 5, tolerance: 0.05, evaluations: 20_000 };
        let axis = Axis { low: 0.0, high: 2.0 };
        let mut ask = |points: &[f64]| -> Result<Vec<f64>> { Ok(points.to_vec()) };
        // The distance reaches 2: gaps of growth 20 may be 0.01 long, half of them where it matters.
        assert!((proven.needed(&[axis], &[20.0], &mut ask).unwrap() - 100.0).abs() < 1e-6);
        assert_eq!(proven.needed(&[axis], &[f64::INFINITY], &mut ask).unwrap(), f64::INFINITY);
    }

    #[test]
    fn an_unbounded_part_is_infinite() {
        let found = proven(&[Axis { low: 0.0, high: 1.0 }], 100, f64::INFINITY, |x| x[0]);
        assert_eq!(found.value, f64::INFINITY);
    }
}
