//! `gsmooth show`: one picture of what a case does to an image.

use std::path::{Path, PathBuf};
use std::process::Output;

use image::{Rgb, RgbImage};

mod support;

use support::audit::Audit;
use support::models;

/// Width and height of an enlarged MNIST image, and the gap between pictures.
const SIDE: u32 = 224;
const GAP: u32 = 18;

/// The small audit, its first case on pixels or without noise.
fn audit(method: &str) -> Audit {
    let small = Audit::small();
    let case = "method = \"resolvable\"\ntransformation = { plugin = \"gaussian_blur\", range = [0.0, 36.0] }\nradii = [4.0, 9.0]\nnoise = { plugin = \"exponential\", scale = 5.0 }";
    match method {
        "pixel" => small.with(
            case,
            "method = \"pixel\"\ntransformation = { plugin = \"rotation\", range = [-30.0, 30.0] }\nsemantic_noise = 0.1",
        ),
        "enumerate" => small.with(
            case,
            "method = \"enumerate\"\ntransformation = { plugin = \"translation\", range = [[-2.0, 2.0], [-2.0, 2.0]] }",
        ),
        _ => small,
    }
}

fn show(audit: &Audit, folder: &Path, arguments: &[&str]) -> (Output, PathBuf) {
    let (file, picture) = (audit.write(folder), folder.join("picture.png"));
    let mut command = support::plain_gsmooth();
    command.arg("show").arg(file).arg("--output").arg(&picture).args(arguments);
    (command.output().unwrap(), picture)
}

fn shown(audit: &Audit, arguments: &[&str]) -> RgbImage {
    let folder = tempfile::tempdir().unwrap();
    let (said, picture) = show(audit, folder.path(), arguments);
    assert_eq!(said.status.code(), Some(0), "{}", support::stderr(&said));
    assert!(String::from_utf8_lossy(&said.stdout).contains("picture.png"));
    image::open(picture).unwrap().to_rgb8()
}

/// Rows of pictures on a sheet: bands of darkness at its left edge, for MNIST is dark at its borders.
fn rows(sheet: &RgbImage) -> usize {
    let dark = |y: u32| (GAP..GAP + 40).all(|x| sheet.get_pixel(x, y).0.iter().all(|value| *value < 120));
    let bands: Vec<bool> = (0..sheet.height()).map(dark).collect();
    bands.split(|dark| !dark).filter(|band| band.len() > 100).count()
}

#[test]
fn a_semantic_case_shows_transformation_imitation_and_both_noises() {
    let sheet = shown(&audit("semantic"), &["--case", "defocus_blur", "--index", "4"]);
    assert_eq!(rows(&sheet), 3);
    assert!(sheet.width() >= 6 * (SIDE + GAP) + GAP, "{}", sheet.width());
    assert!(sheet.pixels().all(|Rgb([r, g, b])| r == g && g == b), "grey");
}

#[test]
fn other_methods_show_what_the_classifier_sees() {
    for (method, case, expected) in
        [("resolvable", "gaussian_blur", 2), ("pixel", "gaussian_blur", 2), ("enumerate", "gaussian_blur", 1)]
    {
        let sheet = shown(&audit(method), &["--case", case, "--index", "0"]);
        assert_eq!(rows(&sheet), expected, "{method}");
    }
}

#[test]
fn parameters_may_be_chosen() {
    let all = shown(&audit("enumerate"), &["--case", "gaussian_blur", "--index", "0"]);
    let arguments = ["--case", "gaussian_blur", "--index", "0", "--parameter", "-1,2", "--parameter", "0,0"];
    let two = shown(&audit("enumerate"), &arguments);
    assert!(two.width() < all.width());
    // The original comes first, and the identity, asked for last, is the same picture.
    let cell = (two.width() - GAP) / 3;
    let picture = |column: u32| -> Vec<Rgb<u8>> {
        let left = GAP + column * cell;
        (0..SIDE)
            .flat_map(|y| (0..SIDE).map(move |x| (x, y)))
            .map(|(x, y)| *two.get_pixel(left + x, 84 + y))
            .collect()
    };
    assert!(picture(0) == picture(2) && picture(0) != picture(1));
}

#[test]
fn the_same_picture_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--case", "defocus_blur", "--index", "3", "--parameter", "2.5"];
    let bytes = |_: usize| std::fs::read(show(&audit("semantic"), folder.path(), &arguments).1).unwrap();
    assert!(bytes(0) == bytes(1));
}

#[test]
fn colours_stay_colours() {
    let folder = tempfile::tempdir().unwrap();
    let pixels = ndarray::Array4::from_shape_fn((1, 3, 8, 8), |(_, c, ..)| [0.9_f32, 0.5, 0.1][c]);
    let [images, labels] = ["images.npy", "labels.npy"].map(|name| folder.path().join(name));
    ndarray_npy::write_npy(&images, &pixels).unwrap();
    ndarray_npy::write_npy(&labels, &ndarray::Array1::<i64>::zeros(1)).unwrap();
    let constants = vec![models::integers("axes", &[2, 3])];
    let nodes = vec![
        models::node("ReduceMean", &["image", "axes"], "means"),
        models::node("Flatten", &["means"], "logits"),
    ];
    let (input, output) = (models::info("image", &[-1, 3, 8, 8]), models::info("logits", &[-1, 3]));
    let model = models::write(&models::model(input, constants, nodes, output), folder.path(), "mean.onnx");
    let text = format!(
        "version = 1\n[data]\nformat = \"npy\"\nimages = {}\nlabels = {}\n[classifier]\nmodel = {model}\n[sampling]\n\
         [[case]]\nname = \"light\"\nmethod = \"pixel\"\ntransformation = {{ plugin = \"brightness\", range = [0.0, 0.3] }}\n\
         semantic_noise = 0.1\n",
        models::quoted(&images),
        models::quoted(&labels)
    );
    let sheet = shown(&Audit { text }, &["--case", "light", "--index", "0"]);
    assert!(sheet.pixels().any(|pixel| *pixel == Rgb([230, 128, 26])), "the image as it is");
    assert!(sheet.pixels().any(|pixel| *pixel == Rgb([255, 204, 102])), "30 % lighter, clipped");
}

#[test]
fn what_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["--case", "defocus_blur", "--index", "5000"][..], "no image 5000: the data has 1000"),
        (&["--case", "defocus_blurr", "--index", "0"], "`defocus_blur`"),
        (
            &["--case", "defocus_blur", "--index", "0", "--parameter", "1,2"],
            "`defocus_blur` has 1 parameter (radius)",
        ),
        (&["--case", "defocus_blur", "--index", "0", "--parameter", "-1"], "its domain is [[0.0, inf]]"),
        (&["--case", "defocus_blur", "--index", "0", "--parameter", "wide"], "must be a number"),
        (&["--case", "defocus_blur", "--index", "-1"], "index"),
    ] {
        let (said, picture) = show(&audit("semantic"), folder.path(), arguments);
        assert_eq!(said.status.code(), Some(2), "{arguments:?}: {}", support::stderr(&said));
        assert!(support::stderr(&said).contains(words), "{arguments:?}: {}", support::stderr(&said));
        assert!(!picture.exists());
    }
    let elsewhere = folder.path().join("no/such/folder.png");
    let file = audit("semantic").write(folder.path());
    let mut command = support::plain_gsmooth();
    command.arg("show").arg(file).args(["--case", "defocus_blur", "--index", "0", "--output"]).arg(elsewhere);
    let said = command.output().unwrap();
    assert_eq!(said.status.code(), Some(3));
    assert!(support::stderr(&said).contains("cannot write"), "{}", support::stderr(&said));
}
