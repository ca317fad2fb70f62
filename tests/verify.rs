//! `gsmooth verify` on small runs of the real binary: what nothing touched passes, and every edit is found.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use gsmooth::audit::plan::{Plan, PlanOptions};
use gsmooth::audit::records::Record;
use gsmooth::audit::run::Observer;
use gsmooth::verify::header;
use gsmooth::verify::recorded::RecordedRun;
use gsmooth::verify::redraw::Resample;
use serde_json::Value;

#[path = "verify/files.rs"]
mod files;
#[path = "verify/planted.rs"]
mod planted;
mod support;
#[path = "verify/unfinished.rs"]
mod unfinished;
#[path = "verify/untouched.rs"]
mod untouched;

use support::audit::Audit;
use support::run_folder::RunFolder;

/// The kinds of runs, each one case of a few images.
const KINDS: [&str; 13] = [
    "resolvable",
    "semantic",
    "listed",
    "refused",
    "top2",
    "line",
    "additive",
    "refined",
    "halves",
    "boxes",
    "levels",
    "enumerate",
    "surrogate",
];

/// The head of the small audit with other sampling.
fn head(mode: &str, draws: u64) -> Audit {
    let small = Audit::small();
    let head = small.text.split("\n[[case]]").next().unwrap().to_owned() + "\n";
    Audit { text: head }
        .set("mode", &format!("\"{mode}\""))
        .set("draws", &draws.to_string())
        .set("count", "3")
}

/// An audit of one kind.
fn audit(kind: &str) -> Audit {
    let small = Audit::small();
    let cases: Vec<&str> = small.text.split("\n[[case]]").skip(1).collect();
    let (blur, defocus) = (cases[0], cases[1]);
    let single = |case: &str| case.replace("method =", "anchors = 1\nmethod =");
    let (head, case) = match kind {
        "resolvable" => (head("fixed", 200), single(blur)),
        "semantic" => (head("fixed", 200), single(defocus)),
        "listed" => (head("target", 1000), single(defocus)),
        "top2" => (
            head("fixed", 200).before_sampling("").with("select = 20", "select = 20\nbound = \"top2\""),
            single(defocus),
        ),
        "refused" => (head("target", 1000), single(REFUSED)),
        "line" => (head("target", 20_000), LINE.to_owned()),
        "additive" => (head("target", 20_000), blur.to_owned()),
        // A weak classifier: some cells are halved, some refused.
        "halves" => (head("fixed", 300).with("classifier.onnx", "mlp.onnx"), HARD_LINE.to_owned()),
        // Neighbours' votes prove some cells after all that were given up and halved.
        "refined" => (
            head("target", 20_000).with("classifier.onnx", "mlp.onnx").set("first", "17"),
            HARD_LINE.replace("semantic_noise = 0.3", "semantic_noise = 0.35"),
        ),
        "boxes" => (head("target", 20_000), BOXES.to_owned()),
        "levels" => (head("target", 20_000), LEVELS.to_owned()),
        "enumerate" => (head("target", 1000), ENUMERATE.to_owned()),
        "surrogate" => {
            let claim =
                defocus.replace("semantic_noise", "claim = \"surrogate\"\nepsilon = 0.01\nsemantic_noise");
            let cover = claim.replace("scale = 0.5", "scale = 0.3").replace("= 0.25", "= 0.3");
            (head("target", 20_000), cover.replace("defocus-blur/", "defocus-blur-cover/"))
        }
        _ => unreachable!("no kind {kind}"),
    };
    Audit { text: format!("{}\n[[case]]{case}", head.text) }
}

const REFUSED: &str = r#"
name = "translation"
method = "resolvable"
transformation = { plugin = "translation", range = [[-3.5, 3.5], [-3.5, 3.5]] }
radii = [1.0]
norm = "linf"
noise = { plugin = "gaussian", scale = 1.5 }
"#;

const LINE: &str = r#"
name = "rotation"
method = "pixel"
transformation = { plugin = "rotation", range = [-4.0, 6.0] }
radii = [2.0, 6.0]
semantic_noise = 0.1
"#;

const HARD_LINE: &str = r#"
name = "rotation"
method = "pixel"
transformation = { plugin = "rotation", range = [-20.0, 20.0] }
radii = [2.0, 8.0, 20.0]
semantic_noise = 0.3
"#;

const BOXES: &str = r#"
name = "brightness_contrast"
method = "resolvable"
transformation = { plugin = "brightness_contrast", range = [[-0.4, 0.4], [-0.4, 0.4]] }
radii = [0.2, 0.4]
norm = "linf"
noise = [{ plugin = "gaussian", scale = 0.3 }, { plugin = "gaussian", scale = 0.3 }]
"#;

const LEVELS: &str = r#"
name = "translation"
method = "pixel"
transformation = { plugin = "translation", range = [[-1.5, 1.5], [-1.0, 1.0]] }
radii = [1.0, 1.5]
norm = "linf"
semantic_noise = 0.3
"#;

const ENUMERATE: &str = r#"
name = "translation"
method = "enumerate"
transformation = { plugin = "translation_zero", range = [[-2.0, 2.0], [-2.0, 2.0]] }
radii = [1.0, 2.0]
norm = "linf"
"#;

