//! Killed without warning, at any moment, with any batch size and number of threads.

use super::*;

/// Numbers without pattern, the same in every test run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Kills a run of `audit` at a random moment: during its start, or when some more lines are on record.
fn start_and_kill(site: &Site, audit: &Audit, random: &mut Random) {
    let lines = lines_on_record(&site.run().0) + random.below(5) as usize;
    let mut running = site.start(audit, &[]);
    let in_start = random.below(4) == 0;
    if !in_start {
        running.until_on_record(lines);
    }
    let longest = if in_start { 60_000 } else { 5_000 };
    sleep(Duration::from_micros(random.below(longest)));
    running.kill();
}

/// What is on record is what would be there anyhow, as far as it goes; a crash of the machine may lose more of it.
fn check_and_tear(site: &Site, random: &mut Random) {
    let expected = undisturbed().text("records.jsonl").into_bytes();
    let found = site.records();
    assert!(expected.starts_with(&found), "{}", String::from_utf8_lossy(&found));
    if random.below(2) == 0 && !found.is_empty() {
        let left = found.len() - (random.below(300) as usize).min(found.len());
        std::fs::write(site.run().0.join("records.jsonl"), &found[..left]).unwrap();
    }
}

#[test]
fn it_goes_on_to_the_same_bytes() {
    for seed in [1, 2, 3] {
        let (site, mut random) = (Site::new(), Random(seed));
        for _ in 0..6 {
            start_and_kill(&site, &audit(), &mut random);
            check_and_tear(&site, &mut random);
        }
        assert_eq!(site.finish(&audit(), &[]).0, Some(0), "seed {seed}");
        site.assert_undisturbed();
    }
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
