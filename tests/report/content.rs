//! What a report says of a run.

use serde_json::Value;

use super::page::Page;
use super::run;

fn page() -> Page {
    Page::read(&run().0.join("report.html"))
}

fn percent(share: &Value) -> String {
    format!("{:.1}", 100.0 * share.as_f64().unwrap())
}

#[test]
fn every_number_of_the_summary_is_in_it() {
    let (page, summary) = (page(), run().summary());
    let (table, words) = (page.section("summary"), page.words());
    for case in summary["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        assert!(table.contains(name));
        for entry in case["certified_accuracy"].as_array().unwrap() {
            let interval: Vec<String> = entry["interval"].as_array().unwrap().iter().map(percent).collect();
            let row = format!(
                "{} {} % {} ",
                entry["radius"].as_f64().unwrap(),
                percent(&entry["accuracy"]),
                interval.join(" to ")
            );
            assert!(table.contains(&row), "{row} is not in {table}");
        }
        assert!(table.contains(&format!("{} %", percent(&case["smoothed_accuracy"]))));
        let counts =
            ["images", "certified", "refused", "abstained", "errors", "draws", "failures", "evaluations"];
        let thousands = |key: &str| {
            let digits = case[key].as_u64().unwrap().to_string();
            let groups: Vec<&str> =
                digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
            groups.join(",")
        };
        let row = format!("{name} {}", counts.map(thousands).join(" "));
        assert!(words.contains(&row), "{row} is not in it");
    }
}

#[test]
fn estimated_is_said_wherever_it_is() {
    let page = page();
    let (findings, table, curves) =
        (page.section("findings"), page.section("summary"), page.section("curves"));
    assert!(
        findings
            .contains("defocus_blur ≈ estimated On 12 images, the smoothed classifier is estimated to keep")
    );
    assert!(findings.contains("gaussian_blur ✓ proven On 12 images, the smoothed classifier provably keeps"));
    assert!(findings.contains("each certificate is wrong with probability at most 0.001"));
    let rows = run().summary()["cases"][1]["certified_accuracy"].as_array().unwrap().len();
    assert!(table.matches(" estimated ").count() >= rows, "{table}");
    assert!(curves.contains("certified, estimated") && curves.contains("certified, proven"));
    assert!(page.section("radii").contains("certified (estimated)"));
    assert!(page.section("assumptions").contains("Estimated: the largest move between sampled parameters"));
    let csv = run().text("certified_accuracy.csv");
    for line in csv.lines().skip(1) {
        assert_eq!(line.contains(",estimated,"), line.contains("defocus_blur"), "{line}");
    }
}

#[test]
fn requirements_are_met_or_not_and_show_their_line() {
    let words = page().section("requirements");
    let audit = super::audit();
    for (verdict, case, line) in
        [("✓ Met", "gaussian_blur", "radius = 4.0,"), ("✗ Not met", "defocus_blur", "radius = 5.0,")]
    {
        assert!(words.contains(&format!("{verdict} {case}: certified accuracy")), "{words}");
        let source = format!("line {}: require = {{ {line}", audit.line_of(&format!("require = {{ {line}")));
        assert!(words.contains(&source), "{source} is not in {words}");
    }
}

#[test]
fn assumptions_and_provenance_name_what_the_proof_rests_on() {
    let page = page();
    let (assumptions, provenance) = (page.section("assumptions"), page.section("provenance"));
    let header = run().header();
    for plugin in header["plugins"].as_array().unwrap() {
        for part in ["id", "digest", "version"] {
            let part = plugin[part].as_str().unwrap();
            assert!(assumptions.contains(part) && provenance.contains(part), "{part}");
        }
    }
    assert!(assumptions.contains("images of floats that are not clipped"));
    assert!(assumptions.contains("No correction is made for choosing among seeds"));
    for value in ["gsmooth", "audit", "data", "onnxruntime"] {
        assert!(provenance.contains(header[value].as_str().unwrap()), "{value}");
    }
    for (path, digest) in header["models"].as_object().unwrap() {
        assert!(provenance.contains(path) && provenance.contains(digest.as_str().unwrap()), "{path}");
    }
    assert!(provenance.contains("CPUExecutionProvider"));
    assert!(provenance.contains("noise on parameters exponential (scale 5)"));
    assert!(provenance.contains("semantic noise (sigma2) 0.25"));
}

#[test]
fn the_worst_images_are_shown_and_the_published_share_is_marked() {
    let page = page();
    let document = page.document();
    let shown = document.descendants().filter(|node| node.has_tag_name("img")).count();
    assert!(shown >= 4 && shown % 2 == 0, "an original and an edge each: {shown}");
    assert!(page.section("worst").contains("label "));
    assert!(page.section("curves").contains("published 50.0 % at 9"));
    assert!(page.section("summary").contains("published"));
}

#[test]
fn the_summary_says_what_each_case_is() {
    let about = &run().summary()["cases"][1]["description"];
    assert_eq!(about["method"], "semantic");
    assert_eq!(about["transformation"]["id"], "defocus_blur");
    assert_eq!(
        about["parameters"][0],
        serde_json::json!({
            "name": "radius", "unit": "pixel", "low": 0.0, "high": 5.0, "identity": 0.0
        })
    );
    assert_eq!(about["noise"][0]["id"], "gaussian");
    assert_eq!(
        (about["semantic_noise"].as_f64(), about["sampling"]["mode"].as_str()),
        (Some(0.25), Some("fixed"))
    );
    assert_eq!((about["anchors"].as_str(), about["claim"].as_str()), (Some("single"), Some("real")));
    assert_eq!(about["require"]["certified_accuracy"], 1.0);
}
