//! Dyadic points of intervals and boxes.
//!
//! All points are `low + (high - low) k / 2^j`, so halving a grid, and halving a box, meets the same points again;
//! whoever keeps answers by point can reuse them.

use crate::error::EstimatorError;

/// The finest level j.
pub const FINEST: u32 = 40;

/// The interval of one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Axis {
    /// The point at `low + (high - low) numerator / 2^level`, exactly `low` and `high` at the ends.
    pub fn at(self, numerator: u64, level: u32) -> f64 {
        let denominator = 1u64 << level;
        if numerator == denominator {
            self.high
        } else {
            self.low + (self.high - self.low) * (numerator as f64 / denominator as f64)
        }
    }

    /// `high - low`.
    pub fn length(self) -> f64 {
        self.high - self.low
    }

    /// Number of grid points at `level`: `2^level + 1`, or 1 where the interval is a point.
    fn count(self, level: u32) -> u64 {
        if self.length() > 0.0 { (1 << level) + 1 } else { 1 }
    }
}

/// The axes of the box [`low`, `high`], checked against the number of `parameters` and the `anchor`.
pub fn axes(
    parameters: usize,
    anchor: &[f64],
    low: &[f64],
    high: &[f64],
) -> Result<Vec<Axis>, EstimatorError> {
    let lengths = [anchor.len(), low.len(), high.len()];
    if lengths.iter().any(|&length| length != parameters) {
        return Err(EstimatorError::Length { lengths, parameters });
    }
    let axis = |(parameter, ((&anchor, &low), &high)): (usize, ((&f64, &f64), &f64))| {
        let finite = anchor.is_finite() && (high - low).is_finite();
        if finite && low <= high {
            Ok(Axis { low, high })
        } else {
            Err(EstimatorError::Box { parameter, low, high, anchor })
        }
    };
    anchor.iter().zip(low).zip(high).enumerate().map(axis).collect()
}

/// The least level with at least `points` points per axis.
pub fn level_of(points: u64) -> u32 {
    points.saturating_sub(1).next_power_of_two().trailing_zeros().min(FINEST)
}

/// A tensor grid over a box, with the same level on every axis.
#[derive(Debug, Clone)]
pub struct Grid {
    axes: Vec<Axis>,
    level: u32,
    counts: Vec<u64>,
}

impl Grid {
    /// The grid of `level`, if it has at most `allowed` points.
    pub fn new(axes: &[Axis], level: u32, allowed: u64) -> Option<Self> {
        let counts: Vec<u64> = axes.iter().map(|axis| axis.count(level)).collect();
        let total = counts.iter().try_fold(1u64, |product, &count| product.checked_mul(count))?;
        (total <= allowed).then(|| Self { axes: axes.to_vec(), level, counts })
    }

    /// The finest grid of at most `level` and at most `allowed` points.
    pub fn finest(axes: &[Axis], level: u32, allowed: u64) -> Result<Self, EstimatorError> {
        (0..=level)
            .rev()
            .find_map(|level| Self::new(axes, level, allowed))
            .ok_or(EstimatorError::Evaluations { allowed })
    }

    /// The level.
    pub fn level(&self) -> u32 {
        self.level
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.counts.iter().product::<u64>() as usize
    }

    /// Number of axes.
    pub fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// Index along each axis of the point `index`; the last axis varies fastest.
    pub fn position(&self, index: usize) -> Vec<u64> {
        let mut rest = index as u64;
        let mut position = vec![0; self.axes.len()];
        for (place, &count) in position.iter_mut().zip(&self.counts).rev() {
            *place = rest % count;
            rest /= count;
        }
        position
    }

    /// The point at `position`, the inverse of [`Grid::position`].
    pub fn index(&self, position: impl Iterator<Item = u64>) -> usize {
        position.zip(&self.counts).fold(0, |index, (place, &count)| index * count + place) as usize
    }

    /// The point `index`.
    pub fn point(&self, index: usize) -> Vec<f64> {
        let position = self.position(index);
        position.iter().zip(&self.axes).map(|(&numerator, axis)| axis.at(numerator, self.level)).collect()
    }

    /// All points, row by row.
    pub fn points(&self) -> Vec<f64> {
        (0..self.len()).flat_map(|index| self.point(index)).collect()
    }

    /// Distance between neighbours along `axis`, 0 where it is a point.
    pub fn gap(&self, axis: usize) -> f64 {
        self.axes[axis].length() / (1u64 << self.level) as f64
    }

    /// The neighbours of `index` along `axis`, before and after.
    pub fn neighbours(&self, index: usize, axis: usize) -> [Option<usize>; 2] {
        let stride = self.counts[axis + 1..].iter().product::<u64>() as usize;
        let place = index / stride % self.counts[axis] as usize;
        let before = (place > 0).then(|| index - stride);
        let after = (place + 1 < self.counts[axis] as usize).then(|| index + stride);
        [before, after]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXES: [Axis; 3] =
        [Axis { low: 0.0, high: 1.0 }, Axis { low: 2.0, high: 2.0 }, Axis { low: -4.0, high: 4.0 }];

    #[test]
    fn halving_a_box_meets_the_same_points() {
        let whole = Axis { low: 0.1, high: 0.7 };
        let half = Axis { low: whole.at(1, 1), high: 0.7 };
        for numerator in 0..=8 {
            assert!((half.at(numerator, 3) - whole.at(8 + numerator, 4)).abs() < 1e-15);
        }
        assert_eq!((whole.at(0, 4), whole.at(16, 4)), (0.1, 0.7));
    }

    #[test]
    fn levels_have_at_least_the_points_asked_for() {
        let levels = [2, 3, 4, 17, 18, 33].map(level_of);
        assert_eq!(levels, [0, 1, 2, 4, 5, 5]);
    }

    #[test]
    fn grids_skip_degenerate_axes() {
        let grid = Grid::new(&AXES, 1, 9).unwrap();
        assert_eq!(grid.len(), 9);
        assert_eq!(grid.point(5), [0.5, 2.0, 4.0]);
        assert!((0..9).all(|index| grid.index(grid.position(index).into_iter()) == index));
        assert_eq!(grid.points().len(), 27);
        assert_eq!((grid.gap(0), grid.gap(1), grid.gap(2)), (0.5, 0.0, 4.0));
        assert_eq!(grid.neighbours(5, 0), [Some(2), Some(8)]);
        assert_eq!(grid.neighbours(5, 1), [None, None]);
        assert_eq!(grid.neighbours(5, 2), [Some(4), None]);
    }

    #[test]
    fn grids_respect_the_number_of_points() {
        assert!(Grid::new(&AXES, 1, 8).is_none());
        assert_eq!(Grid::finest(&AXES, 7, 8).unwrap().level(), 0);
        assert_eq!(Grid::finest(&AXES, 7, 3).unwrap_err(), EstimatorError::Evaluations { allowed: 3 });
    }

    #[test]
    fn unfit_boxes_are_refused() {
        assert!(axes(1, &[0.0], &[0.0], &[1.0]).is_ok());
        assert!(axes(1, &[0.0], &[1.0], &[0.5]).is_err());
        assert!(axes(1, &[f64::NAN], &[0.0], &[1.0]).is_err());
        assert!(axes(1, &[0.0], &[0.0], &[f64::INFINITY]).is_err());
        assert!(axes(2, &[0.0], &[0.0], &[1.0]).is_err());
    }
}
