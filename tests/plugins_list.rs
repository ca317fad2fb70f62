//! `gsmooth plugins list` and `show`: what they say of the standard plugins and of where they come from.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

mod support;

use support::{build_plugins, gsmooth, plain_gsmooth, profile_folder, stderr};

fn json(said: &Output) -> Value {
    assert!(said.status.success(), "{}", stderr(said));
    serde_json::from_slice(&said.stdout).unwrap()
}

fn show(id: &str) -> Value {
    json(&gsmooth().args(["plugins", "show", id, "--json"]).output().unwrap())
}

#[test]
fn the_list_says_what_each_plugin_is_and_where_it_comes_from() {
    let list = json(&gsmooth().args(["plugins", "list", "--json"]).output().unwrap());
    let list = list.as_array().unwrap();
    let laplace = list.iter().find(|plugin| plugin["id"] == "laplace").unwrap();
    assert_eq!(laplace["kind"], "noise");
    assert_eq!(laplace["origin"], "beside the executable");
    assert_eq!(laplace["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(laplace["digest"].as_str().unwrap().len(), 64);
    let library = std::fs::canonicalize(laplace["path"].as_str().unwrap()).unwrap();
    assert_eq!(library.parent(), profile_folder().canonicalize().ok().as_deref());
}

#[test]
fn show_says_all_that_a_plugin_declares() {
    let proven = show("proven");
    let options = proven["options"].as_array().unwrap();
    let points = options.iter().find(|option| option["name"] == "points").unwrap();
    assert_eq!(points["type"], "integer");
    assert_eq!(points["required"], false);
    assert_eq!((points["default"].as_i64(), points["low"].as_f64()), (Some(5), Some(2.0)));
    assert_eq!(proven["class"], Value::Null);

    let blur = show("gaussian_blur");
    assert_eq!(blur["class"], "additive");
    assert!(blur["offers"].as_array().unwrap().contains(&Value::from("lipschitz")));
    let variance = &blur["parameters"][0];
    assert_eq!((&variance["name"], &variance["unit"]), (&"variance".into(), &"pixel^2".into()));
    assert_eq!((variance["low"].as_f64(), &variance["high"]), (Some(0.0), &Value::Null));
}

#[test]
fn tables_keep_to_the_width_of_a_page() {
    for command in [&["list"][..], &["show", "proven"], &["show", "brightness_contrast"]] {
        let said = gsmooth().arg("plugins").args(command).output().unwrap();
        assert!(said.status.success(), "{}", stderr(&said));
        let text = String::from_utf8(said.stdout).unwrap();
        let rows = text.lines().filter(|line| line.starts_with('|'));
        assert!(rows.clone().count() > 2, "{text}");
        for row in rows {
            assert!(row.chars().count() <= 120, "{row}");
        }
    }
}

#[test]
fn places_of_the_environment_are_named_after_it() {
    build_plugins();
    let folder = tempfile::tempdir().unwrap();
    let said = plain_gsmooth()
        .args(["plugins", "list", "--json"])
        .env("GSMOOTH_PLUGIN_PATH", std::env::join_paths([folder.path(), profile_folder()]).unwrap())
        .output()
        .unwrap();
    let list = json(&said);
    assert!(list.as_array().unwrap().iter().all(|plugin| plugin["origin"] == "GSMOOTH_PLUGIN_PATH"));
}

#[test]
fn a_plugin_path_that_is_not_there_is_an_error() {
    let missing = ["plugins", "list", "--plugin-path", "no/such/folder"];
    let said = gsmooth().args(missing).output().unwrap();
    assert_eq!(said.status.code(), Some(3));
    assert!(stderr(&said).contains("no/such/folder, which does not exist"), "{}", stderr(&said));
    // What the environment names may be missing.
    let said =
        plain_gsmooth().args(["plugins", "list"]).env("GSMOOTH_PLUGIN_PATH", "no/such/folder").output();
    assert!(said.unwrap().status.success());
}

/// The layout of a release: the binary, and the libraries beside it in `plugins`.
#[test]
#[cfg(unix)]
fn an_unpacked_release_finds_its_plugins_without_any_environment() {
    build_plugins();
    let release = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        std::fs::copy(from, to).unwrap();
    };
    let binary = release.path().join("gsmooth");
    copy(Path::new(env!("CARGO_BIN_EXE_gsmooth")), &binary);
    let plugins = release.path().join("plugins");
    std::fs::create_dir(&plugins).unwrap();
    for name in ["transformations", "noises", "estimators"] {
        let name = format!("libgsmooth_{name}{}", std::env::consts::DLL_SUFFIX);
        copy(&profile_folder().join(&name), &plugins.join(&name));
    }
    let said = std::process::Command::new(&binary)
        .args(["plugins", "list", "--json"])
        .current_dir("/")
        .env_clear()
        .output()
        .unwrap();
    let list = json(&said);
    let list = list.as_array().unwrap();
    let plugins = plugins.canonicalize().unwrap();
    let ours = |plugin: &&Value| Path::new(plugin["path"].as_str().unwrap()).starts_with(&plugins);
    let built = json(&gsmooth().args(["plugins", "list", "--json"]).output().unwrap());
    assert_eq!(list.iter().filter(ours).count(), built.as_array().unwrap().len(), "{list:#?}");
    assert!(list.iter().filter(ours).all(|plugin| plugin["origin"] == "beside the executable"));
}
