//! What the tests of all laws share.

use gsmooth_plugin_sdk::NoiseDistribution;

/// Fails unless `found` is `expected` up to the relative error given.
pub(crate) fn assert_close(found: f64, expected: f64, relative: f64) {
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= relative, "{found:e}, not {expected:e}: relative error {error:e}");
}

/// How many floats lie between two of one sign.
pub(crate) fn ulps(a: f64, b: f64) -> u64 {
    assert_eq!(a.is_sign_negative(), b.is_sign_negative());
    a.to_bits().abs_diff(b.to_bits())
}

/// SplitMix64.
fn words(n: usize) -> Vec<u64> {
    let mut state = 20_260_101_u64;
    let next = |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    (0..n).map(next).collect()
}

/// Fails unless n samples pass the Kolmogorov-Smirnov test against the law's own distribution function, at level 0.001; and
/// unless a wrong law (ten per cent too wide) fails it, so that the test is known to see something.
pub(crate) fn kolmogorov_smirnov(law: &impl NoiseDistribution, n: usize) {
    let mut samples = vec![0.0; n];
    law.sample(&words(n), &mut samples).unwrap();
    samples.sort_by(f64::total_cmp);
    let critical = 1.95 / (n as f64).sqrt();
    let right = distance(&samples, |x| law.cdf(x));
    assert!(right < critical, "{right} >= {critical}");
    assert!(distance(&samples, |x| law.cdf(x / 1.1)) > critical);
}

/// The greatest difference between the empirical distribution function and `cdf`.
fn distance(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let differences = sorted.iter().enumerate().map(|(i, &x)| {
        let p = cdf(x);
        (p - i as f64 / n).max((i + 1) as f64 / n - p)
    });
    differences.fold(0.0, f64::max)
}
