//! `gsmooth init` with the real binary: what it writes for a model passes `gsmooth check`, and what is no classifier is
//! refused.

use std::path::{Path, PathBuf};
use std::process::Output;

use gsmooth::onnx::proto::ModelProto;
use gsmooth::onnx::proto::tensor_proto::DataType;
use gsmooth::onnx::proto::type_proto;
use ndarray::{Array1, Array4};
use ndarray_npy::NpzWriter;
use serde_json::Value;

mod support;

use support::{models, repository, stderr};

fn gsmooth(arguments: &[&str], folder: &Path) -> Output {
    support::plain_gsmooth().current_dir(folder).args(arguments).output().unwrap()
}

/// The file that is written for a model, with what is printed.
fn written(arguments: &[&str], folder: &Path) -> (String, String) {
    let said = gsmooth(&[&["init"], arguments].concat(), folder);
    assert!(said.status.success(), "{}", stderr(&said));
    let printed = String::from_utf8(said.stdout).unwrap();
    let file = printed.lines().next().unwrap().strip_prefix("wrote ").unwrap().to_owned();
    (std::fs::read_to_string(folder.join(file)).unwrap(), printed)
}

fn refused(arguments: &[&str], folder: &Path, code: i32, words: &[&str]) {
    let said = gsmooth(&[&["init"], arguments].concat(), folder);
    let text = stderr(&said);
    assert_eq!(said.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}

/// The audit is taken by `gsmooth check`, and by the schema.
fn checked(file: &str, folder: &Path) -> Value {
    let said = gsmooth(&["check", "--json", file], folder);
    assert!(said.status.success(), "{}", stderr(&said));
    let schema = std::fs::read_to_string(repository().join("configs/audit.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let audit = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&audit).unwrap();
    serde_json::from_slice(&said.stdout).unwrap()
}

/// A classifier of images: each class scores by a mean over a channel, with `classes` of them.
fn classifier(image: &[i64], classes: i64) -> ModelProto {
    let channels = image[1];
    let weights: Vec<f32> = (0..channels * classes).map(|i| (i % 7) as f32 - 3.0).collect();
    let constants = vec![models::floats("weights", &[channels, classes], &weights)];
    let nodes = vec![
        models::node("GlobalAveragePool", &["image"], "pooled"),
        models::node("Flatten", &["pooled"], "flat"),
        models::node("MatMul", &["flat", "weights"], "logits"),
    ];
    models::model(models::info("image", image), constants, nodes, models::info("logits", &[-1, classes]))
}

fn save(model: &ModelProto, folder: &Path, name: &str) -> PathBuf {
    models::write(model, folder, name);
    folder.join(name)
}

/// Images of noise with labels below `classes`, as one archive.
fn npz(path: &Path, shape: [usize; 4], classes: usize) {
    let pixel = |i: usize| (i * 7919 % 256) as u8;
    let images: Vec<u8> = (0..shape.iter().product()).map(pixel).collect();
    let labels: Vec<i64> = (0..shape[0]).map(|i| (i % classes) as i64).collect();
    let mut archive = NpzWriter::new(std::fs::File::create(path).unwrap());
    archive.add_array("images", &Array4::from_shape_vec(shape, images).unwrap()).unwrap();
    archive.add_array("labels", &Array1::from(labels)).unwrap();
    archive.finish().unwrap();
}

/// The shipped model, whose images lie beside it.
#[test]
fn the_audit_of_the_shipped_classifier_passes_check() {
    let folder = tempfile::tempdir().unwrap();
    let model = repository().join("onnx/mnist/classifier.onnx");
    let (text, printed) = written(&[model.to_str().unwrap()], folder.path());
    assert!(
        printed.contains("data: 1000 images of ") && printed.contains("gsmooth check classifier.toml"),
        "{printed}"
    );
    let audit: toml::Table = text.parse().unwrap();
    assert_eq!(audit["data"]["format"].as_str(), Some("idx"));
    assert_eq!(
        (audit["data"]["count"].as_integer(), audit["data"]["stride"].as_integer()),
        (Some(100), Some(10))
    );
    assert!(text.lines().all(|line| line.chars().count() <= 160), "{text}");

    let found = checked("classifier.toml", folder.path());
    let cases = found["cases"].as_array().unwrap();
    let names: Vec<_> = cases.iter().map(|case| case["case"].as_str().unwrap()).collect();
    assert_eq!(names, ["rotation", "zoom_blur", "gaussian_blur", "brightness_contrast"]);
    assert!(cases.iter().all(|case| case["kind"] == "proven" && case["classes"] == 10), "{found}");
    assert!(cases.iter().all(|case| (1.0..1000.0).contains(&case["anchors"].as_f64().unwrap())), "{found}");
}

#[test]
fn the_audit_of_a_colour_classifier_with_an_archive_passes_check() {
    let folder = tempfile::tempdir().unwrap();
    save(&classifier(&[-1, 3, 32, 32], 10), &folder.path().join("models"), "small.onnx");
    std::fs::create_dir(folder.path().join("images")).unwrap();
    npz(&folder.path().join("images/held-out.npz"), [12, 3, 32, 32], 10);
    // The file may lie anywhere: paths are relative to it.
    let arguments = ["models/small.onnx", "--data", "images/held-out.npz", "--output", "audits/small.toml"];
    let (text, _) = written(&arguments, folder.path());
    let audit: toml::Table = text.parse().unwrap();
    assert_eq!(audit["data"]["images"].as_str(), Some("../images/held-out.npz"));
    assert_eq!(audit["classifier"]["model"].as_str(), Some("../models/small.onnx"));
    assert!(text.contains("# mean = [0.4914, 0.4822, 0.4465]"), "{text}");
    let found = checked("audits/small.toml", folder.path());
    assert_eq!(found["cases"].as_array().unwrap().len(), 4);
}

#[test]
fn a_classifier_of_imagenet_gets_its_usual_normalisation_as_a_suggestion() {
    let folder = tempfile::tempdir().unwrap();
    save(&classifier(&[-1, 3, 224, 224], 1000), folder.path(), "large.onnx");
    let (text, printed) = written(&["large.onnx"], folder.path());
    for line in ["# mean = [0.485, 0.456, 0.406]", "# std = [0.229, 0.224, 0.225]", "resize = [224, 224]"] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    assert!(!text.contains("label_offset"), "{text}");
    // Without data the file says what is missing, and so does `check`.
    assert!(printed.contains("none found beside the model"), "{printed}");
    let said = gsmooth(&["check", "large.toml"], folder.path());
    let line = text.lines().position(|line| line.starts_with("images = ")).unwrap() + 1;
    assert_eq!(said.status.code(), Some(3));
    assert!(stderr(&said).contains(&format!("large.toml:{line}:")), "{}", stderr(&said));

    save(&classifier(&[-1, 3, 224, 224], 1001), folder.path(), "background.onnx");
    let (text, _) = written(&["background.onnx"], folder.path());
    assert!(text.contains("\nlabel_offset = 1 ") && text.contains("class 0 is a background"), "{text}");
}

/// Channels are found on whichever axis they are.
#[test]
fn the_layout_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = vec![
        models::with_integers(models::node("Transpose", &["image"], "turned"), "perm", &[0, 3, 1, 2]),
        models::node("GlobalAveragePool", &["turned"], "pooled"),
        models::node("Flatten", &["pooled"], "logits"),
    ];
    let model = models::model(
        models::info("image", &[-1, 32, 32, 3]),
        vec![],
        nodes,
        models::info("logits", &[-1, 3]),
    );
    save(&model, folder.path(), "last.onnx");
    npz(&folder.path().join("test.npz"), [6, 3, 32, 32], 3);
    let (text, _) = written(&["last.onnx"], folder.path());
    assert!(text.contains("\nlayout = \"nhwc\" "), "{text}");
    // The archive beside the model was found.
    assert!(text.contains("\nimages = \"test.npz\"\n"), "{text}");
    checked("last.toml", folder.path());
}

#[test]
fn pictures_are_resized_to_what_the_model_takes() {
    let folder = tempfile::tempdir().unwrap();
    save(&classifier(&[-1, 1, 16, 16], 2), folder.path(), "grey.onnx");
    for (class, shade) in [("cats", 40), ("dogs", 200)] {
        let directory = folder.path().join("pictures").join(class);
        std::fs::create_dir_all(&directory).unwrap();
        for size in [20, 30] {
            let picture = image::RgbImage::from_pixel(size, size + 4, image::Rgb([shade; 3]));
            picture.save(directory.join(format!("{size}.png"))).unwrap();
        }
    }
    let (text, _) = written(&["grey.onnx"], folder.path());
    for line in ["\nimages = \"pictures\"\n", "\nresize = [16, 16] ", "\nchannels = 1 ", "\ncount = 4\n"] {
        assert!(text.contains(line), "no `{line}` in\n{text}");
    }
    checked("grey.toml", folder.path());
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    save(&classifier(&[-1, 3, 32, 32], 10), folder.path(), "small.onnx");
    std::fs::write(folder.path().join("small.toml"), "mine").unwrap();
    refused(&["small.onnx"], folder.path(), 2, &["small.toml is there already", "--output", "--force"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("small.toml")).unwrap(), "mine");
    let (text, _) = written(&["small.onnx", "--force"], folder.path());
    assert!(text.contains("version = 1"), "{text}");
}

#[test]
fn what_is_no_classifier_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = || classifier(&[-1, 3, 32, 32], 10);
    refused(&["absent.onnx"], at, 3, &["absent.onnx", "cannot be read"]);
    std::fs::write(at.join("text.onnx"), "a text").unwrap();
    refused(&["text.onnx"], at, 3, &["expected an ONNX model"]);
    save(&classifier(&[-1, 3, 32, 32], 1), at, "one.onnx");
    refused(&["one.onnx"], at, 3, &["at least 2 classes, found 1"]);
    save(&classifier(&[-1, 4, 32, 32], 10), at, "four.onnx");
    refused(&["four.onnx"], at, 3, &["images of 4 or 32 channels", "expected 1 (grey) or 3 (colour)"]);
    let mut two = small();
    models::graph(&mut two).input.push(models::info("mask", &[-1, 1]));
    save(&two, at, "two.onnx");
    refused(&["two.onnx"], at, 3, &["expected exactly one input", "`mask`"]);
    let flat = models::model(
        models::info("image", &[-1, 784]),
        vec![],
        vec![models::node("Relu", &["image"], "logits")],
        models::info("logits", &[-1, 784]),
    );
    save(&flat, at, "flat.onnx");
    refused(&["flat.onnx"], at, 3, &["expected shape [N, C, H, W], found [batch, 784]"]);
    let mut bytes = small();
    let declared = models::graph(&mut bytes).input[0].r#type.as_mut().unwrap();
    let Some(type_proto::Value::TensorType(tensor)) = &mut declared.value else { panic!("a tensor") };
    tensor.elem_type = Some(DataType::Uint8 as i32);
    save(&bytes, at, "bytes.onnx");
    refused(&["bytes.onnx"], at, 3, &["expected float32 elements, found uint8"]);
    let mut random = small();
    models::append(
        &mut random,
        "inner",
        vec![
            models::node("RandomNormalLike", &["inner"], "chance"),
            models::node("Add", &["inner", "chance"], "logits"),
        ],
    );
    save(&random, at, "random.onnx");
    refused(&["random.onnx"], at, 3, &["random.onnx can't be smoothed", "RandomNormalLike"]);
    assert!(std::fs::read_dir(at).unwrap().all(|entry| entry.unwrap().path().extension().unwrap() != "toml"));
}

#[test]
fn data_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    save(&classifier(&[-1, 3, 32, 32], 10), at, "small.onnx");
    let with = |data: &str, words: &[&str]| refused(&["small.onnx", "--data", data], at, 3, words);
    with("absent", &["absent holds no data that gsmooth reads"]);
    std::fs::write(at.join("notes.txt"), "no data").unwrap();
    with("notes.txt", &["notes.txt holds no data"]);
    std::fs::create_dir(at.join("empty")).unwrap();
    with("empty", &["empty holds no data"]);
    npz(&at.join("grey.npz"), [4, 1, 32, 32], 10);
    with("grey.npz", &["grey.npz has images of 1 channels", "small.onnx takes 3"]);
    npz(&at.join("more.npz"), [30, 3, 32, 32], 25);
    with("more.npz", &["labels up to 24", "small.onnx scores 10 classes"]);
    std::fs::write(at.join("x_test.npy"), "no array").unwrap();
    with("x_test.npy", &["no labels are found for x_test.npy", "y_test.npy"]);
    std::fs::write(at.join("y_test.npy"), "no array").unwrap();
    with("x_test.npy", &["x_test.npy"]);
}

#[test]
fn programs_get_json() {
    let folder = tempfile::tempdir().unwrap();
    save(&classifier(&[-1, 3, 32, 32], 10), folder.path(), "small.onnx");
    npz(&folder.path().join("test.npz"), [4, 3, 32, 32], 4);
    let said = gsmooth(&["init", "small.onnx", "--json"], folder.path());
    let told: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!((&told["file"], &told["classes"]), (&"small.toml".into(), &10.into()));
    assert_eq!((&told["data"]["format"], &told["data"]["count"]), (&"npz".into(), &4.into()));
    assert_eq!(told["commands"][0], "gsmooth check small.toml");
}
