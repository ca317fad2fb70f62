//! Interrupted by signals, as by Ctrl-C or a batch system.

use super::*;

impl Running {
    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

#[test]
fn an_interrupted_run_says_so_and_goes_on() {
    for name in ["INT", "TERM"] {
        let site = Site::new();
        let mut running = site.start(&audit(), &[]);
        running.until_on_record(3);
        running.signal(name);
        assert_eq!(running.end().code(), Some(4), "SIG{name}");
        let said = std::fs::read_to_string(site.stderr()).unwrap();
        assert!(said.contains("interrupted; the same command goes on from here"), "{said}");

        // Open images were ended, none was left half done, and the figures are those of what is on record.
        let records = site.records();
        assert!(undisturbed().text("records.jsonl").as_bytes().starts_with(&records));
        let images: u64 = summarised_images(&site.run());
        assert_eq!(images as usize + 1, lines_on_record(&site.run().0));
        assert!(images < 24, "too late to interrupt anything");

        assert_eq!(site.finish(&audit(), &[]).0, Some(0));
        site.assert_undisturbed();
    }
}

fn summarised_images(run: &RunFolder) -> u64 {
    let summary = run.summary();
    summary["cases"].as_array().unwrap().iter().map(|case| case["images"].as_u64().unwrap()).sum()
}

#[test]
fn a_second_interrupt_stops_at_once() {
    let site = Site::new();
    let mut running = site.start(&endless(), &[]);
    running.until_on_record(1);
    running.signal("INT");
    running.until_said("interrupt again to stop at once");
    let begin = Instant::now();
    running.signal("INT");
    assert_eq!(running.end().code(), Some(4));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(lines_on_record(&site.run().0), 1, "the header only");
}
