//! Runs that are shared out among shards and merged, with the real binary: the whole does not show it.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;

use serde_json::Value;

#[path = "shards/refused.rs"]
mod refused;
mod support;

use support::audit::Audit;
use support::run_folder::RunFolder;

/// The small audit with 11 images, a cover in mode `target` and an enumeration beside it.
fn audit() -> Audit {
    let more = r#"
[[case]]
name = "zoom_blur"
method = "pixel"
transformation = { plugin = "zoom_blur", range = [0.0, 0.2] }
radii = [0.05, 0.1]
semantic_noise = 0.2
anchors = { max = 64 }

[[case]]
name = "translation"
method = "enumerate"
transformation = { plugin = "translation_zero", range = [[-1.0, 1.0], [-1.0, 1.0]] }
radii = [1.0]
norm = "linf"
"#;
    let mut audit = Audit::small().set("count", "11\nstride = 3").set("mode", "\"target\"");
    audit.text += more;
    audit
}

/// Runs the binary in a folder.
fn gsmooth(folder: &Path, arguments: &[&str]) -> Output {
    support::plain_gsmooth().current_dir(folder).args(arguments).output().unwrap()
}

/// A folder with an audit file and all its shards, each certified.
struct Shards {
    folder: tempfile::TempDir,
}

impl Shards {
    fn new(audit: &Audit, of: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        audit.write(folder.path());
        for number in 1..=of {
            let said = certify(folder.path(), &format!("{number}/{of}"), &[]);
            assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn shard(&self, number: usize, of: usize) -> RunFolder {
        RunFolder(self.path().join(format!("runs/audit-shard-{number}-of-{of}")))
    }

    fn merge(&self, folders: &[&str]) -> Output {
        gsmooth(self.path(), &[&["merge", "--output", "merged"], folders].concat())
    }

    fn merged(&self) -> RunFolder {
        RunFolder(self.path().join("merged"))
    }
}

fn certify(folder: &Path, shard: &str, more: &[&str]) -> Output {
    gsmooth(folder, &[&["certify", "audit.toml", "--quiet", "--shard", shard], more].concat())
}

/// The one undivided run of [`audit`].
fn undivided() -> &'static RunFolder {
    static RUN: OnceLock<(tempfile::TempDir, RunFolder)> = OnceLock::new();
    let run = RUN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let run = support::certified(&audit(), folder.path());
        assert_eq!(run.records().len(), 44);
        (folder, run)
    });
    &run.1
}

/// Two runs agree in all that does not tell the time.
fn assert_same_run(found: &RunFolder, expected: &RunFolder) {
    for name in ["records.jsonl", "summary.json", "audit.toml"] {
        assert_eq!(found.text(name), expected.text(name), "{name}");
    }
    let timeless = |run: &RunFolder| -> Vec<Vec<String>> {
        let columns = |line: &str| -> Vec<String> {
            let all = line.split('\t').enumerate();
            all.filter(|(column, _)| *column != 5).map(|(_, text)| text.to_owned()).collect()
        };
        run.text("certify.tsv").lines().map(columns).collect()
    };
    assert_eq!(timeless(found), timeless(expected));
}

/// The case and the image of each timing.
fn timed(run: &RunFolder) -> Vec<(String, u64)> {
    let place = |line: &str| {
        let timing: Value = serde_json::from_str(line).unwrap();
        assert!(timing["seconds"].as_f64().unwrap() >= 0.0);
        (timing["case"].as_str().unwrap().to_owned(), timing["index"].as_u64().unwrap())
    };
    run.text("timings.jsonl").lines().map(place).collect()
}

