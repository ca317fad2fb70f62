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
        let mut running = site.start(&audit(), &["--restart"]);
        running.until_on_record(3);
        running.signal(name);
        assert_eq!(running.end().code(), Some(4), "SIG{name}");
        let said = std::fs::read_to_string(site.stderr()).unwrap();

        // Open images were ended, none was left half done, and the figures are those of what is on record.
        let records = site.records();
        assert!(undisturbed().text("records.jsonl").as_bytes().starts_with(&records));
        let images: u64 = summarised_images(&site.run());
        assert_eq!(images as usize + 1, lines_on_record(&site.run().0));
        assert!(images < 24, "too late to interrupt anything");

        // The command that it names is the one that it was given, but for `--restart`, and goes on.
        let (_, command) = said.split_once("go on from there with\n").unwrap_or_else(|| panic!("{said}"));
        let words = shlex::split(command).unwrap();
        let given = [env!("CARGO_BIN_EXE_gsmooth"), "certify"];
        assert_eq!(words[..2], given, "{said}");
        assert!(words.len() == 5 && !words.contains(&"--restart".to_owned()), "{said}");
        let mut again = support::plain_gsmooth();
        let said = again.args(&words[1..]).output().unwrap();
        assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
        site.assert_undisturbed();
    }
}

#[test]
fn names_with_spaces_are_quoted() {
    let site = Site::new();
    let spaced = site.folder.path().join("two words");
    std::fs::create_dir(&spaced).unwrap();
    let mut running =
        site.start(&endless(), &["--case", "gaussian_blur", "--plugin-path", spaced.to_str().unwrap()]);
    running.until_on_record(1);
    running.signal("TERM");
    running.until_said("interrupt again to stop at once");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(4));
    let said = std::fs::read_to_string(site.stderr()).unwrap();
    let command = said.lines().last().unwrap();
    let words = shlex::split(command).unwrap();
    assert!(command.contains("two words") && words.contains(&spaced.display().to_string()), "{said}");
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
