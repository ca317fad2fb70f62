use std::collections::BTreeSet;
use std::io::ErrorKind;
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
use super::search::{Origin, Place, SearchPath, expected_name, is_plugin_library};
use super::transformation::Transformation;

/// All plugins that were found.
#[derive(Debug, Default)]
pub struct Registry {
    /// Sorted by kind and id, as `infos`.
    plugins: Vec<Plugin>,
    infos: Vec<Arc<PluginInfo>>,
    hidden: Vec<Hidden>,
    /// Digests of the files that have been opened.
    files: BTreeSet<String>,
}

/// A plugin that was found but is not used: the user named the file of another one of its kind and name.
#[derive(Debug, Clone)]
pub struct Hidden {
    /// The plugin that is not used.
    pub plugin: Arc<PluginInfo>,
    /// The one that is.
    pub by: Arc<PluginInfo>,
}

impl Registry {
    /// Opens the library files that were given, and then every plugin library in the folders of the search path. A plugin of a
    /// given file wins over those of its kind and name in folders, which become [`Registry::hidden`]. A folder that does not
    /// exist is passed over, unless it was given.
    ///
    /// # Errors
    /// A given place that does not exist; a folder that cannot be read; a library that cannot be opened or declares something
    /// that cannot be; two plugins of one kind and name, neither of which wins.
    pub fn load(path: &SearchPath) -> Result<Self, HostError> {
        let mut registry = Self::default();
        let (files, folders): (Vec<_>, Vec<_>) =
            path.places.iter().partition(|place| place.origin == Origin::Given && place.path.is_file());
        for file in files {
            registry.load_file(&file.path)?;
        }
        let named = registry.infos.clone();
        for folder in folders {
            for path in libraries(folder)? {
                registry.load_from(&File::read(&path, folder.origin)?, &named)?;
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
        self.load_from(&File::read(path, Origin::Given)?, &[])
    }

    /// Opens a library whose plugins give way to those that were `named`.
    fn load_from(
        &mut self,
        file: &File,
        named: &[Arc<PluginInfo>],
    ) -> Result<Vec<Arc<PluginInfo>>, HostError> {
        if self.files.contains(&file.digest) {
            let known = self.infos.iter().filter(|info| info.digest == file.digest);
            return Ok(known.cloned().collect());
        }
        let (mut plugins, mut hidden) = (Vec::new(), Vec::new());
        for plugin in file.open()? {
            let same =
                |other: &&Arc<PluginInfo>| (other.kind, &other.id) == (plugin.info.kind, &plugin.info.id);
            match named.iter().find(same) {
                Some(by) => hidden.push(Hidden { plugin: plugin.info, by: Arc::clone(by) }),
                None => plugins.push(plugin),
            }
        }
        let infos: Vec<_> = plugins.iter().map(|plugin| Arc::clone(&plugin.info)).collect();
        self.add(plugins)?;
        self.files.insert(file.digest.clone());
        for Hidden { plugin, by } in &hidden {
            tracing::warn!("the {plugin} is not used: the one in {} was named", by.path.display());
        }
        self.hidden.extend(hidden);
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

    /// Plugins that were found in folders but are not used, because a file with one of the same kind and name was given.
    pub fn hidden(&self) -> &[Hidden] {
        &self.hidden
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
fn libraries(Place { path: folder, origin }: &Place) -> Result<Vec<PathBuf>, HostError> {
    let fault = |source| HostError::Folder { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && *origin == Origin::Given => {
            return Err(HostError::Missing { path: folder.to_owned(), expected: expected_name() });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(fault(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(fault)?;
    paths.retain(|path| is_plugin_library(path));
    paths.sort();
    if paths.is_empty() && *origin == Origin::Given {
        tracing::warn!("--plugin-path {} holds no plugin library ({})", folder.display(), expected_name());
    }
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
        let error = Registry::load(&SearchPath::of([folder.path().to_owned()])).unwrap_err();
        assert!(matches!(&error, HostError::Open { path, .. } if path.ends_with(&name)), "{error}");
    }

    #[test]
    fn only_places_that_were_given_must_exist() {
        let missing = PathBuf::from("/no/such/folder");
        let place = |origin| SearchPath { places: vec![Place { path: missing.clone(), origin }] };
        for origin in [Origin::Variable, Origin::Executable, Origin::UserData] {
            assert!(Registry::load(&place(origin)).unwrap().plugins().is_empty());
        }
        let error = Registry::load(&place(Origin::Given)).unwrap_err();
        assert!(matches!(&error, HostError::Missing { path, .. } if *path == missing), "{error}");
    }
}
