//! The user's Python, asked where packages lie and to download one. Nothing else of it is used, and no Python code
//! of the current folder can run: an audit often lies in a folder that somebody else wrote.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The commands tried for Python, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// Names or paths of interpreters.
    pub commands: Vec<PathBuf>,
}

impl Default for Python {
    fn default() -> Self {
        Python { commands: vec!["python3".into(), "python".into()] }
    }
}

/// `-I` keeps the current folder and the `PYTHON*` variables out of the module search.
const SITE_SCRIPT: &str = "import site, sys
folders = [site.getusersitepackages()] if hasattr(site, 'getusersitepackages') else []
folders += site.getsitepackages() if hasattr(site, 'getsitepackages') else []
folders += sys.path
sys.stdout.buffer.write('\\n'.join(dict.fromkeys(folders)).encode('utf-8', 'surrogateescape'))";

impl Python {
    /// The folders in which Python finds installed packages; none where there is no Python.
    pub fn site_folders(&self) -> Vec<PathBuf> {
        let arguments: [&OsStr; 3] = ["-I".as_ref(), "-c".as_ref(), SITE_SCRIPT.as_ref()];
        match self.run(&arguments, None) {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
                .lines()
                .map(PathBuf::from)
                .filter(|path| path.is_dir())
                .collect(),
            Ok(output) => {
                let reason = String::from_utf8_lossy(&output.stderr).into_owned();
                tracing::debug!(%reason, "Python did not name its site-packages");
                Vec::new()
            }
            Err(error) => {
                tracing::debug!(%error, "no Python to ask for its site-packages");
                Vec::new()
            }
        }
    }

    /// Runs pip in `folder`, which must hold no Python file: Python looks for modules in the current folder first.
    ///
    /// # Errors
    /// Of the operating system: `NotFound` where none of the commands exists.
    pub fn pip(&self, arguments: &[&OsStr], folder: &Path) -> io::Result<Output> {
        let mut all: Vec<&OsStr> = vec!["-m".as_ref(), "pip".as_ref()];
        all.extend_from_slice(arguments);
        self.run(&all, Some(folder))
    }

    fn run(&self, arguments: &[&OsStr], folder: Option<&Path>) -> io::Result<Output> {
        let mut missing = io::Error::from(io::ErrorKind::NotFound);
        for name in &self.commands {
            let mut command = Command::new(name);
            command.args(arguments).stdin(Stdio::null());
            if let Some(folder) = folder {
                command.current_dir(folder);
            }
            match command.output() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => missing = error,
                result => return result,
            }
        }
        Err(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_there_are_no_folders_and_pip_is_not_found() {
        let python = Python { commands: vec!["/nonexistent/python3".into()] };
        assert_eq!(python.site_folders(), Vec::<PathBuf>::new());
        let error = python.pip(&[], Path::new("."));
        assert!(error.is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    }

    #[test]
    fn asks_the_next_command_where_the_first_is_absent() {
        let commands = vec!["/nonexistent/python3".into(), "python3".into()];
        let folders = Python { commands }.site_folders();
        assert!(folders.iter().all(|folder| folder.is_dir()));
        assert_eq!(folders, Python { commands: vec!["python3".into()] }.site_folders());
    }
}
