//! What a certificate claims, tried: the smoothed classifier is sampled on the really transformed image, all over the
//! certified range, and must never be seen to answer something else.

use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};

use gsmooth::audit::plan::case::PlannedCase;
use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::audit::records::Record;
use gsmooth::certify::outcome::Status;
use gsmooth::certify::worker::CaseWorker;
use gsmooth::smoothing::site::{Draw, Site, Source};
use gsmooth::smoothing::stream::{Purpose, StreamKey, StreamName};
use gsmooth::smoothing::voter::Voter;
use gsmooth::stats::clopper_pearson;

use super::support;

/// Parameters tried for each image, from the identity to the end of its certified range.
const PARAMETERS: usize = 20;
/// Draws at each, where they are needed for a verdict.
const DRAWS: u64 = 200;
/// Draws that settle nearly every probe: with so many votes for the class, the others no longer matter.
const FIRST_DRAWS: u64 = 64;
/// How probable it is that some sound claim among all that are tried is taken for a wrong one.
const ALPHA: f64 = 1e-6;

fn plan() -> Plan {
    support::build_plugins();
    let options = PlanOptions { ort_lib: Some(support::onnx_runtime().to_owned()), ..PlanOptions::default() };
    let audit = support::repository().join(super::AUDIT);
    Plan::open(Path::new(&audit), &options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The most votes with which a claim G_y > 1/2 is refuted: an upper bound of G_y at `alpha` lies below 1/2.
fn most_refuting_votes(alpha: f64) -> u64 {
    (0..DRAWS)
        .take_while(|votes| clopper_pearson::upper_bound(*votes, DRAWS, alpha) < 0.5)
        .last()
        .expect("no votes at all refute it")
}

/// A probe of one image: the class that is claimed, up to this radius.
struct Claim<'a> {
    record: &'a Record,
    class: u32,
}

/// The smoothed inputs of the image as transformed by each parameter: from the picture itself, not from its code.
fn transformed_sites(plan: &Plan, case: &PlannedCase, worker: &mut CaseWorker, record: &Record) -> Vec<Site> {
    let shape = case.case.shape;
    let image = plan.data.image(record.index as usize).unwrap();
    let step = record.radius / (PARAMETERS - 1) as f64;
    let xi: Vec<f64> = (0..PARAMETERS).map(|i| (i as f64 * step).min(record.radius)).collect();
    let images = case.case.transformation.apply_at(&image, shape, &xi).unwrap();
    let pictures = images.chunks_exact(shape.iter().product());
    let site = |(number, picture): (usize, &[f32])| {
        let mut code = Vec::new();
        if let Some(encoder) = worker.encoder.as_mut() {
            encoder.run(picture, &mut code).unwrap();
        }
        let source: Arc<Source> = Arc::new(case.case.source(Arc::from(picture), &code));
        // A name of its own for each parameter makes the draws at all of them independent.
        let key = StreamKey::new(StreamName {
            seed: case.case.seed,
            case: &case.case.name,
            index: record.index,
            purpose: Purpose::Probe,
            anchor: number as u64,
            generation: 0,
        });
        Site { source, key }
    };
    pictures.enumerate().map(site).collect()
}

/// How many of the draws `numbers` at each site are votes for the class.
fn votes_for(
    worker: &mut CaseWorker,
    sites: &[&Site],
    numbers: std::ops::Range<u64>,
    class: u32,
) -> Vec<u64> {
    let per_site = (numbers.end - numbers.start) as usize;
    let draws: Vec<Draw<'_>> =
        sites.iter().flat_map(|site| numbers.clone().map(|number| Draw { site, number })).collect();
    let mut all = Vec::new();
    let mut votes = Vec::new();
    for batch in draws.chunks(128) {
        worker.vote(batch, &mut votes);
        all.append(&mut votes);
    }
    all.chunks_exact(per_site)
        .map(|of_site| of_site.iter().filter(|vote| **vote == Some(class)).count() as u64)
        .collect()
}

/// How many parameters of the certified range refute the claim.
fn refutations(
    plan: &Plan,
    case: &PlannedCase,
    worker: &mut CaseWorker,
    claim: &Claim<'_>,
    most: u64,
) -> usize {
    let sites = transformed_sites(plan, case, worker, claim.record);
    let first = votes_for(worker, &sites.iter().collect::<Vec<_>>(), 0..FIRST_DRAWS, claim.class);
    let (open, first): (Vec<&Site>, Vec<u64>) =
        sites.iter().zip(first).filter(|(_, votes)| *votes <= most).unzip();
    if open.is_empty() {
        return 0;
    }
    let rest = votes_for(worker, &open, FIRST_DRAWS..DRAWS, claim.class);
    first.iter().zip(rest).filter(|(first, rest)| *first + rest <= most).count()
}

/// Tries claims on all cores, and describes those that are refuted.
fn refuted(plan: &Plan, case: &PlannedCase, claims: Vec<Claim<'_>>, most: u64) -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let (queue, found) = (Mutex::new(claims), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worker = case.worker(&plan.runtime, &plan.session).unwrap();
                loop {
                    // The lock is let go before the claim is tried.
                    let next = queue.lock().unwrap().pop();
                    let Some(claim) = next else { return };
                    let count = refutations(plan, case, &mut worker, &claim, most);
                    if count > 0 {
                        let (case, index, radius) =
                            (&claim.record.case, claim.record.index, claim.record.radius);
                        let text =
                            format!("{case}, image {index}: {count} of {PARAMETERS} points up to {radius}");
                        found.lock().unwrap().push(text);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn certified(case: &PlannedCase) -> impl Iterator<Item = &'static Record> + use<> {
    let name = case.case.name.clone();
    let all = super::quickstart().records.iter();
    all.filter(move |record| record.case == name && record.status == Status::Certified)
}

#[test]
fn no_certificate_is_refuted_on_the_really_transformed_images() {
    let plan = plan();
    let images: usize = plan.cases.iter().map(|case| certified(case).count()).sum();
    let most = most_refuting_votes(ALPHA / (images * PARAMETERS) as f64);
    assert!((40..FIRST_DRAWS).contains(&most), "{most} votes: the verdicts would be blunt, or slow");
    for case in &plan.cases {
        let claims = certified(case).map(|record| Claim { record, class: record.predicted.unwrap() });
        let refuted = refuted(&plan, case, claims.collect(), most);
        assert!(refuted.is_empty(), "{}", refuted.join("\n"));
    }
}

/// The same trial finds what is wrong: no class but the certified one passes it.
#[test]
fn a_claim_of_another_class_is_refuted() {
    let plan = plan();
    let most = most_refuting_votes(ALPHA);
    for case in &plan.cases {
        let wrong = |record: &'static Record| Claim { record, class: (record.predicted.unwrap() + 1) % 10 };
        let claims: Vec<_> = certified(case).take(5).map(wrong).collect();
        assert_eq!(refuted(&plan, case, claims, most).len(), 5);
    }
}
