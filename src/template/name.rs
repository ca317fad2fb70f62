use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fmt::{self, Display};
use std::str::FromStr;

use super::TemplateError;

/// Stems of gsmooth's own libraries and crates: a plugin of that name would be taken for them.
const TAKEN: [&str; 5] = ["transformations", "noises", "estimators", "plugin_sdk", "plugin_abi"];

/// The name of a plugin, `[a-z][a-z0-9_]*`: also that of a folder, of a crate and of C types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginName(String);

impl PluginName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the library is called on this system: "libgsmooth_fade.so".
    pub fn library(&self) -> String {
        format!("{DLL_PREFIX}gsmooth_{}{DLL_SUFFIX}", self.0)
    }

    /// The name as Rust writes types: "SoftFocus" for `soft_focus`.
    pub fn in_camel_case(&self) -> String {
        let mut words = String::new();
        for word in self.0.split('_') {
            let (first, rest) = word.split_at(word.len().min(1));
            words.push_str(&first.to_ascii_uppercase());
            words.push_str(rest);
        }
        words
    }
}

impl FromStr for PluginName {
    type Err = TemplateError;

    fn from_str(name: &str) -> Result<Self, TemplateError> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(allowed) {
            return Err(TemplateError::Name { name: name.to_owned() });
        }
        if TAKEN.contains(&name) {
            return Err(TemplateError::Taken { name: name.to_owned() });
        }
        Ok(Self(name.to_owned()))
    }
}

impl Display for PluginName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for name in ["a", "fade", "soft_focus_2", "self", "x_"] {
            assert_eq!(name.parse::<PluginName>().unwrap().as_str(), name);
        }
        for name in ["", "Fade", "2d", "_x", "soft-focus", "größe", "a b", "../up", "a/b"] {
            assert!(matches!(name.parse::<PluginName>(), Err(TemplateError::Name { .. })), "{name}");
        }
        assert!(matches!("noises".parse::<PluginName>(), Err(TemplateError::Taken { .. })));
    }

    #[test]
    fn types_are_in_camel_case() {
        for (name, words) in [("fade", "Fade"), ("soft_focus_2", "SoftFocus2"), ("a__b_", "AB")] {
            assert_eq!(name.parse::<PluginName>().unwrap().in_camel_case(), words);
        }
    }
}
