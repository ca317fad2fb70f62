//! `gsmooth predict` with the real binary: it agrees with its own counts and with certificates, abstains where the votes do
//! not tell, and says what is wrong with a file.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

mod support;

use support::audit::Audit;
use support::models;

/// A run of `predict` on an audit in a folder.
fn said(audit: &Audit, folder: &Path, arguments: &[&str]) -> Output {
    support::plain_gsmooth().arg("predict").arg(audit.write(folder)).args(arguments).output().unwrap()
}

fn predictions(audit: &Audit, folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let said = said(audit, folder, &[arguments, &["--json", "--quiet"]].concat());
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    serde_json::from_slice(&said.stdout).unwrap()
}

/// The small audit on six images, with one anchor: what it certifies is looked at once, beside what is predicted.
fn audit() -> Audit {
    Audit::small().set("count", "6").with("method = ", "anchors = 1\nmethod = ")
}

/// Test images as PNG files.
fn pictures(folder: &Path, indices: &[usize]) -> Vec<PathBuf> {
    let packed =
        std::fs::File::open(support::repository().join("onnx/mnist/test-images-idx3-ubyte.gz")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    let picture = |index: &usize| {
        let path = folder.join(format!("{index}.png"));
        let pixels = bytes[16 + index * 784..][..784].to_vec();
        image::GrayImage::from_raw(28, 28, pixels).unwrap().save(&path).unwrap();
        path
    };
    indices.iter().map(picture).collect()
}

#[test]
fn answers_follow_from_their_votes_and_agree_with_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let run = support::certified(&audit(), folder.path());
    for case in ["gaussian_blur", "defocus_blur"] {
        let indices: Vec<String> =
            (0..6).flat_map(|index| ["--index".to_owned(), index.to_string()]).collect();
        let arguments: Vec<&str> = ["--case", case, "--draws", "300"]
            .into_iter()
            .chain(indices.iter().map(String::as_str))
            .collect();
        let found = predictions(&audit(), folder.path(), &arguments);
        assert_eq!(found.len(), 6);
        for (index, found) in found.iter().enumerate() {
            let (votes, rival) = (found["votes"].as_u64().unwrap(), found["rival"].as_u64().unwrap());
            assert_eq!(found["draws"], 300);
            assert_eq!(found["index"], index);
            assert!((found["share"].as_f64().unwrap() - votes as f64 / 300.0).abs() < 1e-12);
            assert_eq!(found["p_value"].as_f64().unwrap(), gsmooth::predict::verdict::p_value(votes, rival));
            let decides = found["p_value"].as_f64().unwrap() <= 0.001;
            assert_eq!(found["class"].is_null(), !decides, "{found}");
            assert_eq!(found["abstained"], !decides);
            let record =
                run.records().into_iter().find(|r| r.case == case && r.index == index as u64).unwrap();
            if record.radius > 0.0 && decides {
                assert_eq!(found["class"].as_u64(), record.predicted.map(u64::from), "{case} {index}");
            }
        }
        assert!(found.iter().filter(|found| found["abstained"] == false).count() >= 4, "{case}: {found:?}");
    }
}

/// A classifier that compares two pixels, under noise on the pixels.
fn coin(folder: &Path) -> Audit {
    let mut weights = vec![0.0; 784 * 2];
    (weights[0], weights[3]) = (1.0, 1.0);
    let model = models::model(
        models::info("image", &[-1, 1, 28, 28]),
        vec![models::integers("flat", &[-1, 784]), models::floats("weights", &[784, 2], &weights)],
        vec![
            models::node("Reshape", &["image", "flat"], "pixels"),
            models::node("MatMul", &["pixels", "weights"], "logits"),
        ],
        models::info("logits", &[-1, 2]),
    );
    let model = models::write(&model, folder, "coin.onnx");
    let labels = folder.join("labels");
    let labelled = [&[0, 0, 8, 1, 0, 0, 0, 1][..], &[0]].concat();
    std::fs::write(&labels, labelled).unwrap();
    let images = folder.join("images");
    let head = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28];
    std::fs::write(&images, [&head[..], &[0; 784]].concat()).unwrap();
    let small = Audit::small();
    let text = small.text.split("\n[[case]]").next().unwrap().to_owned()
        + "\n[[case]]\nname = \"brightness\"\nmethod = \"pixel\"\nanchors = 1\nradii = [0.1]\nsemantic_noise = 0.1\n\
           transformation = { plugin = \"brightness\", range = [0.0, 0.1] }\n";
    let quoted = models::quoted;
    Audit { text }
        .set("images", &quoted(&images))
        .set("labels", &quoted(&labels))
        .set("count", "1")
        .set("model", &model)
}

/// A picture that is black but for its first pixel.
fn first_pixel(folder: &Path, name: &str, value: u8) -> String {
    let mut pixels = vec![0; 784];
    pixels[0] = value;
    let path = folder.join(name);
    image::GrayImage::from_raw(28, 28, pixels).unwrap().save(&path).unwrap();
    path.display().to_string()
}

