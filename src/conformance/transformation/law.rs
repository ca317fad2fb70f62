//! The law of gamma(theta, xi) for Gaussian theta.

use std::fmt::{self, Display};

use super::super::quantities::{kolmogorov_smirnov, massart};
use super::super::trial::{Input, Stop, Trial, judge, strict};
use super::super::verdict::Outcome;
use super::space::Space;
use super::subject::{Subject, Variant};
use crate::stats::normal;

/// Samples of theta.
const SAMPLES: usize = 10_000;
/// What any statistic of a right law exceeds its limit with, at most.
const ALPHA: f64 = 1e-9;
/// Standard deviations that a moment may lie from its mean: of a normal law, exceeded with less than [`ALPHA`].
const DEVIATIONS: f64 = 6.2;

/// A point xi, and the standard deviation of theta.
struct Question<'a> {
    space: &'a Space,
    variant: &'a Variant,
    xi: Vec<f64>,
    sigma: f64,
}

impl Display for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (xi, sigma, label) = (self.space.describe(&self.xi), self.sigma, &self.variant.label);
        write!(formatter, "xi: {xi}, theta normal with standard deviation {sigma}{label}")
    }
}

impl Input for Question<'_> {}

/// gamma(theta, xi) has the means and standard deviations that `law_of_gamma` states, is Gaussian, and its coordinates are
/// uncorrelated, as they are if they are independent.
pub(super) fn law_of_gamma(subject: &Subject<'_>) -> Outcome {
    let mut random = subject.random();
    let points = subject.space.points(4, &mut random);
    let question = |variant, (i, xi): (usize, &Vec<f64>)| Question {
        space: &subject.space,
        variant,
        xi: xi.clone(),
        sigma: [0.5, 0.1, 1.0][i % 3],
    };
    let questions = subject
        .variants
        .iter()
        .flat_map(|variant| points.iter().enumerate().map(move |point| question(variant, point)));
    judge(subject.context, questions, |question| holds(subject, question))
}

fn holds(subject: &Subject<'_>, question: &Question<'_>) -> Trial {
    let (transformation, m) = (&question.variant.transformation, question.xi.len());
    let Some(law) = strict(transformation.law_of_gamma(&question.xi))? else { return Err(Stop::Refused) };
    let mut random = subject.context.random(3);
    let theta: Vec<f64> = (0..SAMPLES * m).map(|_| question.sigma * random.normal()).collect();
    let Some(gamma) = strict(transformation.compose(&theta, &question.xi.repeat(SAMPLES)))? else {
        return Err(Stop::Refused);
    };
    // In units of the stated law: standard normal, if it is right.
    let column = |j: usize| -> Vec<f64> {
        let (shift, scale) = (law.shift[j], law.scale[j] * question.sigma);
        gamma.iter().skip(j).step_by(m).map(|gamma| (gamma - shift) / scale).collect()
    };
    let columns: Vec<Vec<f64>> = (0..m).map(column).collect();
    for (j, column) in columns.iter().enumerate() {
        let name = &subject.space.names[j];
        has_moments(name, column)?;
        is_gaussian(name, column)?;
        for (other, earlier) in columns[..j].iter().enumerate() {
            are_uncorrelated([&subject.space.names[other], name], earlier, column)?;
        }
    }
    Ok(())
}

fn has_moments(name: &str, column: &[f64]) -> Trial {
    let n = column.len() as f64;
    let mean = column.iter().sum::<f64>() / n;
    let variance = column.iter().map(|z| z * z).sum::<f64>() / n;
    if !(mean.abs() <= DEVIATIONS / n.sqrt()) {
        return Err(Stop::broken(
            format!("gamma's `{name}` with the mean `shift`"),
            format!("a mean that lies {mean:.4} of its stated standard deviations away"),
        ));
    }
    if !((variance - 1.0).abs() <= DEVIATIONS * (2.0 / n).sqrt()) {
        return Err(Stop::broken(
            format!("gamma's `{name}` with the standard deviation `scale` times that of theta"),
            format!("{:.4} times that", variance.sqrt()),
        ));
    }
    Ok(())
}

fn is_gaussian(name: &str, column: &[f64]) -> Trial {
    let normal = |z: &[f64]| Ok::<_, Stop>(z.iter().map(|z| normal::cdf(*z)).collect());
    let apart = kolmogorov_smirnov(&mut column.to_vec(), normal)?;
    if apart <= massart(column.len(), ALPHA) {
        return Ok(());
    }
    Err(Stop::broken(
        format!("a Gaussian `{name}` of gamma"),
        format!("a distribution function that lies {apart:.4} from the Gaussian one"),
    ))
}

fn are_uncorrelated(names: [&str; 2], a: &[f64], b: &[f64]) -> Trial {
    let n = a.len() as f64;
    let correlation = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
    if correlation.abs() <= DEVIATIONS / n.sqrt() {
        return Ok(());
    }
    Err(Stop::broken(
        format!("`{}` and `{}` of gamma independent", names[0], names[1]),
        format!("a correlation of {correlation:.4}"),
    ))
}
