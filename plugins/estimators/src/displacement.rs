//! The largest distance itself, estimated on a grid.

use gsmooth_plugin_sdk::{Bound, Kind, MEstimator, OptionSpec, Options, Oracle, Result};

use crate::ask::Ask;
use crate::grid::{Axis, axes, level_of};
use crate::line::{self, Estimate, Refinement, Seen};
use crate::options::points;
use crate::tensor;

/// Estimator `displacement`: the maximum of D over an adaptive grid, with an allowance for what lies between.
#[derive(Debug)]
pub struct Displacement {
    points: u64,
    tolerance: f64,
}

impl Default for Displacement {
    fn default() -> Self {
        Self { points: 33, tolerance: 0.01 }
    }
}

impl MEstimator for Displacement {
    const ID: &'static str = "displacement";
    const DOC: &'static str =
        "Largest distance on an adaptive grid, with an allowance between its points (estimated).";
    const OPTIONS: &'static [OptionSpec] = &[
        points::spec("Points per parameter to start from, rounded up to a power of two plus one.", 33),
        OptionSpec::float("tolerance", "Relative allowance at which refinement stops.")
            .above(0.0)
            .default_float(0.01),
    ];

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { points: points::read(options)?, tolerance: options.float("tolerance")? })
    }

    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound> {
        let axes = axes(oracle.parameters(), anchor, low, high)?;
        let mut distance = |points: &[f64]| oracle.distance_at(anchor, points);
        let Estimate { value, evaluations } =
            self.estimate(&axes, oracle.max_evaluations(), &mut distance)?;
        Ok(Bound { value, kind: Kind::Estimated, evaluations })
    }
}

impl Displacement {
    /// The estimated supremum of `distance` over the box of `axes`: adaptively for one parameter
    /// ([`line::supremum`]), on tensor grids for several or a single point ([`tensor::supremum`]).
    fn estimate(&self, axes: &[Axis], evaluations: u64, distance: &mut impl Ask) -> Result<Estimate> {
        let refinement = Refinement { level: level_of(self.points), tolerance: self.tolerance, evaluations };
        match axes {
            [axis] if axis.length() > 0.0 => {
                line::supremum(*axis, refinement.affordable()?, &mut Seen, distance)
            }
            _ => tensor::supremum(axes, refinement, distance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(axes: &[Axis], evaluations: u64) -> Result<Estimate> {
        let mut ask = |points: &[f64]| -> Result<Vec<f64>> {
            Ok(points.chunks_exact(axes.len()).map(|point| point.iter().map(|x| x.sin()).sum()).collect())
        };
        Displacement { points: 33, tolerance: 0.01 }.estimate(axes, evaluations, &mut ask)
    }

    #[test]
    fn one_two_and_no_dimensions() {
        let axis = Axis { low: 0.0, high: 3.0 };
        let line = estimate(&[axis], 1000).unwrap();
        assert!(line.value >= 1.0 && line.value <= 1.0101);
        let plane = estimate(&[axis, axis], 100_000).unwrap();
        assert!(plane.value >= 2.0 && plane.value <= 2.0201);
        let point = estimate(&[Axis { low: 1.0, high: 1.0 }], 1000).unwrap();
        assert_eq!(point, Estimate { value: 1f64.sin(), evaluations: 1 });
    }

    #[test]
    fn the_grid_shrinks_to_the_evaluations_allowed() {
        let axis = Axis { low: 0.0, high: 3.0 };
        assert_eq!(estimate(&[axis], 2).unwrap().evaluations, 2);
        assert!(estimate(&[axis], 20).unwrap().evaluations <= 20);
        assert!(estimate(&[axis], 1).is_err());
        assert!(estimate(&[axis, axis], 3).is_err());
    }

    #[test]
    fn options_are_read() {
        let options = Options::of(Displacement::OPTIONS, &[]).unwrap();
        let displacement = Displacement::create(&options).unwrap();
        assert_eq!((displacement.points, displacement.tolerance), (33, 0.01));
    }
}
