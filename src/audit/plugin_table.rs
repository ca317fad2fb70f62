//! A table that names a plugin and carries its options, such as `noise = { plugin = "gaussian", scale = 0.5 }`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use toml::{Spanned, Value};

/// A plugin's id with every other key of its table, each with its place in the file.
#[derive(Debug, Clone)]
pub struct PluginTable {
    /// The plugin's id.
    pub plugin: Spanned<String>,
    /// All other keys, in the order written. Those that gsmooth does not take for itself are the plugin's options.
    pub entries: Vec<(Spanned<String>, Spanned<Value>)>,
}

impl PluginTable {
    /// Takes the entry `key` out of the table, so that it is not handed to the plugin.
    pub fn take(&mut self, key: &str) -> Option<Spanned<Value>> {
        let at = self.entries.iter().position(|(name, _)| name.get_ref() == key)?;
        Some(self.entries.remove(at).1)
    }

    /// The value of the entry `key`.
    pub fn get(&self, key: &str) -> Option<&Spanned<Value>> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// The entries as the plugin's options.
    pub fn options(&self) -> Vec<(String, Value)> {
        self.entries.iter().map(|(key, value)| (key.get_ref().clone(), value.get_ref().clone())).collect()
    }

    /// The place of an entry's key in the file. Of an entry that comes from a sweep, key and value lie apart.
    pub fn span_of_key(&self, key: &str) -> Option<std::ops::Range<usize>> {
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(name, _)| name.span())
    }
}

impl<'de> Deserialize<'de> for PluginTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = PluginTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table such as `{ plugin = \"name\", .. }`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PluginTable, A::Error> {
        let (mut plugin, mut entries) = (None, Vec::new());
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            if key.get_ref() == "plugin" {
                plugin = Some(map.next_value::<Spanned<String>>()?);
            } else {
                entries.push((key, map.next_value::<Spanned<Value>>()?));
            }
        }
        let plugin = plugin.ok_or_else(|| A::Error::missing_field("plugin"))?;
        Ok(PluginTable { plugin, entries })
    }
}
