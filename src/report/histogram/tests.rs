use super::*;
use crate::certify::outcome::Status;
use crate::report::testing::{certified, status};

fn shown(histogram: &Histogram) -> String {
    let bar =
        |bar: &Bar| format!("{}: {}{}", bar.label, bar.count, if bar.tick.is_some() { " *" } else { "" });
    histogram.bars.iter().map(bar).collect::<Vec<_>>().join("\n")
}

#[test]
fn few_radii_have_a_bar_each() {
    let records = [certified(0, 4.0), certified(1, 16.0), certified(2, 16.0), status(3, Status::Refused)];
    let refs: Vec<&Record> = records.iter().collect();
    insta::assert_snapshot!(shown(&of_radii(&refs, &[4.0, 16.0, 36.0], 36.0, "variance")), @r"
    not certified: 1 *
    4: 1 *
    16: 2 *
    36: 0 *
    ");
}

#[test]
fn a_continuum_of_radii_is_binned_and_loses_no_image() {
    let records: Vec<Record> =
        (0..500_u32).map(|i| certified(u64::from(i), f64::from(i) * 36.0 / 499.0)).collect();
    let refs: Vec<&Record> = records.iter().collect();
    let histogram = of_radii(&refs, &[4.0], 36.0, "variance");
    assert_eq!(histogram.bars.len(), 1 + BINS);
    assert_eq!(histogram.bars.iter().map(|bar| bar.count).sum::<u64>(), 500);
    assert_eq!(histogram.bars[0].count, 1, "a radius of 0 is none");
    assert_eq!(histogram.bars[1].label, "above 0 to 2.25");
}

#[test]
fn a_wrong_label_is_not_certified_however_far_its_class_is() {
    let mut wrong = certified(0, 36.0);
    wrong.correct = false;
    let histogram = of_radii(&[&wrong], &[36.0], 36.0, "variance");
    assert_eq!((histogram.bars[0].count, histogram.bars[1].count), (1, 0));
}

#[test]
fn draws_are_grouped_by_1_2_and_5() {
    let with = |draws: u64| Record { draws, ..certified(0, 1.0) };
    let records = [with(120), with(200), with(201), with(7000), with(100_100)];
    let histogram = of_draws(&records.iter().collect::<Vec<_>>()).unwrap();
    insta::assert_snapshot!(shown(&histogram), @r"
    101 to 200: 2
    201 to 500: 1
    501 to 1,000: 0 *
    1,001 to 2,000: 0
    2,001 to 5,000: 0
    5,001 to 10,000: 1 *
    10,001 to 20,000: 0
    20,001 to 50,000: 0
    50,001 to 100,000: 0 *
    100,001 to 200,000: 1
    ");
    assert_eq!(of_draws(&[&with(300), &with(300)]), None);
}
