//! The table that `gsmooth attack` ends with, and what it says of certificates that do not hold.

use std::io::{Write, stdout};

use super::CliError;
use super::messages::say;
use super::progress::thousands;
use super::table::{self, number, percent};
use crate::attack::report::{CaseReport, Evidence, Fall, Report, Share};
use crate::certify::geometry::Kind;
use crate::smoothing::refutation::Claimed;

const HEADER: [&str; 10] =
    ["case", "method", "radius", "images", "clean", "vanilla", "smoothed", "certified", "", "falls"];
/// Columns that are aligned right.
const NUMBERS: [usize; 7] = [2, 3, 4, 5, 6, 7, 9];

/// Prints accuracy under attack by case and radius beside what is certified, and what the words mean.
pub fn print(report: &Report) -> Result<(), CliError> {
    let mut table = table::new(&HEADER, &NUMBERS);
    for case in &report.cases {
        for (i, row) in case.rows.iter().enumerate() {
            let first = |text: String| if i == 0 { text } else { String::new() };
            let share = |share: Share| if case.images > 0 { percent(share.share) } else { String::new() };
            table.add_row(vec![
                first(case.name.clone()),
                first(case.method.clone()),
                number(row.radius),
                first(case.images.to_string()),
                first(share(case.clean)),
                share(row.vanilla),
                row.smoothed.map_or_else(String::new, share),
                share(row.certified),
                kind(case.kind).to_owned(),
                row.falls.to_string(),
            ]);
        }
    }
    let mut out = stdout().lock();
    writeln!(out, "{table}")?;
    writeln!(
        out,
        "clean: share of the images that the bare classifier gets right as they are. vanilla: that it gets right at every\n\
         parameter up to the radius that was tried. smoothed: the same of the smoothed classifier, wrong where fresh draws\n\
         show it. certified: share of the images whose label is certified; no attack may do worse than that. falls:\n\
         certificates that fresh draws refute."
    )?;
    for case in report.cases.iter().filter(|case| case.images < case.wanted) {
        writeln!(out, "{}: {} of {} images, those on record or done.", case.name, case.images, case.wanted)?;
    }
    for case in report.cases.iter().filter(|case| case.claim == "surrogate") {
        writeln!(
            out,
            "{}: the claim is about the surrogate, and the attacks move its imitations.",
            case.name
        )?;
    }
    for case in report.cases.iter().filter(|case| case.errors > 0) {
        writeln!(
            out,
            "{}: the attack on {} images ended in an error; they count as wrong.",
            case.name, case.errors
        )?;
    }
    let undecided = |case: &CaseReport| case.rows.iter().map(|row| row.undecided).max().unwrap_or(0);
    for case in report.cases.iter().filter(|case| undecided(case) > 0) {
        let images = undecided(case);
        writeln!(out, "{}: {images} images stay undecided after all draws; they count as right.", case.name)?;
    }
    let trials: usize = report.cases.iter().map(|case| case.trials.len()).sum();
    writeln!(
        out,
        "{} points were tried on smoothed classifiers, {} of them tested on fresh draws: each test errs with probability {:.1e}.",
        thousands(report.points),
        thousands(trials as u64),
        report.alpha
    )?;
    Ok(())
}

fn kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Proven) => "proven",
        Some(Kind::Estimated) => "estimated",
        None => "",
    }
}

/// Says of every certificate that does not hold what it takes to reproduce that.
pub fn falls(report: &Report) {
    let falls: Vec<&Fall> = report.cases.iter().flat_map(|case| &case.falls).collect();
    for fall in &falls {
        say(describe(fall));
    }
    if falls.is_empty() {
        return;
    }
    let certificates: u64 = report.cases.iter().map(|case| case.certificates).sum();
    say(format_args!(
        "{} of {certificates} certificates do not hold. Each may be wrong with the probability `alpha` that the audit allows; \
         more than that is a fault of a plugin, of the audit's assumptions, or of gsmooth",
        falls.len()
    ));
}

fn describe(fall: &Fall) -> String {
    let kind = match fall.radius_kind {
        Kind::Proven => "proven".to_owned(),
        Kind::Estimated => "estimated (an estimated radius can be wrong)".to_owned(),
    };
    let Fall { case, index, class, radius, parameters, size, .. } = fall;
    let head = format!(
        "FALL: case {case}, image {index}: class {class} is certified to radius {radius:?}, {kind}, and does not hold at \
         xi = {parameters:?} of size {size:?}"
    );
    match &fall.evidence {
        None => format!("{head}: the bare classifier answers another class there"),
        Some(evidence) => format!("{head}: {}", describe_evidence(*class, evidence)),
    }
}

fn describe_evidence(class: u32, evidence: &Evidence) -> String {
    let votes = evidence.counts.get(class as usize).copied().unwrap_or(0);
    let (draws, failures, alpha) = (evidence.draws, evidence.failures, evidence.alpha);
    let claimed = match evidence.claimed {
        Claimed::Majority { margin } => format!("that its probability is above {}", 0.5 + margin),
        Claimed::Ahead { of } => format!("that it leads class {of}"),
    };
    let stream = &evidence.stream;
    let purpose = serde_json::to_string(&stream.purpose).unwrap_or_default();
    format!(
        "{votes} of {draws} fresh draws are for it, {failures} failed; {claimed} is refuted at {alpha:.1e}. Noise: seed {}, \
         case {}, index {}, purpose {}, anchor {}, generation {}, draws 0 to {}",
        stream.seed,
        stream.case,
        stream.index,
        purpose.trim_matches('"'),
        stream.anchor,
        stream.generation,
        draws.saturating_sub(1)
    )
}
