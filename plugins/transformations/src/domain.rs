//! Checks of parameters and boxes against the declared domain of a one-parameter transformation.

use crate::error::TransformationError;

/// The domain of the one parameter of a transformation.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// Name of the parameter, for messages.
    pub name: &'static str,
    /// Least admissible value.
    pub low: f64,
    /// Greatest admissible value.
    pub high: f64,
}

impl Domain {
    /// The value in `parameters`, which must hold exactly one finite number inside the domain.
    pub fn value(&self, parameters: &[f64]) -> Result<f64, TransformationError> {
        let &[value] = parameters else {
            return Err(TransformationError::Count { name: self.name, count: parameters.len() });
        };
        if value.is_finite() && value >= self.low && value <= self.high {
            Ok(value)
        } else {
            Err(TransformationError::OutsideDomain { name: self.name, value, low: self.low, high: self.high })
        }
    }

    /// The interval `[low, high]`, which must be non-empty and inside the domain.
    pub fn interval(&self, low: &[f64], high: &[f64]) -> Result<(f64, f64), TransformationError> {
        let (low, high) = (self.value(low)?, self.value(high)?);
        if low <= high {
            Ok((low, high))
        } else {
            Err(TransformationError::EmptyBox { name: self.name, low, high })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: Domain = Domain { name: "radius", low: 0.0, high: f64::INFINITY };

    #[test]
    fn refuses_what_is_outside() {
        assert_eq!(DOMAIN.value(&[1.5]), Ok(1.5));
        for value in [-1e-300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(matches!(DOMAIN.value(&[value]), Err(TransformationError::OutsideDomain { .. })));
        }
        assert!(matches!(DOMAIN.value(&[]), Err(TransformationError::Count { count: 0, .. })));
        assert!(matches!(DOMAIN.value(&[1.0, 2.0]), Err(TransformationError::Count { count: 2, .. })));
    }

    #[test]
    fn refuses_an_empty_box() {
        assert_eq!(DOMAIN.interval(&[0.0], &[0.0]), Ok((0.0, 0.0)));
        assert!(matches!(DOMAIN.interval(&[2.0], &[1.0]), Err(TransformationError::EmptyBox { .. })));
    }
}
