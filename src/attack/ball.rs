//! The part of a range within a radius of the identity.

use crate::certify::ranges::{Norm, Range};

/// All xi of a range with |xi| <= radius.
#[derive(Debug, Clone)]
pub struct Ball {
    range: Range,
    radius: f64,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl Ball {
    /// The part of `range` within `radius`, which is not negative.
    pub fn new(range: &Range, radius: f64) -> Self {
        let end = |i: usize, offset: f64| (range.identity[i] + offset).clamp(range.low[i], range.high[i]);
        let low = (0..range.low.len()).map(|i| end(i, -radius)).collect();
        let high = (0..range.low.len()).map(|i| end(i, radius)).collect();
        Self { range: range.clone(), radius, low, high }
    }

    /// The number of parameters m.
    pub fn dimension(&self) -> usize {
        self.range.identity.len()
    }

    /// The ends of the smallest box around it.
    pub fn ends(&self) -> (&[f64], &[f64]) {
        (&self.low, &self.high)
    }

    /// The sides of the smallest box around it.
    pub fn widths(&self) -> Vec<f64> {
        self.low.iter().zip(&self.high).map(|(low, high)| high - low).collect()
    }

    /// Whether directions are measured by their largest entry.
    pub fn is_a_box(&self) -> bool {
        self.dimension() == 1 || self.range.norm == Norm::Linf
    }

    /// |xi|, as certificates measure it.
    pub fn size(&self, xi: &[f64]) -> f64 {
        self.range.norm.of(xi.iter().zip(&self.range.identity).map(|(xi, identity)| xi - identity))
    }

    /// Whether a point lies in it.
    pub fn holds(&self, xi: &[f64]) -> bool {
        let in_range = |i: usize| (self.range.low[i]..=self.range.high[i]).contains(&xi[i]);
        (0..xi.len()).all(in_range) && self.size(xi) <= self.radius
    }

    /// A point moved into it: cut off at the range, then drawn straight towards the identity. For a box, and for one
    /// parameter, that is the nearest point.
    pub fn mapped(&self, xi: &[f64]) -> Vec<f64> {
        let cut: Vec<f64> = (0..xi.len())
            .map(|i| {
                let (low, high) = match self.is_a_box() {
                    true => (self.low[i], self.high[i]),
                    false => (self.range.low[i], self.range.high[i]),
                };
                xi[i].clamp(low, high)
            })
            .collect();
        let mut share = 1.0;
        let mut moved = cut.clone();
        // The last ulps: what a certificate says ends at the radius exactly.
        for step in 0..60 {
            let size = self.size(&moved);
            if size <= self.radius {
                return moved;
            }
            share *= (self.radius / size) * (1.0 - f64::EPSILON * f64::from(1_u32 << (step / 2)));
            let towards = |(xi, identity): (&f64, &f64)| identity + (xi - identity) * share;
            moved = cut.iter().zip(&self.range.identity).map(towards).collect();
        }
        self.range.identity.clone()
    }

    /// `count` points that fill it, the identity first and then its ends or corners: even steps for one parameter; for
    /// several a Kronecker sequence with the powers of the generalised golden ratio.
    pub fn grid(&self, count: usize) -> Vec<Vec<f64>> {
        let m = self.dimension();
        let at = |share: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let within: Vec<f64> =
                (0..m).map(|i| self.low[i] + (self.high[i] - self.low[i]) * share(i)).collect();
            self.mapped(&within)
        };
        let identity = std::iter::once(self.range.identity.clone());
        if m == 1 {
            let last = count.saturating_sub(1).max(1) as f64;
            return identity.chain((0..count).map(|point| at(&|_| point as f64 / last))).collect();
        }
        let corners = (1 << m.min(5)).min(count);
        let ratio = (0..64).fold(2.0_f64, |ratio, _| (1.0 + ratio).powf(1.0 / (m + 1) as f64));
        let share = |point: usize, i: usize| match point < corners {
            true => (point >> i & 1) as f64,
            false => (0.5 + point as f64 * ratio.powi(-1 - i as i32)).fract(),
        };
        identity.chain((0..count).map(|point| at(&|i| share(point, i)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn range(norm: Norm) -> Range {
        Range { low: vec![-3.0, -0.1], high: vec![3.0, 4.0], identity: vec![0.1, 0.2], norm }
    }

    #[test]
    fn the_grid_of_one_parameter_reaches_both_ends() {
        let range = Range { low: vec![-10.0], high: vec![50.0], identity: vec![0.0], norm: Norm::L2 };
        let grid = Ball::new(&range, 20.0).grid(4);
        assert_eq!(grid, [[0.0], [-10.0], [0.0], [10.0], [20.0]]);
    }

    #[test]
    fn the_grid_of_several_holds_the_corners_of_a_box() {
        let ball = Ball::new(&range(Norm::Linf), 1.0);
        let grid = ball.grid(9);
        for corner in [[-0.9, -0.1], [1.1, -0.1], [-0.9, 1.2], [1.1, 1.2]] {
            let near = |point: &&Vec<f64>| point.iter().zip(corner).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(grid.iter().any(|point| near(&point)), "{corner:?} is not in {grid:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_mapped_lies_inside_and_what_is_inside_stays(
            x in -9.0_f64..9.0, y in -9.0_f64..9.0, radius in 1e-3_f64..5.0, norm in 0_usize..3,
        ) {
            let norm = [Norm::L1, Norm::L2, Norm::Linf][norm];
            let ball = Ball::new(&range(norm), radius);
            let mapped = ball.mapped(&[x, y]);
            prop_assert!(ball.holds(&mapped), "{mapped:?}");
            prop_assert_eq!(ball.mapped(&mapped), mapped.clone());
            if !ball.holds(&[x, y]) {
                // Nothing is given away: it lies on the edge of the ball or of the range.
                let edge = |i: usize| mapped[i] <= ball.ends().0[i] + 1e-9 || mapped[i] >= ball.ends().1[i] - 1e-9;
                prop_assert!(ball.size(&mapped) >= radius * (1.0 - 1e-12) || edge(0) || edge(1));
            }
        }

        #[test]
        fn grids_lie_inside(radius in 1e-3_f64..5.0, norm in 0_usize..3, count in 2_usize..60) {
            let ball = Ball::new(&range([Norm::L1, Norm::L2, Norm::Linf][norm]), radius);
            let grid = ball.grid(count);
            prop_assert_eq!(grid.len(), count + 1);
            prop_assert!(grid.iter().all(|point| ball.holds(point)));
        }
    }
}
