//! The exit code of a run that is complete.

use std::process::ExitCode;

use super::messages;
use super::table::{number, percent};
use crate::audit::diagnostic::AuditText;
use crate::audit::plan::targets::Requirement;
use crate::audit::summary::Summary;
use crate::audit::verdict::{has_errors, line_of, unmet};

/// Says which requirements are not met. The exit code: requirements first, then errors.
pub fn conclude<'a>(
    audit: &AuditText,
    requirements: impl Iterator<Item = (&'a str, Option<&'a Requirement>)>,
    summary: &Summary,
) -> ExitCode {
    let unmet = unmet(requirements, summary);
    for unmet in &unmet {
        messages::say(format_args!(
            "{}:{}: `require` of case {} is not met: certified accuracy {} at radius {}, required {}",
            audit.path.display(),
            line_of(&unmet.require, audit),
            unmet.case,
            percent(unmet.reached),
            number(unmet.require.radius),
            percent(unmet.require.certified_accuracy)
        ));
    }
    if !unmet.is_empty() { ExitCode::from(1) } else { errors(summary) }
}

/// The exit code of a part of a run, by itself: nothing is required of it.
pub fn errors(summary: &Summary) -> ExitCode {
    if has_errors(summary) { ExitCode::from(5) } else { ExitCode::SUCCESS }
}
