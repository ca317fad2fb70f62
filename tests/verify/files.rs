//! Edits of what lies beside the records: models, data, plugins, the audit, the figures.

use std::io::Read;

use super::*;

/// A run with a model and data of its own, which lie beside the audit file, and an edited copy of one of these files.
struct Beside {
    folder: tempfile::TempDir,
}

impl Beside {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shipped = support::repository().join("onnx/mnist");
        std::fs::copy(shipped.join("mlp.onnx"), folder.path().join("model.onnx")).unwrap();
        for (name, head, item) in [("images-idx3-ubyte", 16, 784), ("labels-idx1-ubyte", 8, 1)] {
            let packed = std::fs::File::open(shipped.join(format!("test-{name}.gz"))).unwrap();
            let mut bytes = Vec::new();
            flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
            bytes.truncate(head + 3 * item);
            bytes[4..8].copy_from_slice(&3_u32.to_be_bytes());
            std::fs::write(folder.path().join(name.split('-').next().unwrap()), bytes).unwrap();
        }
        let audit = audit("enumerate");
        let of_repository =
            |name: &str| support::repository().join("onnx/mnist").join(name).display().to_string();
        let audit = audit
            .with(&of_repository("classifier.onnx"), "model.onnx")
            .with(&of_repository("test-images-idx3-ubyte.gz"), "images")
            .with(&of_repository("test-labels-idx1-ubyte.gz"), "labels");
        support::certified(&audit, folder.path());
        Self { folder }
    }

    /// Changes the byte of a file so far from its end, in a copy of the folder that the audit lies in.
    fn with_byte(&self, name: &str, from_end: usize) -> Verified {
        let moved = tempfile::tempdir().unwrap();
        for file in ["model.onnx", "images", "labels"] {
            std::fs::copy(self.folder.path().join(file), moved.path().join(file)).unwrap();
        }
        let mut bytes = std::fs::read(moved.path().join(name)).unwrap();
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        std::fs::write(moved.path().join(name), bytes).unwrap();
        let relative_to = moved.path().display().to_string();
        verify(&self.folder.path().join("run"), &["--resample", "0", "--relative-to", &relative_to])
    }
}

#[test]
fn a_byte_of_model_or_data_is_found() {
    let beside = Beside::new();
    verify(&beside.folder.path().join("run"), &[]).assert_clean("nothing is moved");
    let model = beside.with_byte("model.onnx", 3000);
    assert!(model.finds("header", "models.model.onnx"), "{:?} {}", model.faults(), model.stderr);
    assert_eq!(model.code, Some(1));
    let image = beside.with_byte("images", 400);
    assert!(image.finds("header", "`data`") && !image.finds("header", "models"), "{:?}", image.faults());
    let label = beside.with_byte("labels", 1);
    assert!(label.finds("header", "`data`") && label.finds("label", "image 2"), "{:?}", label.faults());
    // One that is not there can't be verified against.
    std::fs::remove_file(beside.folder.path().join("labels")).unwrap();
    assert_eq!(verify(&beside.folder.path().join("run"), &[]).code, Some(3));
}

#[test]
fn a_byte_of_a_plugin_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}gsmooth_noises{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let edited = folder.path().join(&name);
    support::build_plugins();
    // A byte after the end of a library changes nothing that it does.
    let mut bytes = std::fs::read(support::profile_folder().join(&name)).unwrap();
    bytes.push(0);
    std::fs::write(&edited, bytes).unwrap();
    let run = untouched("resolvable").path().join("run");
    let found = verify(&run, &["--resample", "0", "--plugin-path", &edited.display().to_string()]);
    assert!(
        found.finds("header", "plugins.noise exponential.digest"),
        "{:?} {}",
        found.faults(),
        found.stderr
    );
    assert!(!found.finds("header", "transformation"), "{:?}", found.faults());
}

#[test]
fn an_edited_audit_is_found() {
    let edits = [
        ("seed = 5", "seed = 6", "header", "`seed`"),
        ("draws = 1000", "draws = 1001", "header", "`audit`"),
        // Nothing follows from a comment; its bytes are known all the same.
        ("version = 1", "version = 1 # one", "digest", "audit.toml"),
    ];
    for (from, to, kind, words) in edits {
        let run = Copied::of("listed");
        let text = run.text("audit.toml");
        assert!(text.contains(from));
        run.write("audit.toml", &text.replace(from, to));
        let found = run.verify(&["--resample", "0"]);
        assert!(found.finds(kind, words), "{to}: {:?} {}", found.faults(), found.stderr);
        assert!(found.finds("digest", "audit.toml"), "{to}: {:?}", found.faults());
        assert_eq!(found.code, Some(1));
    }
}

#[test]
fn edited_figures_are_found() {
    let figures =
        ["cases[0].smoothed_accuracy", "cases[0].certified_accuracy[1].interval[0]", "cases[0].draws"];
    for field in figures {
        let run = Copied::of("listed");
        run.edit_summary(|summary| {
            let pointer = format!("/{}", field.replace("].", "/").replace(['[', '.'], "/").replace(']', ""));
            *summary.pointer_mut(&pointer).unwrap() = 0.123.into();
        });
        let found = run.verify(&["--resample", "0"]);
        assert!(found.finds("summary", field), "{field}: {:?}", found.faults());
    }
    let run = Copied::of("listed");
    run.edit_summary(|summary| summary["more"] = 1.into());
    assert!(run.verify(&["--resample", "0"]).finds("summary", "`more` is 1"));
    let run = Copied::of("listed");
    run.write("summary.json", &(run.text("summary.json") + "\n"));
    assert!(run.verify(&["--resample", "0"]).finds("formatting", "summary.json"));
    let run = Copied::of("listed");
    run.edit_summary(|summary| summary["digests"] = Value::Null);
    assert!(run.verify(&["--resample", "0"]).finds("summary", "digests"));
}

#[test]
fn an_edited_table_is_found() {
    let edit = |change: &dyn Fn(&mut Vec<Vec<String>>)| {
        let run = Copied::of("listed");
        let split = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
        let mut rows: Vec<Vec<String>> = run.text("certify.tsv").lines().map(split).collect();
        change(&mut rows);
        let lines: Vec<String> = rows.iter().map(|row| row.join("\t") + "\n").collect();
        run.write("certify.tsv", &lines.concat());
        run.verify(&["--resample", "0"])
    };
    let radius = edit(&|rows| rows[2][3] = "4.000000".to_owned());
    assert!(radius.finds("table", "certify.tsv:3: column `radius` is 4.000000"), "{:?}", radius.faults());
    let predicted = edit(&|rows| rows[1][2] = "-1".to_owned());
    assert!(predicted.finds("table", "column `predict`"), "{:?}", predicted.faults());
    let dropped = edit(&|rows| drop(rows.pop()));
    assert!(dropped.finds("rows", "2 rows"), "{:?}", dropped.faults());
    // What a machine took is not a figure that follows from anything.
    edit(&|rows| rows[1][5] = "9:00:00.000000".to_owned()).assert_clean("a time");
    let run = Copied::of("listed");
    std::fs::remove_file(run.path("certify.tsv")).unwrap();
    assert!(run.verify(&["--resample", "0"]).finds("unreadable", "certify.tsv"));
}
