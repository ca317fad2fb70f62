//! Quotients to twice the working precision, and the exponential tail that needs them.

/// x / scale as `high + low`, where `high` is the rounded quotient. Deep in a tail a rounded quotient alone is not enough: the
/// tail of a law falls by a factor e per unit of some slope t, and so multiplies a relative error of its argument by t * x.
pub(crate) fn ratio(x: f64, scale: f64) -> (f64, f64) {
    let high = x / scale;
    // x - high * scale, rounded once.
    let low = (-high).mul_add(scale, x) / scale;
    (high, if low.is_finite() { low } else { 0.0 })
}

/// exp(-x / scale) for x >= 0, accurate relative to itself however deep in the tail.
pub(crate) fn exponential_decay(x: f64, scale: f64) -> f64 {
    // exp(-(high + low)) to first order in `low`.
    let (high, low) = ratio(x, scale);
    let leading = libm::exp(-high);
    leading - leading * low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_close;

    #[test]
    fn the_low_part_holds_what_rounding_lost() {
        let (high, low) = ratio(1.0, 3.0);
        assert_eq!(high, 1.0 / 3.0);
        // 1/3 - fl(1/3) = 2^-54 / 3.
        assert!((low - 0.5_f64.powi(54) / 3.0).abs() < 1e-33, "{low:e}");
        assert_eq!(ratio(2.0, 4.0), (0.5, 0.0));
        assert_eq!(ratio(f64::INFINITY, 4.0), (f64::INFINITY, 0.0));
    }

    #[test]
    fn the_decay_keeps_its_digits_far_out() {
        // exp(-600.3 / 0.9) from 60-digit arithmetic.
        assert_close(exponential_decay(600.3, 0.9), 2.1163162688839674e-290, 1e-15);
        assert_eq!((exponential_decay(0.0, 0.9), exponential_decay(f64::INFINITY, 0.9)), (1.0, 0.0));
        assert!(exponential_decay(f64::NAN, 0.9).is_nan());
    }
}
