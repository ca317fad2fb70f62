//! Filling in the templates.

use std::path::{Path, PathBuf};

use minijinja::{Environment, UndefinedBehavior, context};

use super::vendored::{ABI, HEADER, SDK, Source};
use super::{Language, Template, TemplateError, TemplateFile};
use crate::host::PluginKind;

/// A template with its path in `plugins/template`.
type Text = (&'static str, &'static str);

macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!("../../plugins/template/", $path)))
    };
}

/// The files of a plugin, in the order in which they are written.
pub(super) fn of(template: &Template) -> Result<Vec<TemplateFile>, TemplateError> {
    let filled =
        |path: &str, text: Text| Ok(TemplateFile { path: PathBuf::from(path), text: fill(text, template)? });
    match template.language {
        Language::Rust => {
            let mut files = vec![
                filled("Cargo.toml", template!("rust/Cargo.toml.jinja"))?,
                filled("src/lib.rs", rust_source(template.kind))?,
                filled("README.md", template!("rust/README.md.jinja"))?,
                filled(".gitignore", template!("rust/gitignore.jinja"))?,
                // The copies are formatted by gsmooth's own rules, and `cargo fmt` should leave them alone.
                verbatim("rustfmt.toml", include_str!("../../rustfmt.toml")),
                filled("sdk/Cargo.toml", template!("rust/sdk.Cargo.toml.jinja"))?,
                filled("abi/Cargo.toml", template!("rust/abi.Cargo.toml.jinja"))?,
            ];
            for folder in ["sdk", "abi"] {
                files
                    .push(verbatim(Path::new(folder).join("LICENSE-MIT"), include_str!("../../LICENSE-MIT")));
            }
            files.extend(copied("sdk/src", SDK));
            files.extend(copied("abi/src", ABI));
            Ok(files)
        }
        Language::C => Ok(vec![
            filled("plugin.c", c_source(template.kind))?,
            verbatim("gsmooth_plugin.h", HEADER),
            filled("Makefile", template!("c/Makefile.jinja"))?,
            filled("README.md", template!("c/README.md.jinja"))?,
            filled(".gitignore", template!("c/gitignore.jinja"))?,
        ]),
    }
}

fn rust_source(kind: PluginKind) -> Text {
    match kind {
        PluginKind::Transformation => template!("rust/transformation.rs.jinja"),
        PluginKind::Noise => template!("rust/noise.rs.jinja"),
        PluginKind::Estimator => template!("rust/estimator.rs.jinja"),
    }
}

fn c_source(kind: PluginKind) -> Text {
    match kind {
        PluginKind::Transformation => template!("c/transformation.c.jinja"),
        PluginKind::Noise => template!("c/noise.c.jinja"),
        PluginKind::Estimator => template!("c/estimator.c.jinja"),
    }
}

fn verbatim(path: impl Into<PathBuf>, text: &str) -> TemplateFile {
    TemplateFile { path: path.into(), text: text.to_owned() }
}

fn copied(folder: &str, sources: &[Source]) -> impl Iterator<Item = TemplateFile> {
    sources.iter().map(move |(path, text)| verbatim(Path::new(folder).join(path), text))
}

fn fill((path, text): Text, template: &Template) -> Result<String, TemplateError> {
    let mut environment = Environment::empty();
    environment.set_keep_trailing_newline(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = context! {
        name => template.name.as_str(),
        type_name => type_name(template),
        kind => template.kind.name(),
        library => template.name.library(),
        usage => template.usage(),
        version => env!("CARGO_PKG_VERSION"),
    };
    environment.render_str(text, values).map_err(|source| TemplateError::Template { template: path, source })
}

/// The suffix keeps names such as `self`, `image` and `m` apart from what Rust and the SDK call so.
fn type_name(template: &Template) -> String {
    let suffix = match template.kind {
        PluginKind::Transformation => "Transformation",
        PluginKind::Noise => "Law",
        PluginKind::Estimator => "Maximum",
    };
    format!("{}{suffix}", template.name.in_camel_case())
}
