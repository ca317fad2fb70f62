//! The range of parameters that a case is about, and the part of it within a radius of the identity.

/// A box of parameters that holds the identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The least value of each parameter.
    pub low: Vec<f64>,
    /// The largest value of each parameter.
    pub high: Vec<f64>,
    /// The parameters at which the transformation does nothing; inside the box.
    pub identity: Vec<f64>,
}

impl Range {
    /// The largest |xi| of one parameter's range: radii are capped here.
    pub fn cap(&self) -> f64 {
        let reach = |i: usize| (self.high[i] - self.identity[i]).max(self.identity[i] - self.low[i]);
        (0..self.identity.len()).map(reach).fold(0.0, f64::max)
    }

    /// The smallest box that holds every xi of the range with |xi| <= radius, rounded outward.
    pub fn within(&self, radius: f64) -> (Vec<f64>, Vec<f64>) {
        let low = self.identity.iter().zip(&self.low).map(|(id, low)| (id - radius).next_down().max(*low));
        let high = self.identity.iter().zip(&self.high).map(|(id, high)| (id + radius).next_up().min(*high));
        (low.collect(), high.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_hold_all_within_the_radius_and_stay_in_the_range() {
        let range = Range { low: vec![-10.0], high: vec![50.0], identity: vec![0.0] };
        assert_eq!(range.cap(), 50.0);
        let (low, high) = range.within(20.0);
        assert_eq!(low, [-10.0]);
        assert!(high[0] >= 20.0 && high[0] < 20.0 + 1e-9);
        assert_eq!(range.within(50.0), (vec![-10.0], vec![50.0]));
    }
}
