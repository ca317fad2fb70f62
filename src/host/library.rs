//! Opening a library and reading its entry.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gsmooth_plugin_abi::growth::{self, Grows};
use gsmooth_plugin_abi::{self as abi, ENTRY_SYMBOL, Entry, LAYOUT, TableRef};
use libloading::Library as Handle;
use sha2::{Digest, Sha256};

use super::declaration::{Table, read_table};
use super::error::HostError;
use super::fault::DeclarationError;
use super::info::PluginInfo;
use super::lock::ReentrantLock;
use super::search::{Origin, expected_name, is_plugin_library};

/// One plugin of an open library.
#[derive(Debug, Clone)]
pub(super) struct Plugin {
    pub(super) info: Arc<PluginInfo>,
    pub(super) table: Table,
    /// The lock of the library, if it needs one.
    pub(super) lock: Option<Arc<ReentrantLock>>,
}

/// A library file, read but not opened.
pub(super) struct File {
    /// Absolute, without links.
    pub(super) path: PathBuf,
    /// SHA-256, hexadecimal.
    pub(super) digest: String,
    /// Where it was looked for.
    pub(super) origin: Origin,
}

impl File {
    pub(super) fn read(path: &Path, origin: Origin) -> Result<Self, HostError> {
        if !is_plugin_library(path) {
            return Err(HostError::FileName { path: path.to_owned(), expected: expected_name() });
        }
        let read = || {
            let path = path.canonicalize()?;
            let bytes = std::fs::read(&path)?;
            Ok(Self { path, digest: hexadecimal(&Sha256::digest(&bytes)), origin })
        };
        read().map_err(|source| HostError::Read { path: path.to_owned(), source })
    }

    /// Opens the library, for good, and reads its plugins.
    pub(super) fn open(&self) -> Result<Vec<Plugin>, HostError> {
        let handle =
            open(&self.path).map_err(|source| HostError::Open { path: self.path.clone(), source })?;
        // Never unloaded: tables, texts and threads of the library stay valid.
        let handle: &'static Handle = Box::leak(Box::new(handle));
        // SAFETY: a data symbol of type `Entry`, which is what its name, with the major version in it, stands for.
        let symbol = unsafe { handle.get::<*const Entry>(ENTRY_SYMBOL) };
        let entry = *symbol.map_err(|source| HostError::NoEntry {
            path: self.path.clone(),
            symbol: "gsmooth_plugin_entry_v1",
            source,
        })?;
        // SAFETY: the library's own static.
        unsafe { read_entry(entry, self) }
    }
}

/// # Errors
/// As the system's loader says: a file that is no library, or that needs symbols nobody has.
fn open(path: &Path) -> Result<Handle, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
        // All symbols now: one that is missing is an error here, not the end of the process in the middle of a run.
        // SAFETY: runs the library's initialisers, which is what the user asks for by installing a plugin.
        unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Handle::from)
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as above.
        unsafe { Handle::new(path) }
    }
}

/// Reads and checks everything that a library declares.
///
/// # Safety
/// `entry` must point to an [`Entry`] of major version 1, that lives, with all that it points to, as long as the process.
pub(super) unsafe fn read_entry(entry: *const Entry, file: &File) -> Result<Vec<Plugin>, HostError> {
    let path = || file.path.clone();
    // SAFETY: promised by the caller.
    let entry = unsafe { growth::read(entry) }.map_err(|found| HostError::EntrySize {
        path: path(),
        found,
        expected: Entry::FIRST_SIZE,
    })?;
    if entry.layout != LAYOUT {
        return Err(HostError::Layout { path: path(), found: entry.layout, expected: LAYOUT });
    }
    // SAFETY: same layout; the library's own statics.
    let tables: &[TableRef] = unsafe { entry.tables.as_slice() };
    let lock = Arc::new(ReentrantLock::default());
    let mut plugins = Vec::with_capacity(tables.len());
    for (i, table) in tables.iter().enumerate() {
        // SAFETY: as above.
        let (table, mut info) = unsafe { read_table(*table) }.map_err(|source| HostError::Declaration {
            path: path(),
            number: i + 1,
            source,
        })?;
        info.path = path();
        info.digest.clone_from(&file.digest);
        info.origin = file.origin;
        let lock = (!info.thread_safe).then(|| Arc::clone(&lock));
        plugins.push(Plugin { info: Arc::new(info), table, lock });
    }
    no_repetition(&plugins)
        .map_err(|source| HostError::Declaration { path: path(), number: 0, source })
        .map(|()| plugins)
}

fn no_repetition(plugins: &[Plugin]) -> Result<(), DeclarationError> {
    for (i, plugin) in plugins.iter().enumerate() {
        let PluginInfo { kind, id, .. } = &*plugin.info;
        if plugins[..i].iter().any(|other| other.info.kind == *kind && other.info.id == *id) {
            return Err(DeclarationError::Repeated { what: kind.name(), name: id.clone() });
        }
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text, which must be UTF-8.
///
/// # Safety
/// As for [`abi::Str::as_str`].
pub(super) unsafe fn text(text: abi::Str, what: &'static str) -> Result<String, DeclarationError> {
    // SAFETY: promised by the caller.
    unsafe { text.as_str() }.map(str::to_owned).map_err(|_| DeclarationError::Text(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::testing::file;

    fn refuse(entry: Entry) -> HostError {
        let entry: &'static Entry = Box::leak(Box::new(entry));
        // SAFETY: leaked, and of this version but for the numbers that must be looked at first.
        unsafe { read_entry(entry, &file("/here/libgsmooth_x.so")) }.unwrap_err()
    }

    #[test]
    fn other_layouts_are_refused() {
        let error = refuse(Entry { layout: LAYOUT ^ 1, ..Entry::new("tests", &[]) });
        assert!(matches!(error, HostError::Layout { .. }));
        assert!(error.to_string().contains("/here/libgsmooth_x.so has the layout 0x"), "{error}");
        let error = refuse(Entry { size: 8, ..Entry::new("tests", &[]) });
        assert!(matches!(error, HostError::EntrySize { found: 8, .. }));
    }

    #[test]
    fn larger_entries_of_later_minor_versions_are_taken() {
        let entry: &'static Entry =
            Box::leak(Box::new(Entry { size: 4096, abi_minor: 9, ..Entry::new("tests", &[]) }));
        // SAFETY: leaked; only fields of version 1 are read.
        let plugins = unsafe { read_entry(entry, &file("/here/libgsmooth_x.so")) }.unwrap();
        assert!(plugins.is_empty());
    }

    #[test]
    fn digests_are_those_of_sha256sum() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(expected_name().replace("NAME", "abc"));
        std::fs::write(&path, "abc").unwrap();
        let file = File::read(&path, Origin::Given).unwrap();
        assert_eq!(file.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(matches!(file.open(), Err(HostError::Open { .. })));
        assert!(matches!(
            File::read(&folder.path().join("abc.so"), Origin::Given),
            Err(HostError::FileName { .. })
        ));
    }
}
