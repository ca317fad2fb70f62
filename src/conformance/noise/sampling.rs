//! Samples follow the law, and depend on their own words alone.

use std::fmt::{self, Display};

use super::super::purity::same_on_threads;
use super::super::quantities::{kolmogorov_smirnov, massart};
use super::super::trial::{Input, Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::{Law, Variant};
use crate::host::Noise;

/// Samples compared with the distribution function.
const SAMPLES: usize = 100_000;
/// What the difference of a right law exceeds its limit with, at most.
const ALPHA: f64 = 1e-9;

/// Words to sample from.
struct Words<'a> {
    variant: &'a Variant,
    words: Vec<u64>,
    what: String,
}

impl Display for Words<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.what, self.variant.label)
    }
}

impl Input for Words<'_> {}

/// The extreme words one by one, then many random ones.
fn inputs<'a>(law: &'a Law<'_>, count: usize) -> Vec<Words<'a>> {
    let mut inputs = Vec::new();
    for variant in &law.variants {
        for word in [0, u64::MAX, 1, 1 << 63, (1 << 63) - 1] {
            inputs.push(Words { variant, words: vec![word], what: format!("the word {word:#x}") });
        }
        let mut random = law.context.random(1);
        let words = (0..count).map(|_| random.word()).collect();
        inputs.push(Words { variant, words, what: format!("{count} random words") });
    }
    inputs
}

fn sample(noise: &Noise, words: &[u64]) -> Trial<Vec<f64>> {
    let mut out = vec![f64::NAN; words.len()];
    strict(noise.sample(words, &mut out))?;
    Ok(out)
}

/// Every word gives a finite sample in the support; many of them have the distribution function `cdf`.
pub(super) fn samples(law: &Law<'_>) -> Outcome {
    judge(law.context, inputs(law, SAMPLES), |input| {
        let noise = &input.variant.noise;
        let mut samples = sample(noise, &input.words).map_err(|stop| match stop {
            Stop::Refused => Stop::broken("a sample for every word", "a refusal"),
            broken @ Stop::Broken { .. } => broken,
        })?;
        if samples.len() < SAMPLES {
            return Ok(());
        }
        let apart = kolmogorov_smirnov(&mut samples, |x| {
            let mut cdf = vec![f64::NAN; x.len()];
            noise.cdf(x, &mut cdf).map(|()| cdf)
        })?;
        let limit = massart(SAMPLES, ALPHA);
        if apart <= limit {
            return Ok(());
        }
        Err(Stop::broken(
            format!("{SAMPLES} samples whose distribution function lies within {limit:.4} of `cdf`"),
            format!("one that lies {apart:.4} away"),
        ))
    })
}

/// Sample i is a function of word i alone: whatever the others are, and however often it is asked.
pub(super) fn words(law: &Law<'_>) -> Outcome {
    judge(law.context, inputs(law, 100), |input| {
        let noise = &input.variant.noise;
        let together = sample(noise, &input.words)?;
        let mut reversed = input.words.clone();
        reversed.reverse();
        let mut backwards = sample(noise, &reversed)?;
        backwards.reverse();
        for (i, &word) in input.words.iter().enumerate() {
            let alone = sample(noise, &[word])?[0];
            if let Some(other) =
                [together[i], backwards[i]].into_iter().find(|x| x.to_bits() != alone.to_bits())
            {
                return Err(Stop::broken(
                    "each sample a function of its own word alone",
                    format!("{alone:?} for the word {word:#x} alone, {other:?} among others"),
                ));
            }
        }
        Ok(())
    })
}

/// Calls may overlap on one instance.
pub(super) fn threads(law: &Law<'_>) -> Outcome {
    judge(law.context, inputs(law, 60), |input| {
        let noise = &input.variant.noise;
        let values = |item: usize| {
            let (x, words) = ([0.01 + 0.9 * item as f64 / input.words.len() as f64], [input.words[item]]);
            let mut out = [[f64::NAN]; 6];
            let [sample, cdf, sf, quantile, isf, log_density] = &mut out;
            noise.sample(&words, sample).ok()?;
            noise.cdf(&x, cdf).ok()?;
            noise.sf(&x, sf).ok()?;
            noise.quantile(&x, quantile).ok()?;
            noise.isf(&x, isf).ok()?;
            noise.log_density(&x, log_density).ok()?;
            Some(out.map(|[value]| value.to_bits()))
        };
        same_on_threads(input.words.len(), |item| format!("for the word {:#x}", input.words[item]), values)
    })
}
