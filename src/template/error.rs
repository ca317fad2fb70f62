use std::io;
use std::path::PathBuf;

/// Why a new plugin could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The name is none.
    #[error(
        "`{name}` is no name for a plugin: it must begin with a letter a-z and consist of a-z, 0-9 and _"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A library of that name comes with gsmooth.
    #[error("`{name}` is a name that gsmooth uses itself; choose another")]
    Taken {
        /// The name.
        name: String,
    },
    /// The folder is not empty.
    #[error("{} is there already and not empty: nothing was written; choose another name or --output", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A template is wrong.
    #[error("the template {template} cannot be filled in")]
    Template {
        /// Its path in `plugins/template`.
        template: &'static str,
        /// Why.
        source: minijinja::Error,
    },
}
