//! Killed without warning, at any moment, with any batch size and number of threads.

use super::support::random::Random;
use super::*;

/// How a run is killed at random moments.
struct Killer {
    random: Random,
    /// The most lines that a run is let write before it is killed.
    lines: u64,
    /// The longest that it is let live after that.
    longest: Duration,
}

impl Killer {
    /// Kills a run of `audit` at a random moment: during its start, or when some more lines are on record. Whether it
    /// ended before that.
    fn start_and_kill(&mut self, site: &Site, audit: &Audit, arguments: &[&str]) -> bool {
        let lines = lines_on_record(&site.run().0) + self.random.below(self.lines) as usize;
        let mut running = site.start(audit, arguments);
        let in_start = self.random.below(4) == 0;
        if !in_start {
            running.until_on_record(lines);
        }
        let longest = if in_start { Duration::from_millis(60) } else { self.longest };
        sleep(Duration::from_micros(self.random.below(longest.as_micros() as u64)));
        running.kill()
    }
}

/// What is on record is what would be there anyhow, as far as it goes; a crash of the machine may lose more of it.
fn check_and_tear(site: &Site, expected: &[u8], random: &mut Random) {
    let found = site.records();
    assert!(expected.starts_with(&found), "{}", String::from_utf8_lossy(&found));
    if random.below(2) == 0 && !found.is_empty() {
        let left = found.len() - (random.below(300) as usize).min(found.len());
        std::fs::write(site.run().0.join("records.jsonl"), &found[..left]).unwrap();
    }
}

#[test]
fn it_goes_on_to_the_same_bytes() {
    for seed in [1, 2] {
        let site = Site::new();
        let mut killer = Killer { random: Random(seed), lines: 5, longest: Duration::from_millis(5) };
        let expected = undisturbed().text("records.jsonl").into_bytes();
        for _ in 0..6 {
            killer.start_and_kill(&site, &audit(), &[]);
            check_and_tear(&site, &expected, &mut killer.random);
        }
        assert_eq!(site.finish(&audit(), &[]).0, Some(0), "seed {seed}");
        site.assert_undisturbed();
    }
}

/// Two cases without networks of their own, and many images, which take some milliseconds each.
fn quick(images: usize) -> Audit {
    let text = audit().set("draws", "60").set("count", &images.to_string()).text;
    let blur = text.find("[[case]]").unwrap()..text.find("[[case]]\nname = \"defocus_blur\"").unwrap();
    let again = text[blur.clone()].replace("name = \"gaussian_blur\"", "name = \"again\"");
    Audit { text: format!("{}{again}", &text[..blur.end]) }
}

/// The files beside the records are whole whenever they are there.
fn assert_whole(run: &RunFolder, audit: &Audit) {
    for name in ["origin.json", "shard.json", "summary.json"] {
        if run.0.join(name).exists() {
            assert!(serde_json::from_str::<serde_json::Value>(&run.text(name)).is_ok(), "{name} is torn");
        }
    }
    if run.0.join("audit.toml").exists() {
        assert_eq!(run.text("audit.toml"), audit.text);
    }
}

#[test]
fn fifty_kills_lose_nothing() {
    let audit = quick(75);
    let folder = tempfile::tempdir().unwrap();
    let whole = support::certified(&audit, folder.path());
    let expected = whole.text("records.jsonl").into_bytes();

    let site = Site::new();
    let mut killer = Killer { random: Random(4), lines: 5, longest: Duration::from_millis(30) };
    let (mut early, mut later, mut ended) = (0, 0, 0);
    for kill in 0..50 {
        let before = lines_on_record(&site.run().0);
        ended += u32::from(killer.start_and_kill(&site, &audit, &[]));
        match lines_on_record(&site.run().0) > before.max(1) {
            true => later += 1,
            false => early += 1,
        }
        assert_whole(&site.run(), &audit);
        if kill % 2 == 0 {
            assert!(expected.starts_with(&site.records()), "kill {kill}");
        } else {
            check_and_tear(&site, &expected, &mut killer.random);
        }
    }
    assert!(
        early >= 5 && later >= 15 && ended == 0,
        "{early} before a record, {later} after, {ended} too late"
    );
    assert_eq!(site.finish(&audit, &[]).0, Some(0));
    assert_same_run(&site.run(), &whole);
}

#[test]
fn shards_that_are_killed_make_the_same_whole() {
    let audit = quick(20);
    let folder = tempfile::tempdir().unwrap();
    let whole = support::certified(&audit, folder.path());
    let mut killer = Killer { random: Random(5), lines: 4, longest: Duration::from_millis(30) };
    let mut merge = support::plain_gsmooth();
    merge.arg("merge").arg("--output").arg(folder.path().join("merged"));
    // They are let go of at the end, with their folders.
    let mut sites = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let site = Site::new();
        for _ in 0..6 {
            killer.start_and_kill(&site, &audit, &["--shard", shard]);
            assert_whole(&site.run(), &audit);
        }
        assert_eq!(site.finish(&audit, &["--shard", shard]).0, Some(0), "{shard}");
        merge.arg(site.run().0);
        sites.push(site);
    }
    let said = merge.output().unwrap();
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_same_run(&RunFolder(folder.path().join("merged")), &whole);
}

#[test]
fn batch_size_and_threads_change_nothing() {
    for entries in ["batch = 7", "threads = 1", "threads = 3\nbatch = 1000"] {
        let site = Site::new();
        assert_eq!(site.finish(&with_runtime(entries), &[]).0, Some(0), "{entries}");
        site.assert_undisturbed();
    }
}

#[test]
fn it_goes_on_with_another_batch_size_and_number_of_threads() {
    let site = Site::new();
    let stages = [("threads = 3", 4), ("batch = 7", 9), ("threads = 1\nbatch = 1", 15)];
    for (entries, lines) in stages {
        let mut running = site.start(&with_runtime(entries), &[]);
        running.until_on_record(lines);
        assert!(!running.kill(), "{entries}: too late to change anything");
    }
    let (code, said) = site.finish(&with_runtime("threads = 2"), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("gaussian_blur: 12 of 12 images are on record already"), "{said}");
    site.assert_undisturbed();
}

#[test]
fn a_finished_run_only_shows_its_results_again() {
    let site = Site::new();
    assert_eq!(site.finish(&audit(), &[]).0, Some(0));
    let (code, said) = site.finish(&audit(), &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("defocus_blur: 12 of 12 images are on record already"), "{said}");
    site.assert_undisturbed();
}
