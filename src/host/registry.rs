use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Value;

use super::declaration::Table;
use super::error::HostError;
use super::estimator::Estimator;
use super::info::{PluginInfo, PluginKind};
use super::instance::Instance;
use super::library::{File, Plugin};
use super::noise::Noise;
use super::options::nearest;
use super::search::{SearchPath, is_plugin_library};
use super::transformation::Transformation;

/// All plugins that were found.
#[derive(Debug, Default)]
pub struct Registry {
    /// Sorted by kind and id, as `infos`.
    plugins: Vec<Plugin>,
    infos: Vec<Arc<PluginInfo>>,
    /// Digests of the files that have been opened.
    files: BTreeSet<String>,
}

impl Registry {
    /// Opens every plugin library in the folders of the search path. A folder that does not exist is passed over.
    ///
    /// # Errors
    /// A folder that cannot be read; a library that cannot be opened or declares something that cannot be; two plugins of one
    /// kind and name.
    pub fn load(path: &SearchPath) -> Result<Self, HostError> {
        let mut registry = Self::default();
        for folder in &path.folders {
            for file in libraries(folder)? {
                registry.load_file(&file)?;
            }
        }
        Ok(registry)
    }

    /// Opens one library and returns its plugins. A file whose content has been opened before, under this or another name, adds
    /// nothing. After an error the registry is as before.
    ///
    /// # Errors
    /// As for [`Registry::load`]; also a file whose name is not that of a plugin library.
    pub fn load_file(&mut self, path: &Path) -> Result<Vec<Arc<PluginInfo>>, HostError> {
        let file = File::read(path)?;
        if self.files.contains(&file.digest) {
            let known = self.infos.iter().filter(|info| info.digest == file.digest);
            return Ok(known.cloned().collect());
        }
        let plugins = file.open()?;
        let infos: Vec<_> = plugins.iter().map(|plugin| Arc::clone(&plugin.info)).collect();
        self.add(plugins)?;
        self.files.insert(file.digest);
        Ok(infos)
    }

    pub(super) fn add(&mut self, plugins: Vec<Plugin>) -> Result<(), HostError> {
        for plugin in &plugins {
            let PluginInfo { kind, id, path, .. } = &*plugin.info;
            if let Some(first) = self.find(*kind, id) {
                return Err(HostError::Duplicate {
                    kind: *kind,
                    id: id.clone(),
                    first: first.info.path.clone(),
                    second: path.clone(),
                });
            }
        }
        self.plugins.extend(plugins);
        self.plugins.sort_by(|a, b| (a.info.kind, &a.info.id).cmp(&(b.info.kind, &b.info.id)));
        self.infos = self.plugins.iter().map(|plugin| Arc::clone(&plugin.info)).collect();
        Ok(())
    }

    /// All plugins, sorted by kind and name.
    pub fn plugins(&self) -> &[Arc<PluginInfo>] {
        &self.infos
    }

    /// A transformation with these options.
    ///
    /// # Errors
    /// No such plugin; options that are not what it declares; its own refusal.
    pub fn transformation(&self, id: &str, options: &[(String, Value)]) -> Result<Transformation, HostError> {
        match self.get(PluginKind::Transformation, id)? {
            (plugin, Table::Transformation(table)) => {
                Transformation::new(Instance::create(plugin, options)?, table)
            }
            _ => Err(self.unknown(PluginKind::Transformation, id)),
        }
    }

    /// A noise law with these options.
    ///
    /// # Errors
    /// As for [`Registry::transformation`]; also a support that is no interval.
    pub fn noise(&self, id: &str, options: &[(String, Value)]) -> Result<Noise, HostError> {
        match self.get(PluginKind::Noise, id)? {
            (plugin, Table::Noise(table)) => Noise::new(Instance::create(plugin, options)?, table),
            _ => Err(self.unknown(PluginKind::Noise, id)),
        }
    }

    /// An estimator with these options.
    ///
    /// # Errors
    /// As for [`Registry::transformation`].
    pub fn estimator(&self, id: &str, options: &[(String, Value)]) -> Result<Estimator, HostError> {
        match self.get(PluginKind::Estimator, id)? {
            (plugin, Table::Estimator(table)) => Estimator::new(Instance::create(plugin, options)?, table),
            _ => Err(self.unknown(PluginKind::Estimator, id)),
        }
    }

    fn find(&self, kind: PluginKind, id: &str) -> Option<&Plugin> {
        self.plugins.iter().find(|plugin| plugin.info.kind == kind && plugin.info.id == id)
    }

    fn get(&self, kind: PluginKind, id: &str) -> Result<(&Plugin, Table), HostError> {
        let plugin = self.find(kind, id).ok_or_else(|| self.unknown(kind, id))?;
        Ok((plugin, plugin.table))
    }

    fn unknown(&self, kind: PluginKind, id: &str) -> HostError {
        let known: Vec<_> =
            self.infos.iter().filter(|info| info.kind == kind).map(|info| info.id.clone()).collect();
        let nearest = nearest(id, known.iter().map(String::as_str));
        HostError::UnknownPlugin { kind, id: id.to_owned(), nearest, known }
    }
}

/// The plugin libraries of a folder, sorted by name.
fn libraries(folder: &Path) -> Result<Vec<PathBuf>, HostError> {
    let fault = |source| HostError::Folder { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(fault)?;
    paths.retain(|path| is_plugin_library(path));
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::testing::{integer, registry};

    #[test]
    fn unknown_plugins_come_with_a_suggestion() {
        let error = registry().transformation("brigthen", &[]).unwrap_err().to_string();
        assert!(error.contains("no transformation plugin `brigthen` (did you mean `brighten`?)"), "{error}");
        // A name of another kind is not one of this kind.
        let error = registry().noise("brighten", &[]).unwrap_err();
        assert!(matches!(error, HostError::UnknownPlugin { nearest: None, .. }), "{error}");
    }

    #[test]
    fn plugins_are_sorted() {
        let registry = registry();
        let ids: Vec<_> = registry.plugins().iter().map(|info| info.id.as_str()).collect();
        assert_eq!(ids, ["brighten", "unit", "ends"]);
    }

    #[test]
    fn two_plugins_of_one_name_are_an_error() {
        let mut both = registry();
        let error = both.add(registry().plugins).unwrap_err();
        assert!(matches!(error, HostError::Duplicate { .. }), "{error}");
    }

    #[test]
    fn a_plugin_may_refuse_its_options() {
        let error = registry().transformation("brighten", &[integer("order", 13)]).unwrap_err().to_string();
        assert!(error.contains("`create` of the transformation plugin `brighten`"), "{error}");
        assert!(error.contains("thirteen brings bad luck"), "{error}");
    }

    #[test]
    fn a_file_that_is_no_library_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let name = crate::host::search::expected_name().replace("NAME", "broken");
        std::fs::write(folder.path().join(&name), "not a library").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "passed over").unwrap();
        let missing = folder.path().join("missing");
        let error =
            Registry::load(&SearchPath { folders: vec![missing, folder.path().to_owned()] }).unwrap_err();
        assert!(matches!(&error, HostError::Open { path, .. } if path.ends_with(&name)), "{error}");
    }
}
