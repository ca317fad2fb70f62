//! The range of parameters that a case is about, and the part of it within a radius of the identity.

pub use crate::stats::norm::Norm;

/// A box of parameters that holds the identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The least value of each parameter.
    pub low: Vec<f64>,
    /// The largest value of each parameter.
    pub high: Vec<f64>,
    /// The parameters at which the transformation does nothing; inside the box.
    pub identity: Vec<f64>,
    /// How |xi| is measured.
    pub norm: Norm,
}

impl Range {
    /// The largest |xi| of the range: radii are capped here.
    pub fn cap(&self) -> f64 {
        let reach = |i: usize| (self.high[i] - self.identity[i]).max(self.identity[i] - self.low[i]);
        self.norm.of((0..self.identity.len()).map(reach))
    }

    /// The smallest box that holds every xi of the range with |xi| <= radius, rounded outward.
    pub fn within(&self, radius: f64) -> (Vec<f64>, Vec<f64>) {
        let low = self.identity.iter().zip(&self.low).map(|(id, low)| (id - radius).next_down().max(*low));
        let high = self.identity.iter().zip(&self.high).map(|(id, high)| (id + radius).next_up().min(*high));
        (low.collect(), high.collect())
    }

    /// The least |xi| of a box, rounded down: a box without proof leaves every smaller radius intact.
    pub fn nearest(&self, low: &[f64], high: &[f64]) -> f64 {
        let gap = |i: usize| (low[i] - self.identity[i]).max(self.identity[i] - high[i]).max(0.0);
        let nearest = self.norm.of((0..self.identity.len()).map(gap));
        if self.identity.len() == 1 { nearest } else { (nearest * (1.0 - 1e-12)).max(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_hold_all_within_the_radius_and_stay_in_the_range() {
        let range = Range { low: vec![-10.0], high: vec![50.0], identity: vec![0.0], norm: Norm::L2 };
        assert_eq!(range.cap(), 50.0);
        let (low, high) = range.within(20.0);
        assert_eq!(low, [-10.0]);
        assert!(high[0] >= 20.0 && high[0] < 20.0 + 1e-9);
        assert_eq!(range.within(50.0), (vec![-10.0], vec![50.0]));
    }

    #[test]
    fn norms_measure_boxes_from_the_identity() {
        let range =
            |norm| Range { low: vec![-3.0, -4.0], high: vec![3.0, 4.0], identity: vec![0.0, 0.0], norm };
        for (norm, cap, nearest) in
            [(Norm::L1, 7.0, 3.0), (Norm::L2, 5.0, 5f64.sqrt()), (Norm::Linf, 4.0, 2.0)]
        {
            assert_eq!(range(norm).cap(), cap);
            let found = range(norm).nearest(&[1.0, -4.0], &[3.0, -2.0]);
            assert!(found <= nearest && nearest - found < 1e-9, "{norm:?}: {found}");
            assert_eq!(range(norm).nearest(&[-1.0, -1.0], &[0.5, 0.5]), 0.0);
        }
    }
}
