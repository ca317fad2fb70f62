//! The run whose certificates are attacked, with the plan that it is of.

use std::path::{Path, PathBuf};

use super::error::AttackError;
use crate::audit::folder::{FolderError, RECORDS, RunFolder};
use crate::audit::plan::{Plan, PlanOptions};
use crate::audit::records::Header;
use crate::onnx::runtime::Message;

/// An audit opened, with its run read.
#[derive(Debug)]
pub struct Recorded {
    /// The plan.
    pub plan: Plan,
    /// Its run.
    pub run: RunFolder,
}

/// Opens an audit and reads its run: in `output`, or in the folder that the file names, or in the one named after it. If
/// `options` ask for one case, a run of the whole audit serves, and so does a run of that case alone.
///
/// # Errors
/// Whatever is wrong with the audit; if there is no run of it.
pub fn open(
    audit: &Path,
    options: &PlanOptions,
    output: Option<&Path>,
    on_message: &mut dyn FnMut(Message),
) -> Result<Recorded, AttackError> {
    let whole = PlanOptions { case: None, ..options.clone() };
    let mut plan = Plan::open(audit, &whole, on_message)?;
    let folder = output.map_or_else(|| folder_of(audit, &plan), Path::to_owned);
    let Some(case) = &options.case else {
        let run = read(&plan, &folder)?;
        return Ok(Recorded { plan, run });
    };
    match read(&plan, &folder) {
        Ok(run) if plan.cases.iter().any(|planned| planned.case.name == *case) => {
            plan.cases.retain(|planned| planned.case.name == *case);
            Ok(Recorded { plan, run })
        }
        of_whole => {
            let plan = Plan::open(audit, options, on_message)?;
            let alone = output.map_or_else(|| beside(&folder, case), Path::to_owned);
            // What is said of the whole audit's run is said where there is neither.
            read(&plan, &alone).or(of_whole).map(|run| Recorded { plan, run })
        }
    }
}

fn read(plan: &Plan, folder: &Path) -> Result<RunFolder, AttackError> {
    let run = RunFolder::read(folder, None).map_err(|error| match error {
        FolderError::Records(error) if folder.join(RECORDS).is_file() => AttackError::Damaged(error),
        source => AttackError::NoRun { source },
    })?;
    let differing = differing(&plan.header, &run.header);
    if !differing.is_empty() {
        return Err(AttackError::OtherRun { folder: folder.to_owned(), differing });
    }
    Ok(run)
}

/// Where `gsmooth certify` puts the run of an audit.
fn folder_of(audit: &Path, plan: &Plan) -> PathBuf {
    let stem = audit.file_stem().unwrap_or_default();
    plan.output.clone().unwrap_or_else(|| PathBuf::from("runs").join(stem))
}

/// Where it puts the run of one case alone.
fn beside(whole: &Path, case: &str) -> PathBuf {
    let mut name = whole.file_name().unwrap_or_default().to_owned();
    name.push("-");
    name.push(case);
    whole.with_file_name(name)
}

/// The entries in which two headers differ.
fn differing(ours: &Header, theirs: &Header) -> Vec<String> {
    let entries = |header: &Header| serde_json::to_value(header).ok().and_then(|v| v.as_object().cloned());
    let (ours, theirs) = (entries(ours).unwrap_or_default(), entries(theirs).unwrap_or_default());
    let other = ours.iter().filter(|(key, value)| theirs.get(*key) != Some(value));
    other.map(|(key, _)| key.clone()).collect()
}
