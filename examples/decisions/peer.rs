//! The same decisions by a loop with a fixed number of draws: do the verdicts agree, and what did either take?

use std::path::Path;

use anyhow::Context;
use gsmooth::audit::folder::RunFolder;
use gsmooth::audit::plan::Plan;
use gsmooth::audit::records::Record;
use gsmooth::certify::image::preview;
use gsmooth::certify::single_point::Required;
use serde::Deserialize;

/// What the peer printed of an image.
#[derive(Debug, Deserialize)]
struct Line {
    index: u64,
    class: u32,
    p_lower: f64,
    draws: u64,
    seconds: f64,
}

/// How the verdicts of some images compare.
#[derive(Debug, Default)]
struct Agreement {
    same: usize,
    different: usize,
    /// Verdicts that the budget of draws left open.
    open: usize,
}

/// Compares a case of a run with a peer's lines, and prints what came out.
pub fn compare(plan: &Plan, run: &RunFolder, case: &str, lines: &Path) -> anyhow::Result<()> {
    let planned = plan.cases.iter().find(|planned| planned.case.name == case).context("no such case")?;
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let text = std::fs::read_to_string(lines)?;
    let peers: Vec<Line> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut agreement = Agreement::default();
    for peer in &peers {
        let record = run.records.iter().find(|record| record.case == case && record.index == peer.index);
        let record = record.context("the run lacks an image of the peer")?;
        let geometry = preview(&planned.case, &plan.data, peer.index as usize, &mut worker)?;
        for required in &geometry.required {
            agreement.add(record, peer, required, planned.case.sampling.draws);
        }
    }
    let of_peer = peers.iter().map(|peer| peer.seconds).sum::<f64>() / peers.len().max(1) as f64;
    let own = super::seconds_an_image(run, case);
    let draws = peers.first().map_or(0, |peer| peer.draws);
    println!(
        "{case}, {} images: {} verdicts agree, {} differ, {} left open",
        peers.len(),
        agreement.same,
        agreement.different,
        agreement.open
    );
    println!(
        "{own:.4} seconds an image; the peer with {draws} draws {of_peer:.2}: {:.0} times as long",
        of_peer / own
    );
    Ok(())
}

impl Agreement {
    fn add(&mut self, record: &Record, peer: &Line, required: &Required, budget: u64) {
        let of_peer = (peer.p_lower > required.p_star).then_some(peer.class);
        let certified = record.radii.get(&required.radius.to_string()).and_then(serde_json::Value::as_bool);
        let own = record.predicted.filter(|_| certified == Some(true));
        if own == of_peer {
            self.same += 1;
        } else if own.is_none() && record.counts.iter().sum::<u64>() + record.failures >= budget {
            self.open += 1;
        } else {
            self.different += 1;
        }
    }
}
