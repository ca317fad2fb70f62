//! The smoothed classifier's own worst case: the share of images on which it is right at every point of a fine grid of the
//! range. What certified accuracy falls short of it is what certification costs.
//!
//! ```sh
//! cargo build --release && cargo run --release --example worst_case -- configs/covers.toml zoom_blur 100
//! ```
//!
//! Arguments: the audit, one of its cases (`all`: every one), and how many of its images. The grid of several parameters holds
//! the corners of the range, and points that fill it evenly.

use std::path::Path;

use gsmooth::audit::plan::case::PlannedCase;
use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::certify::case::Method;
use gsmooth::certify::ranges::Range;
use gsmooth::certify::worker::CaseWorker;
use gsmooth::smoothing::question::Counts;
use gsmooth::smoothing::site::{Draw, Site};
use gsmooth::smoothing::stream::Purpose;
use gsmooth::smoothing::voter::Voter;

/// Points of the grid, and draws at each.
const POINTS: usize = 40;
const DRAWS: u64 = 300;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "configs/covers.toml".to_owned());
    let case = arguments.next().filter(|case| case != "all");
    let most: usize = arguments.next().map_or(Ok(usize::MAX), |text| text.parse())?;
    let options = PlanOptions { case, ..PlanOptions::default() };
    let plan = Plan::open(Path::new(&path), &options, &mut |message| eprintln!("{message}"))?;
    for planned in &plan.cases {
        if matches!(planned.case.method, Method::Enumerate) {
            println!(
                "{}: every parameter is tried, so the worst case is what is certified",
                planned.case.name
            );
            continue;
        }
        let indices: Vec<usize> = plan.selection.indices().take(most).collect();
        let share = indices.len().div_ceil(plan.threads.max(1)).max(1);
        let right = std::thread::scope(|scope| {
            let parts =
                indices.chunks(share).map(|part| scope.spawn(|| right_everywhere(&plan, planned, part)));
            let parts: Vec<_> = parts.collect();
            parts.into_iter().map(|part| part.join().expect("no panic")).sum::<anyhow::Result<usize>>()
        })?;
        println!(
            "{}: right at all {POINTS} points on {right} of {} images",
            planned.case.name,
            indices.len()
        );
    }
    Ok(())
}

fn right_everywhere(plan: &Plan, planned: &PlannedCase, indices: &[usize]) -> anyhow::Result<usize> {
    let mut worker = planned.worker(&plan.runtime, &plan.session)?;
    let mut right = 0;
    for index in indices {
        right += usize::from(is_right(plan, planned, &mut worker, *index)?);
    }
    Ok(right)
}

fn is_right(
    plan: &Plan,
    planned: &PlannedCase,
    worker: &mut CaseWorker,
    index: usize,
) -> anyhow::Result<bool> {
    let case = &planned.case;
    let label = planned.classifier.class_of(plan.data.label(index));
    let image = plan.data.image(index)?;
    for (point, xi) in grid(&case.range).iter().enumerate() {
        let moved = case.transformation.apply_at(&image, case.shape, xi)?;
        let mut code = moved.clone();
        if let Some(encoder) = worker.encoder.as_mut() {
            encoder.run(&moved, &mut code)?;
        }
        let source = std::sync::Arc::new(case.source(moved.into(), &code));
        let site = Site { source, key: case.anchor_key(index as u64, Purpose::Probe, point as u64, 0) };
        let draws: Vec<Draw<'_>> = (0..DRAWS).map(|number| Draw { site: &site, number }).collect();
        let (mut votes, mut counts) = (Vec::new(), Counts::new(case.classes));
        worker.vote(&draws, &mut votes);
        votes.into_iter().for_each(|vote| counts.add(vote));
        if counts.of(label) * 2 <= DRAWS {
            return Ok(false);
        }
    }
    Ok(true)
}

/// [`POINTS`] parameters of the range: even steps for one parameter; for several the corners, and from there a Kronecker
/// sequence with the powers of the generalised golden ratio, which fills a box evenly.
fn grid(range: &Range) -> Vec<Vec<f64>> {
    let m = range.low.len();
    let at = |share: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..m).map(|i| range.low[i] + (range.high[i] - range.low[i]) * share(i)).collect()
    };
    if m == 1 {
        return (0..POINTS).map(|point| at(&|_| point as f64 / (POINTS - 1) as f64)).collect();
    }
    let corners = (1 << m.min(5)).min(POINTS);
    let ratio = (0..64).fold(2.0_f64, |ratio, _| (1.0 + ratio).powf(1.0 / (m + 1) as f64));
    let share = |point: usize, i: usize| match point < corners {
        true => (point >> i & 1) as f64,
        false => (0.5 + point as f64 * ratio.powi(-1 - i as i32)).fract(),
    };
    (0..POINTS).map(|point| at(&|i| share(point, i))).collect()
}
