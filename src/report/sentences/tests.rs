use super::*;
use crate::audit::records::Record;
use crate::certify::outcome::Status;
use crate::report::testing::{blur, certified, rotation, status, summary};

fn records(certified_images: u64, of: u64, radius: f64) -> Vec<Record> {
    let one = |index: u64| match index < certified_images {
        true => certified(index, radius),
        false => status(index, Status::Refused),
    };
    (0..of).map(one).collect()
}

fn finding_of(description: CaseDescription, radii: &[f64], records: &[Record]) -> String {
    let summary = summary(description, radii, records);
    finding(&summary, summary.description.as_ref().unwrap()).replace('\u{a0}', " ")
}

#[test]
fn proven() {
    insta::assert_snapshot!(
        finding_of(blur(), &[4.0, 36.0], &records(483, 500, 36.0)),
        @"On 500 images, the smoothed classifier provably keeps the right answer on 96.6 % (95 % interval 94.6 to 98.0 %) under every Gaussian blur up to variance 36 px²; each certificate is wrong with probability at most 0.001."
    );
}

#[test]
fn both_directions_and_an_unfinished_run() {
    insta::assert_snapshot!(
        finding_of(rotation(), &[10.0, 30.0], &records(100, 120, 30.0)),
        @"On the 120 of 500 images that are on record, the smoothed classifier provably keeps the right answer on 83.3 % (95 % interval 75.4 to 89.5 %) under every rotation with angle from −30° to 30°; each certificate is wrong with probability at most 0.001."
    );
}

#[test]
fn estimated_claims_say_so() {
    let mut all = records(483, 500, 36.0);
    all[0].radius_kind = Kind::Estimated;
    insta::assert_snapshot!(
        finding_of(blur(), &[36.0], &all),
        @"On 500 images, the smoothed classifier is estimated to keep the right answer on 96.6 % (95 % interval 94.6 to 98.0 %) under every Gaussian blur up to variance 36 px²; each certificate is wrong with probability at most 0.001. Estimated: the largest move was found among sampled parameters; what lies between them is not proven."
    );
}

#[test]
fn claims_about_a_surrogate_say_so_first() {
    let claim = Claim::Surrogate { error: Some(0.25) };
    let mut all = records(483, 500, 36.0);
    all.iter_mut().take(250).for_each(|record| record.radius_real = Some(36.0));
    insta::assert_snapshot!(
        finding_of(CaseDescription { claim, ..blur() }, &[36.0], &all),
        @"About the surrogate's imitation of the transformation, not about the transformation itself: on 500 images, the smoothed classifier provably keeps the right answer on 96.6 % (95 % interval 94.6 to 98.0 %) under every Gaussian blur up to variance 36 px²; each certificate is wrong with probability at most 0.001. For the transformation itself it holds on 50.0 %, provided that it and its imitation are never further apart than 0.25 (l2)."
    );
    let claim = Claim::Surrogate { error: None };
    let text = finding_of(CaseDescription { claim, ..blur() }, &[36.0], &records(483, 500, 36.0));
    assert!(text.starts_with("About the surrogate's imitation"), "{text}");
    assert!(text.ends_with("Nothing is claimed of the transformation itself."), "{text}");
}

#[test]
fn margin_and_slack_are_said() {
    let mut description = CaseDescription { slack: Some(0.5), ..rotation() };
    description.sampling.margin = 0.1;
    insta::assert_snapshot!(
        finding_of(description, &[50.0], &records(500, 500, 50.0)),
        @"On 500 images, the smoothed classifier provably keeps the right answer on 100.0 % (95 % interval 99.3 to 100.0 %) under every rotation with angle from −50° to 50°, with more than 0.6 of the smoothed vote (margin 0.1), and on every image within an l2 distance of 0.5 of one so transformed (slack); each certificate is wrong with probability at most 0.001."
    );
}

#[test]
fn several_parameters_without_draws() {
    let mut description = CaseDescription { method: "enumerate".to_owned(), norm: Norm::Linf, ..rotation() };
    let side = |name: &str| ParameterRange {
        name: name.to_owned(),
        unit: "pixel".to_owned(),
        low: -8.0,
        high: 8.0,
        identity: 0.0,
    };
    description.transformation.id = "translation".to_owned();
    description.parameters = vec![side("down"), side("right")];
    insta::assert_snapshot!(
        finding_of(description.clone(), &[4.0], &records(400, 500, 4.0)),
        @"On 500 images, the classifier itself provably keeps the right answer on 80.0 % (95 % interval 76.2 to 83.4 %) under every translation with down from −4 px to 4 px and right from −4 px to 4 px; every parameter was tried, so no certificate rests on chance."
    );
    let within = under(&CaseDescription { norm: Norm::L2, ..description }, 4.0);
    insta::assert_snapshot!(
        within,
        @" under every translation whose parameters lie within an l2 distance of 4 of the identity (down from −8 px to 8 px and right from −8 px to 8 px)"
    );
}

#[test]
fn nothing_certified_claims_nothing() {
    insta::assert_snapshot!(
        finding_of(blur(), &[36.0], &records(0, 500, 0.0)),
        @"On 500 images, the smoothed classifier is certified to keep the right answer on 0.0 % (95 % interval 0.0 to 0.7 %) under every Gaussian blur up to variance 36 px²; each certificate is wrong with probability at most 0.001."
    );
    assert_eq!(finding_of(blur(), &[36.0], &[]), "No image is on record.");
}
