//! Fetching the pinned ONNX Runtime into gsmooth's cache.
//!
//! pip downloads (it honours a user's mirror, proxy and certificates), the digest is checked, the library is extracted
//! beside its final place and renamed into it, so that a folder in the cache is always whole. A lock file lets one
//! process at a time do so.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::archive::{check_digest, extract};
use super::discovery::absolute;
use super::library::{Library, Origin, find_in};
use super::message::Message;
use super::python::Python;
use super::wheel::{PINNED, PYTHON_ABI, PYTHON_VERSION, Package, Wheel};

/// Why no library could be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The run is offline and no library was found.
    #[error(
        "no ONNX Runtime found, and --offline forbids fetching it: install it with `pip install {package}`, name a \
         library with --ort-lib FILE or ORT_DYLIB_PATH, or run `{}` while online", package.install_command()
    )]
    Offline {
        /// The package that would have been fetched.
        package: Package,
    },
    /// The package does not exist for this platform.
    #[error(
        "there is no {package} {PINNED} for {os} on {arch}: name a library with --ort-lib FILE or ORT_DYLIB_PATH"
    )]
    Platform {
        /// The package.
        package: Package,
        /// The operating system.
        os: &'static str,
        /// The processor.
        arch: &'static str,
    },
    /// The system names no folder for caches.
    #[error("no cache folder is known: set GSMOOTH_CACHE to a folder, or name a library with --ort-lib FILE")]
    NoCacheFolder,
    /// There is no Python to run pip with.
    #[error(
        "ONNX Runtime is fetched with Python's pip, but there is no {}: install Python 3, or name a library with \
         --ort-lib FILE or ORT_DYLIB_PATH",
        list(commands)
    )]
    NoPython {
        /// The commands that were tried.
        commands: Vec<PathBuf>,
    },
    /// pip failed.
    #[error(
        "pip could not download {package} {PINNED}; install it some other way (`pip install {package}`), or name a \
         library with --ort-lib FILE or ORT_DYLIB_PATH. pip says:\n{output}"
    )]
    Pip {
        /// The package.
        package: Package,
        /// The last lines that pip wrote.
        output: String,
    },
    /// pip succeeded, but the file that came is not the pinned one.
    #[error(
        "`{file}` is not the file that gsmooth trusts and was thrown away: its SHA-256 is {found}, not {expected}"
    )]
    Digest {
        /// The name of the file.
        file: String,
        /// The pinned digest.
        expected: String,
        /// The digest of the file.
        found: String,
    },
    /// The archive cannot be read.
    #[error("`{}` cannot be unpacked", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why not.
        source: zip::result::ZipError,
    },
    /// The download holds no library, or there was no download.
    #[error("pip's download of {package} {PINNED} holds no ONNX Runtime library")]
    NoLibrary {
        /// The package.
        package: Package,
    },
    /// A file or folder of the cache could not be read or written.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

fn list(commands: &[PathBuf]) -> String {
    commands.iter().map(|command| format!("`{}`", command.display())).collect::<Vec<_>>().join(" or ")
}

pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FetchError {
    move |source| FetchError::Io { action, path: path.to_owned(), source }
}

/// Fetches `wheel` into `cache`, or finds it there already: another process may have been quicker.
///
/// # Errors
/// No Python, pip's failure, a wrong digest, or a cache that cannot be written. The cache is as before then.
pub fn fetch(
    cache: &Path,
    python: &Python,
    wheel: &Wheel,
    on_message: &mut dyn FnMut(Message),
) -> Result<Library, FetchError> {
    fs::create_dir_all(cache).map_err(io_error("create", cache))?;
    let cache = absolute(cache);
    let name = wheel.package.folder_name();
    let (folder, partial) = (cache.join(&name), cache.join(format!("{name}.partial")));
    let _lock = lock(&cache.join(format!("{name}.lock")), on_message)?;
    if let Some((path, version)) = find_in(&folder) {
        return Ok(Library { path, origin: Origin::Cache, version });
    }
    on_message(Message::Fetching { package: wheel.package, bytes: wheel.bytes, folder: folder.clone() });
    // Only the holder of the lock has this folder, so what lies there was left by a process that was killed.
    remove(&partial)?;
    let result = fetch_into(&partial, &folder, python, wheel);
    let removed = remove(&partial);
    result?;
    removed?;
    let (path, version) = find_in(&folder).ok_or(FetchError::NoLibrary { package: wheel.package })?;
    on_message(Message::Fetched { path: path.clone() });
    Ok(Library { path, origin: Origin::Fetched, version })
}

/// Waits until this process has the lock; it is released when the file is closed, even if the process is killed.
fn lock(path: &Path, on_message: &mut dyn FnMut(Message)) -> Result<File, FetchError> {
    let open = File::options().create(true).truncate(false).write(true).open(path);
    let file = open.map_err(io_error("open", path))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => on_message(Message::Waiting { lock: path.to_owned() }),
        Err(TryLockError::Error(error)) => return Err(io_error("lock", path)(error)),
    }
    file.lock().map_err(io_error("lock", path))?;
    Ok(file)
}

fn remove(folder: &Path) -> Result<(), FetchError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("remove", folder)(error)),
        _ => Ok(()),
    }
}

fn fetch_into(partial: &Path, folder: &Path, python: &Python, wheel: &Wheel) -> Result<(), FetchError> {
    let (download, extracted) = (partial.join("download"), partial.join("extracted"));
    for path in [&download, &extracted] {
        fs::create_dir_all(path).map_err(io_error("create", path))?;
    }
    let archive = download_wheel(&download, python, wheel)?;
    check_digest(&archive, wheel)?;
    extract(&archive, &extracted)?;
    if find_in(&extracted).is_none() {
        return Err(FetchError::NoLibrary { package: wheel.package });
    }
    // A folder without a library may be there, or it would not be fetched again.
    remove(folder)?;
    fs::rename(&extracted, folder).map_err(io_error("create", folder))
}

fn download_wheel(folder: &Path, python: &Python, wheel: &Wheel) -> Result<PathBuf, FetchError> {
    let requirement = wheel.requirement();
    let words = "download --no-deps --no-cache-dir --no-input --disable-pip-version-check --progress-bar off";
    let target = ["--only-binary=:all:", "--implementation", "cp", "--abi", PYTHON_ABI];
    let platform = ["--python-version", PYTHON_VERSION, "--platform", wheel.platform, "--dest"];
    let mut arguments: Vec<&OsStr> = words.split(' ').chain(target).chain(platform).map(OsStr::new).collect();
    arguments.extend([folder.as_os_str(), OsStr::new(&requirement)]);
    let output = python.pip(&arguments, folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FetchError::NoPython { commands: python.commands.clone() },
        _ => io_error("run pip in", folder)(error),
    })?;
    if !output.status.success() {
        let written = [output.stdout, output.stderr].concat();
        return Err(FetchError::Pip { package: wheel.package, output: last_lines(&written, 8) });
    }
    let entries = fs::read_dir(folder).map_err(io_error("read", folder))?;
    let mut wheels = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    wheels.find(is_wheel).ok_or(FetchError::NoLibrary { package: wheel.package })
}

fn last_lines(text: &[u8], count: usize) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