/// A file with the pixels of an image of the data is that image: the same draws, the same votes.
#[test]
fn equal_images_get_equal_draws() {
    let folder = tempfile::tempdir().unwrap();
    let audit = coin(folder.path());
    let (even, copy) = (first_pixel(folder.path(), "even.png", 0), folder.path().join("copy.png"));
    std::fs::copy(&even, &copy).unwrap();
    let mut other = image::GrayImage::new(28, 28);
    other.put_pixel(27, 27, image::Luma([1]));
    let other_file = folder.path().join("other.png");
    other.save(&other_file).unwrap();
    let (copy, other) = (copy.display().to_string(), other_file.display().to_string());
    let votes = |audit: &Audit| -> Vec<Value> {
        let arguments = [&even[..], &copy, &other, "--index", "0", "--draws", "1000"];
        predictions(audit, folder.path(), &arguments)
            .into_iter()
            .map(|found| found["votes"].clone())
            .collect()
    };
    let found = votes(&audit);
    assert_eq!((&found[0], &found[0]), (&found[1], &found[3]), "file, copy and image of the data");
    assert!(found[0].as_u64().unwrap() < 600 && found[0] != found[2], "noise of its own: {found:?}");
    assert_ne!(votes(&audit.set("seed", "6"))[0], found[0]);
}

#[test]
fn a_coin_is_abstained_from() {
    let folder = tempfile::tempdir().unwrap();
    let audit = coin(folder.path());
    let (even, clear) =
        (first_pixel(folder.path(), "even.png", 0), first_pixel(folder.path(), "clear.png", 255));
    let found = predictions(&audit, folder.path(), &[&even, &clear, "--draws", "400"]);
    assert_eq!((&found[0]["class"], &found[0]["abstained"]), (&Value::Null, &true.into()), "{}", found[0]);
    let share = found[0]["share"].as_f64().unwrap();
    assert!((0.4..0.6).contains(&share), "{share}");
    assert_eq!((&found[1]["class"], &found[1]["votes"]), (&0.into(), &400.into()));
    // With alpha 1/1000 ten unanimous draws tell, nine do not: 2 / 2^9.
    let alone =
        |draws: &str| predictions(&audit, folder.path(), &[&clear, "--draws", draws])[0]["class"].clone();
    assert_eq!((alone("10"), alone("11")), (Value::Null, 0.into()));
    let lax = predictions(&audit, folder.path(), &[&clear, "--draws", "10", "--alpha", "0.01"]);
    assert_eq!(lax[0]["class"], 0);

    let said = said(&audit, folder.path(), &[&even, &clear, "--draws", "400"]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.status.code(), Some(0), "an abstention is an answer");
    let rows: Vec<&str> = text.lines().filter(|line| line.contains(".png")).collect();
    assert!(
        rows[0].contains("abstain,") && rows[0].contains(" leads") && rows[1].contains("100.0 %"),
        "{text}"
    );
    assert!(text.contains("A prediction is no certificate") && text.contains("at most 0.001"), "{text}");
}

#[test]
fn enumerate_asks_the_bare_classifier() {
    let folder = tempfile::tempdir().unwrap();
    let head = Audit::small().text.split("\n[[case]]").next().unwrap().to_owned();
    let case = "\n[[case]]\nname = \"translation\"\nmethod = \"enumerate\"\nradii = [1.0]\n\
                transformation = { plugin = \"translation_zero\", range = [[-1.0, 1.0], [-1.0, 1.0]] }\nnorm = \"linf\"\n";
    let audit = Audit { text: head + case };
    let found = predictions(&audit, folder.path(), &["--index", "0", "--index", "1"]);
    assert_eq!((&found[0]["class"], &found[1]["class"]), (&7.into(), &2.into()));
    assert!(found[0].get("votes").is_none());
}

#[test]
fn what_cannot_be_predicted_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("text.png"), "no picture").unwrap();
    image::GrayImage::new(32, 30).save(path("large.png")).unwrap();
    let mut torn = std::fs::read(&pictures(folder.path(), &[0])[0]).unwrap();
    torn.truncate(100);
    std::fs::write(path("torn.png"), torn).unwrap();
    let cases: [(&[&str], i32, &[&str]); 9] = [
        (&["--case", "gaussian_blur", &path("text.png")], 3, &["text.png", "is not a readable image"]),
        (&["--case", "gaussian_blur", &path("absent.png")], 3, &["absent.png", "cannot read"]),
        (&["--case", "gaussian_blur", &path("torn.png")], 3, &["torn.png", "cannot decode"]),
        (
            &["--case", "gaussian_blur", &path("large.png")],
            3,
            &["large.png is 30x32 pixels", "28x28", "scale it", "`resize`"],
        ),
        (&["--case", "gaussian_blur", "--index", "10000"], 2, &["no image 10000 among 1000"]),
        (&["--index", "0"], 2, &["--case", "gaussian_blur, defocus_blur"]),
        (&["--case", "gaussian", "--index", "0"], 2, &["gaussian_blur"]),
        (&["--case", "gaussian_blur"], 2, &["IMAGE"]),
        (&["--case", "gaussian_blur", "--index", "0", "--alpha", "0.7"], 2, &["between 0 and 0.5"]),
    ];
    for (arguments, code, words) in cases {
        let said = said(&audit(), folder.path(), arguments);
        let stderr = support::stderr(&said);
        assert_eq!(said.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(words.iter().all(|word| stderr.contains(word)), "{arguments:?}: {stderr}");
    }
    // With `resize` every size is read.
    let resized = audit().before_sampling("").with("count = 6", "count = 6\nresize = [28, 28]");
    let found = predictions(
        &resized,
        folder.path(),
        &["--case", "gaussian_blur", "--draws", "20", &path("large.png")],
    );
    assert_eq!(found.len(), 1);
}
