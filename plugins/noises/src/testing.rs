//! What the tests of all laws share.

use gsmooth_plugin_sdk::{NoiseDistribution, Options, Value};

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

/// A law with this scale.
pub(crate) fn instance<N: NoiseDistribution>(scale: f64) -> N {
    N::create(&Options::of(N::OPTIONS, &[("scale", Value::Float(scale))]).unwrap()).unwrap()
}

/// Fails unless the functions of a law fit together: what every law promises, whatever its shape. `smooth` are points beside
/// which the density is finite and has no kink.
pub(crate) fn check_law(law: &impl NoiseDistribution, smooth: &[f64]) {
    tails_add_up(law);
    log_density_is_concave(law);
    density_is_the_slope(law, smooth);
    only_probabilities_have_quantiles(law);
    extreme_words_give_samples_in_the_support(law);
    kolmogorov_smirnov(law, 20_000);
}

/// Points from beyond the lower end of the law to beyond its upper end.
fn grid(law: &impl NoiseDistribution) -> impl Iterator<Item = f64> {
    let (low, high) = (law.quantile(1e-9), law.isf(1e-9));
    let width = high - low;
    (-100..=1100).map(move |i| low + width * f64::from(i) / 1000.0)
}

fn tails_add_up(law: &impl NoiseDistribution) {
    for x in grid(law) {
        let whole = law.cdf(x) + law.sf(x);
        assert!((whole - 1.0).abs() <= 2.0 * f64::EPSILON, "{whole:?} at {x}");
    }
    assert!(law.cdf(f64::NAN).is_nan() && law.sf(f64::NAN).is_nan() && law.log_density(f64::NAN).is_nan());
}

fn log_density_is_concave(law: &impl NoiseDistribution) {
    let points: Vec<f64> = grid(law).collect();
    for step in [1, 7, 120] {
        for three in points.windows(2 * step + 1) {
            let [left, middle, right] = [three[0], three[step], three[2 * step]].map(|x| law.log_density(x));
            let chord = 0.5 * (left + right);
            assert!(
                middle >= chord - 1e-12 * chord.abs().max(1.0),
                "{left} {middle} {right} at {}",
                three[step]
            );
        }
    }
}

fn density_is_the_slope(law: &impl NoiseDistribution, smooth: &[f64]) {
    for &x in smooth {
        let h = 1e-5;
        // From the nearer tail, where differences keep their digits.
        let mass =
            if law.cdf(x) < 0.5 { law.cdf(x + h) - law.cdf(x - h) } else { law.sf(x - h) - law.sf(x + h) };
        let slope = mass / (2.0 * h);
        assert_close(law.log_density(x).exp(), slope, 1e-7);
    }
}

fn only_probabilities_have_quantiles(law: &impl NoiseDistribution) {
    for p in [-0.5, -f64::MIN_POSITIVE, 1.0_f64.next_up(), 1.5, f64::NAN, f64::INFINITY] {
        assert!(law.quantile(p).is_nan() && law.isf(p).is_nan(), "{p}");
    }
    let (low, high) = law.support();
    assert_eq!((law.quantile(0.0), law.quantile(1.0)), (low, high));
    assert_eq!((law.isf(1.0), law.isf(0.0)), (low, high));
    assert_eq!((law.cdf(low), law.sf(low), law.cdf(high), law.sf(high)), (0.0, 1.0, 1.0, 0.0));
    assert_eq!((law.cdf(f64::NEG_INFINITY), law.sf(f64::INFINITY)), (0.0, 0.0));
}

/// Samples also grow with their words.
fn extreme_words_give_samples_in_the_support(law: &impl NoiseDistribution) {
    let words = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX];
    let mut samples = [f64::NAN; 6];
    law.sample(&words, &mut samples).unwrap();
    let (low, high) = law.support();
    assert!(samples.iter().all(|x| x.is_finite() && low <= *x && *x <= high), "{samples:?}");
    assert!(samples.is_sorted() && samples[0] < samples[5], "{samples:?}");
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
fn kolmogorov_smirnov(law: &impl NoiseDistribution, n: usize) {
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
