//! The standard normal law, accurate relative to itself in its lower tail.

use std::f64::consts::FRAC_2_SQRT_PI;

/// 1 / sqrt(2) = `HIGH + LOW`.
const INVERSE_SQRT_2_HIGH: f64 = std::f64::consts::FRAC_1_SQRT_2;
const INVERSE_SQRT_2_LOW: f64 = -4.833646656726457e-17;

/// ln(sqrt(2 pi)).
pub(crate) const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_7;

/// Phi(high + low), for |low| no more than rounding left of `high`.
pub(crate) fn cdf((high, low): (f64, f64)) -> f64 {
    // Phi(z) = erfc(-z / sqrt(2)) / 2, with t + rest = -z / sqrt(2) to twice the working precision, because d ln erfc / d ln t
    // grows like 2 t^2.
    let t = -high * INVERSE_SQRT_2_HIGH;
    let rest =
        (-high).mul_add(INVERSE_SQRT_2_HIGH, -t) - high * INVERSE_SQRT_2_LOW - low * INVERSE_SQRT_2_HIGH;
    let leading = libm::erfc(t);
    let slope = FRAC_2_SQRT_PI * libm::exp(-t * t);
    // Far out both vanish, and `rest` may be no number.
    if slope == 0.0 { 0.5 * leading } else { 0.5 * (leading - slope * rest) }
}

/// The z with Phi(z) = p, to the last bits in the lower tail, and in the upper one as far as p tells. NaN unless 0 <= p <= 1.
pub(crate) fn quantile(p: f64) -> f64 {
    if p > 0.5 {
        // 1 - p is exact.
        return -quantile(1.0 - p);
    }
    let z = rational_quantile(p);
    let centre = p >= 0.5 - CENTRE;
    if centre || p == 0.0 { z } else { polish(z, p) }
}

/// One Halley step for Phi(z) = p in the lower tail, where Phi(z) - p does not cancel below the accuracy of Phi.
fn polish(z: f64, p: f64) -> f64 {
    let density = libm::exp(-0.5 * z * z - LN_SQRT_2_PI);
    if density < f64::MIN_POSITIVE {
        return z;
    }
    let newton = (cdf((z, 0.0)) - p) / density;
    z - newton / (1.0 + 0.5 * z * newton)
}

/// Half-width of the central branch in p.
pub(crate) const CENTRE: f64 = 0.425;

/// Phi^-1(1/2 + excess) for |excess| up to [`CENTRE`], accurate relative to itself: the central branch of AS 241.
pub(crate) fn central_quantile(excess: f64) -> f64 {
    let r = CENTRE * CENTRE - excess * excess;
    excess * horner(&A, r) / horner(&B, r)
}

/// Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988): relative accuracy about 1e-16, up to rounding.
pub(crate) fn rational_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= CENTRE {
        return central_quantile(q);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let magnitude = if r.is_infinite() {
        f64::INFINITY
    } else if r <= 5.0 {
        horner(&C, r - 1.6) / horner(&D, r - 1.6)
    } else {
        horner(&E, r - 5.0) / horner(&F, r - 5.0)
    };
    if q < 0.0 { -magnitude } else { magnitude }
}

/// sum of c_i x^i.
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

const A: [f64; 8] = [
    3.387_132_872_796_366_6,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const B: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const C: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const E: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const F: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use std::f64::consts::SQRT_2;

    use super::*;
    use crate::testing::{assert_close, ulps};

    /// From 60-digit arithmetic.
    const QUANTILES: [(f64, f64); 16] = [
        (1e-300, -37.0470962993612),
        (1e-250, -33.79958617269484),
        (1e-100, -21.273453560965326),
        (1e-20, -9.262340089798407),
        (1e-12, -7.034483825301132),
        (1e-06, -4.753424308822899),
        (0.001, -3.0902323061678136),
        (0.02425, -1.972961051311885),
        (0.075, -1.439531470938456),
        (0.1, -1.2815515655446004),
        (0.3, -0.5244005127080408),
        (0.4999999, -2.5066282747031063e-07),
        (0.75, 0.6744897501960817),
        (0.975, 1.9599639845400538),
        (0.999999, 4.753424308817087),
        (5e-324, -38.467405617144344),
    ];

    #[test]
    fn quantiles_are_right_to_a_few_ulps() {
        for (p, z) in QUANTILES {
            assert!(ulps(quantile(p), z) <= 4, "{p}: {:?}, not {z:?}", quantile(p));
            assert_close(rational_quantile(p), z, 2e-15);
        }
        assert_eq!(quantile(0.5), 0.0);
        assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(quantile(-0.1).is_nan() && quantile(1.1).is_nan() && quantile(f64::NAN).is_nan());
    }

    #[test]
    fn quantiles_grow_with_the_probability() {
        let mut last = f64::NEG_INFINITY;
        for i in 0..20_000 {
            let p = 10_f64.powf(-300.0 + 0.015 * f64::from(i));
            let z = quantile(p);
            assert!(z > last, "{p}");
            last = z;
        }
    }

    #[test]
    fn the_split_of_the_root_is_right() {
        // (HIGH + LOW)^2 = 1/2 to twice the working precision.
        let square = INVERSE_SQRT_2_HIGH * INVERSE_SQRT_2_HIGH;
        let rest = INVERSE_SQRT_2_HIGH.mul_add(INVERSE_SQRT_2_HIGH, -square);
        let error = (square - 0.5) + rest + SQRT_2 * INVERSE_SQRT_2_LOW;
        assert!(error.abs() < 1e-31, "{error:e}");
    }
}