#[test]
fn four_shards_make_the_run_that_was_not_shared_out() {
    let shards = Shards::new(&audit(), 4);
    let folders: Vec<String> = [3, 1, 4, 2].map(|number| format!("runs/audit-shard-{number}-of-4")).to_vec();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let said = shards.merge(&folders);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_same_run(&shards.merged(), undivided());
    assert_eq!(timed(&shards.merged()), timed(undivided()));

    // The images are interleaved: 0, 3, 6, .. with a stride of 3, of which every fourth is a shard's.
    let indices: Vec<u64> = shards.shard(2, 4).records().iter().map(|record| record.index).collect();
    assert_eq!(indices[..3], [3, 15, 27]);
    assert_eq!(shards.shard(4, 4).records().len(), 4 * 2, "11 images are 3, 3, 3 and 2");

    // Where the audit lay is known of the whole, too; and the whole is a whole.
    let origin: Value = serde_json::from_str(&shards.merged().text("origin.json")).unwrap();
    assert!(origin["audit"].as_str().unwrap().ends_with("audit.toml"));
    assert!(!shards.merged().0.join("shard.json").exists());
    let stdout = String::from_utf8(said.stdout).unwrap();
    assert!(stdout.contains("translation") && stdout.contains("Run folder: merged"), "{stdout}");

    // Merging once more finds all there; and as the whole run it is complete.
    let again = shards.merge(&folders);
    assert_eq!(again.status.code(), Some(0), "{}", support::stderr(&again));
    assert_same_run(&shards.merged(), undivided());
    let whole = gsmooth(shards.path(), &["certify", "audit.toml", "--output", "merged"]);
    assert!(support::stderr(&whole).contains("translation: 11 of 11 images are on record already"));
    assert_same_run(&shards.merged(), undivided());

    // What a merger that was killed left behind is gone on with.
    let records = shards.merged().text("records.jsonl");
    std::fs::write(shards.merged().0.join("records.jsonl"), &records[..records.len() / 2]).unwrap();
    assert_eq!(shards.merge(&folders).status.code(), Some(0));
    assert_same_run(&shards.merged(), undivided());
}

#[test]
fn more_shards_than_images_leave_some_empty() {
    let few = || Audit::small().set("count", "3");
    let whole = tempfile::tempdir().unwrap();
    let whole = (support::certified(&few(), whole.path()), whole);
    let shards = Shards::new(&few(), 5);
    assert_eq!(shards.shard(5, 5).records().len(), 0);
    let folders: Vec<String> = (1..=5).map(|number| format!("runs/audit-shard-{number}-of-5")).collect();
    let said = shards.merge(&folders.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_same_run(&shards.merged(), &whole.0);
}

/// What a summary says of a case beside its figures goes over to the whole.
#[test]
fn a_description_of_a_case_is_kept() {
    let shards = Shards::new(&Audit::small().set("count", "2"), 2);
    let folders = ["runs/audit-shard-1-of-2", "runs/audit-shard-2-of-2"];
    assert_eq!(shards.merge(&folders).status.code(), Some(0));
    let merged = shards.merged().summary();
    assert_eq!(merged["cases"][1]["description"]["method"], "semantic");
    assert_eq!(merged["cases"][1]["images"], 2, "figures are the whole's");
}

#[test]
fn requirements_are_judged_of_the_whole_alone() {
    let require = "radii = [4.0, 9.0]\nrequire = { radius = 36.0, certified_accuracy = 0.99 }";
    // One anchor does not reach as far.
    let one_anchor = Audit::small().with("method = ", "anchors = 1\nmethod = ");
    let audit = one_anchor.set("count", "2").with("radii = [4.0, 9.0]", require);
    let shards = Shards::new(&audit, 2);
    let said = gsmooth(shards.path(), &["certify", "audit.toml", "--shard", "1/2"]);
    assert_eq!(said.status.code(), Some(0));
    assert!(support::stderr(&said).contains("`require` is judged by `gsmooth merge`"));
    let folders = ["runs/audit-shard-1-of-2", "runs/audit-shard-2-of-2"];
    let said = shards.merge(&folders);
    assert_eq!(said.status.code(), Some(1), "{}", support::stderr(&said));
    let place =
        format!("audit.toml:{}: `require` of case gaussian_blur is not met", audit.line_of("require ="));
    assert!(support::stderr(&said).contains(&place), "{}", support::stderr(&said));
    let json = gsmooth(shards.path(), &[&["merge", "--json", "--output", "merged"], &folders[..]].concat());
    let summary: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(summary["cases"][0]["images"], 2);
}

/// The folder of a shard that is no default.
#[test]
fn a_shard_may_lie_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    Audit::small().set("count", "2").write(folder.path());
    for (number, name) in [(1, "here"), (2, "there")] {
        let said =
            certify(folder.path(), &format!("{number}/2"), &["--case", "gaussian_blur", "--output", name]);
        assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    }
    let said = gsmooth(folder.path(), &["merge", "there", "here", "--output", "all"]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert_eq!(RunFolder(folder.path().join("all")).records().len(), 2);
    let said = certify(folder.path(), "1/2", &["--case", "gaussian_blur"]);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert!(
        PathBuf::from(folder.path()).join("runs/audit-gaussian_blur-shard-1-of-2/records.jsonl").exists()
    );
}
