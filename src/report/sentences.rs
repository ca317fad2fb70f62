//! What was found of each case, in plain words.

use crate::audit::case_description::{CaseDescription, ParameterRange};
use crate::audit::summary::{CaseSummary, CertifiedAccuracy};
use crate::certify::case::Claim;
use crate::certify::geometry::Kind;
use crate::certify::ranges::Norm;

use super::words;

/// The finding of a case at its largest radius, with its confidence. Claims about a surrogate say so first.
pub fn finding(summary: &CaseSummary, description: &CaseDescription) -> String {
    let Some(entry) = summary.certified_accuracy.last().filter(|_| summary.images > 0) else {
        return "No image is on record.".to_owned();
    };
    let mut text = format!(
        "{}n {}, {} {}{}{}{}",
        if description.is_about_surrogate() {
            "About the surrogate's imitation of the transformation, not about the transformation itself: o"
        } else {
            "O"
        },
        images(summary, description),
        subject(description),
        share(summary, entry),
        under(description, entry.radius),
        margin(description),
        slack(description),
    );
    text.push_str(&confidence(description));
    if summary.kind == Some(Kind::Estimated) {
        text.push_str(
            " Estimated: the largest move was found among sampled parameters; what lies between them is not proven.",
        );
    }
    text.push_str(&of_the_transformation_itself(description, entry));
    // A unit stays in the line of its number.
    text.replace(" %", "\u{a0}%").replace(" px", "\u{a0}px")
}

/// "500 images", or what there is of them.
fn images(summary: &CaseSummary, description: &CaseDescription) -> String {
    let (found, asked) = (summary.images, description.images);
    if found < asked {
        return format!(
            "the {} of {} that are on record",
            words::thousands(found),
            words::count(asked, "image")
        );
    }
    words::count(found, "image")
}

/// Who keeps the answer.
fn subject(description: &CaseDescription) -> &'static str {
    if description.has_draws() { "the smoothed classifier" } else { "the classifier itself" }
}

/// "provably keeps the right answer on 96.6 % (95 % interval 94.6 to 98.0 %)".
fn share(summary: &CaseSummary, entry: &CertifiedAccuracy) -> String {
    let verb = match summary.kind {
        Some(Kind::Estimated) => "is estimated to keep the right answer on",
        Some(Kind::Proven) => "provably keeps the right answer on",
        None => "is certified to keep the right answer on",
    };
    format!(
        "{verb} {} (95 % interval {} %)",
        words::percent(entry.accuracy),
        words::percent_interval(entry.interval)
    )
}

/// The parameters within a radius: " under every Gaussian blur up to variance 36 px²".
pub fn under(description: &CaseDescription, radius: f64) -> String {
    format!(
        " under every {} {}",
        words::transformation(&description.transformation.id),
        parameters(description, radius)
    )
}

fn parameters(description: &CaseDescription, radius: f64) -> String {
    let all = &description.parameters;
    if all.len() > 1 && description.norm != Norm::Linf {
        let ranges: Vec<String> = all.iter().map(|p| whole_range(p, p.low, p.high)).collect();
        return format!(
            "whose parameters lie within an {} distance of {} of the identity ({})",
            words::norm(description),
            words::number(radius),
            words::list(&ranges)
        );
    }
    let within = |p: &ParameterRange| {
        let (low, high) = ((p.identity - radius).max(p.low), (p.identity + radius).min(p.high));
        if low >= p.identity {
            return format!("up to {} {}", p.name, words::quantity(&words::number(high), &p.unit));
        }
        format!("with {}", whole_range(p, low, high))
    };
    words::list(&all.iter().map(within).collect::<Vec<_>>()).replace(" and with ", " and ")
}

/// "angle from −50° to 50°".
fn whole_range(parameter: &ParameterRange, low: f64, high: f64) -> String {
    let value = |value: f64| words::quantity(&words::number(value), &parameter.unit);
    format!("{} from {} to {}", parameter.name, value(low), value(high))
}

fn margin(description: &CaseDescription) -> String {
    match description.sampling.margin {
        0.0 => String::new(),
        m => format!(
            ", with more than {} of the smoothed vote (margin {})",
            words::about(0.5 + m),
            words::number(m)
        ),
    }
}

fn slack(description: &CaseDescription) -> String {
    description.slack.map_or_else(String::new, |slack| {
        format!(
            ", and on every image within an l2 distance of {} of one so transformed (slack)",
            words::about(slack)
        )
    })
}

fn confidence(description: &CaseDescription) -> String {
    if description.has_draws() {
        let alpha = words::number(description.sampling.alpha);
        return format!("; each certificate is wrong with probability at most {alpha}.");
    }
    "; every parameter was tried, so no certificate rests on chance.".to_owned()
}

/// What a claim about a surrogate says of the transformation, where the surrogate's error is known.
fn of_the_transformation_itself(description: &CaseDescription, entry: &CertifiedAccuracy) -> String {
    match (description.claim, entry.real_accuracy) {
        (Claim::Surrogate { error: Some(error) }, Some(share)) => format!(
            " For the transformation itself it holds on {}, provided that it and its imitation are never further apart \
             than {} (l2).",
            words::percent(share),
            words::number(error)
        ),
        (Claim::Surrogate { error: None }, _) => {
            " Nothing is claimed of the transformation itself.".to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