/// The folder of an audit and its run, which nothing touched. Each is made once.
fn untouched(kind: &'static str) -> Arc<tempfile::TempDir> {
    type Folders = HashMap<&'static str, Arc<OnceLock<Arc<tempfile::TempDir>>>>;
    static FOLDERS: OnceLock<Mutex<Folders>> = OnceLock::new();
    let of_kind = FOLDERS.get_or_init(Mutex::default).lock().unwrap().entry(kind).or_default().clone();
    of_kind
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            support::certified(&audit(kind), folder.path());
            Arc::new(folder)
        })
        .clone()
}

/// The audit of a kind made ready, as the command makes it ready for every run that it verifies.
fn plan(kind: &'static str) -> Arc<Plan> {
    static PLANS: OnceLock<Mutex<HashMap<&'static str, Arc<Plan>>>> = OnceLock::new();
    let mut plans = PLANS.get_or_init(Mutex::default).lock().unwrap();
    let make = || {
        let options = PlanOptions {
            ort_lib: Some(support::onnx_runtime().to_owned()),
            plugin_path: vec![support::profile_folder().to_owned()],
            ..PlanOptions::default()
        };
        let run = RecordedRun::read(&untouched(kind).path().join("run"), None).unwrap();
        Arc::new(header::plan(&run, &options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}")))
    };
    plans.entry(kind).or_insert_with(make).clone()
}

/// Tells nothing.
struct Silent;

impl Observer for Silent {
    fn case_begins(&mut self, _: &str, _: u64, _: u64, _: u64) {}
    fn draws(&mut self, _: u64) {}
    fn image_done(&mut self, _: &Record) {}
    fn case_ends(&mut self) {}
}

/// A copy of a run that may be touched.
struct Copied {
    folder: tempfile::TempDir,
}

impl Copied {
    fn of(kind: &'static str) -> Self {
        Self::from(&untouched(kind).path().join("run"))
    }

    fn from(run: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(run).unwrap() {
            let file = file.unwrap();
            // Plots and pictures lie in folders of their own, and nothing rests on them.
            if file.path().is_file() {
                std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
            }
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        RunFolder(self.folder.path().to_owned()).text(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The lines of the records, header first.
    fn lines(&self) -> Vec<String> {
        self.text("records.jsonl").lines().map(str::to_owned).collect()
    }

    fn write_lines(&self, lines: &[String]) {
        self.write("records.jsonl", &(lines.join("\n") + "\n"));
    }

    /// Changes the JSON document of a line, written as gsmooth writes it.
    fn edit_line(&self, line: usize, edit: impl FnOnce(&mut Value)) {
        let mut lines = self.lines();
        let mut value: Value = serde_json::from_str(&lines[line]).unwrap();
        edit(&mut value);
        lines[line] = value.to_string();
        self.write_lines(&lines);
    }

    fn edit_summary(&self, edit: impl FnOnce(&mut Value)) {
        let mut value: Value = serde_json::from_str(&self.text("summary.json")).unwrap();
        edit(&mut value);
        self.write("summary.json", &(serde_json::to_string_pretty(&value).unwrap() + "\n"));
    }

    /// Makes the digests of the summary those of the files as they are: an edit that covers its tracks.
    fn cover_tracks(&self) {
        let digest = |name: &str| gsmooth::onnx::model::file::sha256_hex(self.text(name).as_bytes());
        self.edit_summary(|summary| {
            summary["digests"]["records"] = digest("records.jsonl").into();
            summary["digests"]["audit"] = digest("audit.toml").into();
        });
    }

    fn verify(&self, arguments: &[&str]) -> Verified {
        verify(self.folder.path(), arguments)
    }

    /// The same without a process and without planning once more: as `verify --resample 0` of the run's kind.
    fn rederive(&self, kind: &'static str) -> Verified {
        let run = RecordedRun::read(self.folder.path(), None).unwrap();
        let report = gsmooth::verify::verify(&run, &plan(kind), Resample::Some(0), 0, &mut Silent).unwrap();
        let mut value = serde_json::to_value(&report).unwrap();
        for (fault, shown) in report.faults.iter().zip(value["faults"].as_array_mut().unwrap()) {
            shown["message"] = fault.to_string().into();
        }
        let code = Some(i32::from(!report.faults.is_empty()));
        Verified { code, report: value, stderr: String::new() }
    }
}

/// What a verification said.
struct Verified {
    code: Option<i32>,
    report: Value,
    stderr: String,
}

impl Verified {
    /// The faults, as `kind message`.
    fn faults(&self) -> Vec<String> {
        let faults = self.report["faults"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        faults.iter().map(|fault| format!("{} {}", text(&fault["kind"]), text(&fault["message"]))).collect()
    }

    /// Whether some fault is of a kind, with words in its message.
    fn finds(&self, kind: &str, words: &str) -> bool {
        self.faults().iter().any(|fault| fault.split(' ').next() == Some(kind) && fault.contains(words))
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.report["notes"].as_array().cloned().unwrap_or_default();
        notes.iter().map(|note| note["kind"].as_str().unwrap().to_owned()).collect()
    }

    fn assert_clean(&self, what: &str) {
        assert_eq!(self.code, Some(0), "{what}: {:?}\n{}", self.faults(), self.stderr);
        assert_eq!(self.faults(), Vec::<String>::new(), "{what}");
    }
}

fn verify(run: &Path, arguments: &[&str]) -> Verified {
    let said = support::plain_gsmooth()
        .arg("verify")
        .arg(run)
        .args(["--json", "--quiet"])
        .args(arguments)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&said.stdout).unwrap_or(Value::Null);
    Verified { code: said.status.code(), report, stderr: support::stderr(&said) }
}
