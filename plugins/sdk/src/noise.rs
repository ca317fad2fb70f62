use gsmooth_plugin_abi::OptionSpec;

use crate::{Error, Options, Result};

/// A log-concave law of one coordinate. All functions are pure. Certificates rest on tails: `cdf` must be accurate relative to
/// itself in the lower tail, `sf` in the upper one, and `quantile` and `isf` must invert them. The host rounds against the
/// certificate by enough for relative errors of 1e-13 in probabilities and of 1e-15 in quantiles (where a quantile is near 0, of
/// 1e-15 of the law's width), and for no larger ones.
pub trait NoiseDistribution: Sized + Send + Sync + 'static {
    /// Name, `[a-z0-9_]+`: what users write into audit files.
    const ID: &'static str;
    /// What it is, for users.
    const DOC: &'static str;
    /// Options it takes.
    const OPTIONS: &'static [OptionSpec] = &[];
    /// Whether calls may overlap on several threads; see
    /// [`Transformation::THREAD_SAFE`](crate::Transformation::THREAD_SAFE).
    const THREAD_SAFE: bool = true;

    /// An instance with these options.
    ///
    /// # Errors
    /// The options do not go together.
    fn create(options: &Options<'_>) -> Result<Self>;

    /// The closed interval that carries the law; ends may be infinite.
    fn support(&self) -> (f64, f64);

    /// P(theta <= x).
    fn cdf(&self, x: f64) -> f64;

    /// P(theta > x).
    fn sf(&self, x: f64) -> f64;

    /// The x with cdf(x) = p; the ends of the support for p = 0 and p = 1.
    fn quantile(&self, p: f64) -> f64;

    /// The x with sf(x) = p; the ends of the support for p = 1 and p = 0.
    fn isf(&self, p: f64) -> f64;

    /// Natural logarithm of the density; minus infinity outside the support.
    fn log_density(&self, x: f64) -> f64;

    /// Fills `out` with samples, each from its own uniform word alone, and none of them infinite.
    ///
    /// The default is the inverse transform, with the probability taken in the nearer tail and formed there from 63 bits of the
    /// word, which f64 rounds to its 53 significant ones: a word w below 2^63 gives quantile((w + 1) / 2^64), any other
    /// isf((2^64 - w) / 2^64).
    ///
    /// # Errors
    /// A sample is not finite.
    fn sample(&self, words: &[u64], out: &mut [f64]) -> Result {
        for (x, &word) in out.iter_mut().zip(words) {
            *x = inverse_transform(self, word);
            if !x.is_finite() {
                return Err(Error::new(format_args!("the word {word:#018x} gives the sample {x}")));
            }
        }
        Ok(())
    }
}

/// 2^-64.
const ULP_OF_WORD: f64 = 1.0 / 18_446_744_073_709_551_616.0;

fn inverse_transform(law: &impl NoiseDistribution, word: u64) -> f64 {
    if word >> 63 == 0 { law.quantile(tail(word)) } else { law.isf(tail(!word)) }
}

/// (word + 1) / 2^64 for word < 2^63: inside (0, 1/2], never 0. The sum is formed before it is rounded: half a word would round
/// to even and make neighbours equal.
fn tail(word: u64) -> f64 {
    (word + 1) as f64 * ULP_OF_WORD
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Uniform;

    /// The law on [0, 1], which shows the probabilities as they are formed.
    impl NoiseDistribution for Uniform {
        const ID: &'static str = "unit";
        const DOC: &'static str = "Uniform on [0, 1].";
        fn create(_: &Options<'_>) -> Result<Self> {
            Ok(Self)
        }
        fn support(&self) -> (f64, f64) {
            (0.0, 1.0)
        }
        fn cdf(&self, x: f64) -> f64 {
            x
        }
        fn sf(&self, x: f64) -> f64 {
            1.0 - x
        }
        fn quantile(&self, p: f64) -> f64 {
            if p == 0.0 { f64::NEG_INFINITY } else { p }
        }
        fn isf(&self, p: f64) -> f64 {
            if p == 0.0 { f64::INFINITY } else { 1.0 - p }
        }
        fn log_density(&self, _: f64) -> f64 {
            0.0
        }
    }

    #[test]
    fn extreme_words_give_finite_samples() {
        let words = [0, 1, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX];
        let mut out = [f64::NAN; 6];
        Uniform.sample(&words, &mut out).unwrap();
        assert_eq!(out[0], 0.5_f64.powi(64));
        assert_eq!(out[1], 2.0 * 0.5_f64.powi(64));
        assert_eq!(out[2], 0.5);
        assert_eq!(out[3], 0.5);
        assert!(out.is_sorted());
    }

    #[test]
    fn words_of_53_bits_are_told_apart_in_both_tails() {
        for word in [1_u64 << 40, (1 << 52) + 12345, (1 << 53) - 2] {
            assert_ne!(tail(word), tail(word + 1));
            let mut out = [0.0; 2];
            Uniform.sample(&[word, !word], &mut out).unwrap();
            assert_eq!(out[1], 1.0 - out[0]);
        }
    }
}
