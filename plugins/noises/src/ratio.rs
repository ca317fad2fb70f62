//! Quotients to twice the working precision.

/// x / scale as `high + low`, where `high` is the rounded quotient. Deep in a tail a rounded quotient alone is not enough: the
/// tail of a law falls by a factor e per unit of some slope t, and so multiplies a relative error of its argument by t * x.
pub(crate) fn ratio(x: f64, scale: f64) -> (f64, f64) {
    let high = x / scale;
    // x - high * scale, rounded once.
    let low = (-high).mul_add(scale, x) / scale;
    (high, if low.is_finite() { low } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_low_part_holds_what_rounding_lost() {
        let (high, low) = ratio(1.0, 3.0);
        assert_eq!(high, 1.0 / 3.0);
        // 1/3 - fl(1/3) = 2^-54 / 3.
        assert!((low - 0.5_f64.powi(54) / 3.0).abs() < 1e-33, "{low:e}");
        assert_eq!(ratio(2.0, 4.0), (0.5, 0.0));
        assert_eq!(ratio(f64::INFINITY, 4.0), (f64::INFINITY, 0.0));
    }
}
