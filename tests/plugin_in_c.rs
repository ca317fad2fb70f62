//! Plugins in C, loaded and used: the one of `examples/c-plugin`, compiled as its first lines say, and one of the days of ABI 1.0.
#![cfg(unix)]

use std::process::Command;

use gsmooth::host::{HostError, Registry, SearchPath, Transformation};

/// Compiles a file of this repository and loads what comes out.
fn load(source: &str, name: &str) -> Registry {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join(format!("libgsmooth_{name}{}", std::env::consts::DLL_SUFFIX));
    let root = env!("CARGO_MANIFEST_DIR");
    let status = Command::new("cc")
        .args(["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"])
        .arg(format!("-I{root}/plugins/abi/include"))
        .arg(format!("{root}/{source}"))
        .args(["-lm", "-o"])
        .arg(&library)
        .status()
        .unwrap();
    assert!(status.success());
    Registry::load(&SearchPath::of([library])).unwrap()
}

fn vignette() -> Transformation {
    let registry = load("examples/c-plugin/vignette.c", "vignette");
    registry.transformation("vignette", &[("power".to_owned(), toml::Value::Integer(2))]).unwrap()
}

/// Two images of 3 x 4 x 5 with no two pixels alike.
fn images() -> Vec<f32> {
    (0_u8..120).map(|i| f32::from(i) / 120.0 + 0.001).collect()
}

#[test]
fn it_works_like_any_other() {
    let vignette = vignette();
    let images = images();
    let mut out = vec![0.0; 120];
    vignette.apply(&images, [2, 3, 4, 5], &[0.0, 1.0], &mut out).unwrap();
    assert_eq!(out[..60], images[..60]);
    // Pixel (y, x) = (1, 2) of 4 x 5: v = -1/4, u = 0, and so the weight is 1/32.
    assert!((out[67] - images[67] * (1.0 - 1.0 / 32.0)).abs() < 1e-6);
    assert!(matches!(
        vignette.apply(&images, [2, 3, 4, 5], &[0.0, 1.5], &mut out),
        Err(HostError::OutsideDomain { value: 1.5, .. })
    ));
}

#[test]
fn its_bound_on_the_speed_is_sharp() {
    let vignette = vignette();
    let image = &images()[..60];
    let (mut at_low, mut at_high) = (vec![0.0; 60], vec![0.0; 60]);
    vignette.apply(image, [1, 3, 4, 5], &[0.25], &mut at_low).unwrap();
    vignette.apply(image, [1, 3, 4, 5], &[0.75], &mut at_high).unwrap();
    let squares = at_low.iter().zip(&at_high).map(|(a, b)| f64::from(a - b).powi(2));
    let speed = squares.sum::<f64>().sqrt() / 0.5;
    let bound = vignette.lipschitz(image, [3, 4, 5], &[0.25], &[0.75]).unwrap().unwrap()[0];
    assert!((bound - speed).abs() < 1e-5 * speed, "{bound} {speed}");
}

#[test]
fn what_was_built_against_abi_1_0_still_works() {
    let registry = load("tests/fixtures/abi-v1/plugin.c", "old");
    let add = registry.transformation("add_of_1_0", &[]).unwrap();
    assert_eq!(add.info().offers, ["levels"]);
    let mut out = [0.0; 2];
    add.apply(&[0.25, 0.5], [2, 1, 1, 1], &[0.0, 0.25], &mut out).unwrap();
    assert_eq!(out, [0.25, 0.75]);
    assert_eq!(add.levels([1, 1, 1], &[-1.0], &[2.0]).unwrap(), Some(vec![-1.0, 2.0]));
    // It does not say what its levels add up to, and nothing is assumed of it.
    let error = add.gamma([1, 1, 1], &[0.5], &[0.25]).unwrap_err();
    assert!(error.to_string().contains("does not say `compose`"), "{error}");
}

/// A header that changes is not that of version 1.0.
#[test]
fn the_header_of_abi_1_0_is_as_it_was_published() {
    use sha2::Digest;
    let header = include_bytes!("fixtures/abi-v1/gsmooth_plugin_v1.0.h");
    let digest: String = sha2::Sha256::digest(header).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "add145dee9f43c7e135950da1eac541fdc90d82e934c742f8e3d43d26f90c1a9");
}
