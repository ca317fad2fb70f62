//! gsmooth as a library: opens an audit, certifies its first images, and prints what is claimed of each.
//!
//! ```sh
//! cargo build && cargo run --example library -- configs/quickstart.toml
//! ```

use std::path::Path;

use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::certify::image::ImageMachine;
use gsmooth::smoothing::scheduler::{self, Event, Schedule};
use gsmooth::smoothing::stop::Stop;

/// Images shown of each case.
const IMAGES: usize = 3;

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "configs/quickstart.toml".to_owned());
    // Everything that the audit names is opened and checked here; after this, only single images can fail.
    let plan = Plan::open(Path::new(&path), &PlanOptions::default(), &mut |message| eprintln!("{message}"))?;
    for planned in &plan.cases {
        println!("{} ({})", planned.case.name, planned.method);
        let worker = planned.worker(&plan.runtime, &plan.session)?;
        let schedule = Schedule { batch: 128, window: 2, classes: planned.case.classes };
        let indices: Vec<usize> = plan.selection.indices().take(IMAGES).collect();
        let machines = indices.iter().map(|i| ImageMachine::new(planned.case.clone(), plan.data.clone(), *i));
        let mut shown = indices.iter();
        let stop = Stop::new();
        scheduler::run(schedule, vec![worker], machines, &stop, |event| {
            if let Event::Done(certificate) = event {
                let index = shown.next().copied().unwrap_or_default();
                println!(
                    "  image {index}: class {:?}, {:?}, radius {} ({:?})",
                    certificate.predicted, certificate.status, certificate.radius, certificate.kind
                );
            }
            Ok::<(), anyhow::Error>(())
        })?;
    }
    Ok(())
}
