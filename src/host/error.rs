use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::fault::{DeclarationError, Failure};
use super::info::{OptionValue, PluginInfo, PluginKind, describe_range};

/// What goes wrong between gsmooth and its plugins.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A place that the user named is not there.
    #[error("--plugin-path names {}, which does not exist: name a folder with plugin libraries ({expected}) or one such library", path.display())]
    Missing {
        /// The place.
        path: PathBuf,
        /// What names of libraries look like here.
        expected: String,
    },
    /// A folder of the search path is there but cannot be read.
    #[error("cannot read the plugin folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A library file cannot be read.
    #[error("cannot read the plugin library {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The name of a file is not that of a plugin library.
    #[error("{} is not the name of a plugin library on this system: {expected} is", path.display())]
    FileName {
        /// The file.
        path: PathBuf,
        /// What names look like here.
        expected: String,
    },
    /// The system's loader refuses a library.
    #[error("cannot open the plugin library {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: libloading::Error,
    },
    /// A library does not export the entry symbol of this major version.
    #[error("{} is no plugin library for this version of gsmooth: it does not export `{symbol}`", path.display())]
    NoEntry {
        /// The file.
        path: PathBuf,
        /// The symbol.
        symbol: &'static str,
        /// Why.
        source: libloading::Error,
    },
    /// The entry structure is not that of this major version.
    #[error("the entry of the plugin library {} has {found} bytes, less than the {expected} of version 1", path.display())]
    EntrySize {
        /// The file.
        path: PathBuf,
        /// Bytes that the library declares.
        found: usize,
        /// Bytes of version 1.
        expected: usize,
    },
    /// A library was built against another layout of the interface.
    #[error("the plugin library {} has the layout {found:#018x}, this gsmooth {expected:#018x}: rebuild it", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// Layout of the library.
        found: u64,
        /// Layout of this program.
        expected: u64,
    },
    /// A library declares something that cannot be.
    #[error("the plugin library {} declares plugin {number} wrongly", path.display())]
    Declaration {
        /// The file.
        path: PathBuf,
        /// Which of its plugins, from 1; 0 for the list itself.
        number: usize,
        /// What is wrong.
        source: DeclarationError,
    },
    /// Two libraries hold plugins of one kind and name.
    #[error(
        "the {kind} plugin `{id}` is in {} and in {}: remove one of the files, or name the one to use with --plugin-path FILE",
        first.display(),
        second.display()
    )]
    Duplicate {
        /// Kind of both.
        kind: PluginKind,
        /// Name of both.
        id: String,
        /// The file found first.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// No plugin has this name.
    #[error("there is no {kind} plugin `{id}`{}; there are: {}", suggest(nearest.as_deref()), list(known))]
    UnknownPlugin {
        /// Kind asked for.
        kind: PluginKind,
        /// Name asked for.
        id: String,
        /// The most similar name, if one is similar.
        nearest: Option<String>,
        /// All names of this kind.
        known: Vec<String>,
    },
    /// The user sets an option that the plugin does not have.
    #[error("the {plugin} has no option `{option}`{}; it has: {}", suggest(nearest.as_deref()), list(known))]
    UnknownOption {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the option.
        option: String,
        /// The most similar name, if one is similar.
        nearest: Option<String>,
        /// All its options.
        known: Vec<String>,
    },
    /// An option has a value of the wrong type.
    #[error("option `{option}` of the {plugin} must be {expected}, not {found}")]
    OptionType {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the option.
        option: String,
        /// What it takes, in words.
        expected: &'static str,
        /// TOML type of the value found.
        found: &'static str,
    },
    /// A number of an option is not finite or out of range.
    #[error("option `{option}` of the {plugin} must be {}, not {value}", range(*low, *high))]
    OptionRange {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the option.
        option: String,
        /// The number.
        value: f64,
        /// Least number allowed.
        low: f64,
        /// Greatest number allowed.
        high: f64,
    },
    /// A required option is not set.
    #[error("the {plugin} needs the option `{option}`: {doc}")]
    OptionMissing {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the option.
        option: String,
        /// What it is.
        doc: String,
    },
    /// The value of an option is none of its choices.
    #[error("option `{option}` of the {plugin} must be one of {}, not {value}{}", list(choices), suggest(nearest.as_deref()))]
    OptionChoice {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the option.
        option: String,
        /// The value.
        value: OptionValue,
        /// The most similar choice, if one is similar.
        nearest: Option<Box<str>>,
        /// What is allowed.
        choices: Vec<String>,
    },
    /// A call failed.
    #[error("`{call}` of the {plugin} {failure}: {message}")]
    Call {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// The function.
        call: &'static str,
        /// How.
        failure: Failure,
        /// The plugin's own words.
        message: String,
    },
    /// The caller's arrays do not fit together.
    #[error("`{call}` of the {plugin} takes {expected} values of {what}, not {found}")]
    Size {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// The function.
        call: &'static str,
        /// Which array.
        what: &'static str,
        /// Length that fits.
        expected: usize,
        /// Its length.
        found: usize,
    },
    /// Images of this shape do not fit into memory.
    #[error("images of shape {shape:?} for the {plugin} do not fit into memory")]
    Shape {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Number, channels, height, width.
        shape: [usize; 4],
    },
    /// A parameter is outside its domain, or no number.
    #[error("the parameter `{parameter}` of the {plugin} cannot be {value}: its domain is [{low}, {high}]")]
    OutsideDomain {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the parameter.
        parameter: String,
        /// Its value.
        value: f64,
        /// Least value of the domain.
        low: f64,
        /// Greatest value of the domain.
        high: f64,
    },
    /// The ends of a box are in the wrong order.
    #[error("for the parameter `{parameter}` of the {plugin} there is nothing between {low} and {high}")]
    EmptyBox {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Name of the parameter.
        parameter: String,
        /// Low end.
        low: f64,
        /// High end.
        high: f64,
    },
    /// A transformation returned something that is no finite number.
    #[error(
        "the {plugin} made the pixel value {value} of image {image} (of this batch, from 0) at parameters {parameters:?}"
    )]
    NotFinite {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// Number of the image in the batch, from 0.
        image: usize,
        /// Its parameters.
        parameters: Vec<f64>,
        /// The first value that is not finite.
        value: f32,
    },
    /// A plugin leaves out what a certificate needs.
    #[error("the {plugin} does not say `{call}`, which method `resolvable` needs of it")]
    NotStated {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// The function.
        call: &'static str,
    },
    /// A plugin returned a number that cannot be.
    #[error("`{call}` of the {plugin} returned {value}, which is not {expected}")]
    Value {
        /// The plugin.
        plugin: Arc<PluginInfo>,
        /// The function.
        call: &'static str,
        /// What it returned.
        value: f64,
        /// What it should have.
        expected: &'static str,
    },
    /// The host's own oracle failed during a call of an estimator.
    #[error("an evaluation that the {plugin} asked for failed")]
    Oracle {
        /// The estimator.
        plugin: Arc<PluginInfo>,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl HostError {
    /// The option that the error is about, so that a caller can point to it in the user's file.
    pub fn option(&self) -> Option<&str> {
        match self {
            Self::UnknownOption { option, .. }
            | Self::OptionType { option, .. }
            | Self::OptionRange { option, .. }
            | Self::OptionMissing { option, .. }
            | Self::OptionChoice { option, .. } => Some(option),
            _ => None,
        }
    }
}

/// " (did you mean `x`?)".
fn suggest(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn range(low: f64, high: f64) -> String {
    describe_range(low, high).unwrap_or_else(|| "a finite number".to_owned())
}
