//! The plan: sweeps expanded, models, plugins and data opened and checked. After this nothing about the input can
//! fail; what fails later, fails one image.
//!
//! - [`data`]: which images;
//! - [`models`]: model files, their contracts, and the networks that workers open;
//! - `memory`: models that several cases share;
//! - [`keys`]: which keys a case may have;
//! - [`parameters`]: transformation, range and noise;
//! - [`resolvable`]: the conditions of noise on the parameter;
//! - [`channel`], [`surrogate`]: noise in a code or on pixels; F1, F2 and H;
//! - [`targets`]: radii, requirement and anchors;
//! - [`case`]: one case put together;
//! - [`attack`]: how `gsmooth attack` searches;
//! - [`evaluation`]: what `gsmooth evaluate` measures;
//! - [`description`]: what the audit's digest covers.

pub mod attack;
pub mod case;
pub mod channel;
pub mod data;
pub mod description;
pub mod evaluation;
pub(super) mod graph;
pub mod keys;
mod memory;
mod merged;
pub mod models;
pub mod parameters;
pub mod resolvable;
pub mod sampling;
pub mod surrogate;
pub mod targets;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::de::DeTable;

use super::diagnostic::{AuditText, Diagnostic};
use super::error::{Fault, Problem};
use super::records::Header;
use super::schema::{self, Audit};
use super::sweep::{self, Expanded};
use crate::data::Dataset;
use crate::host::Registry;
use crate::onnx::runtime::{Message, Options, Provider, ProviderError, Runtime, SessionOptions};
use case::PlannedCase;
use data::Selection;

/// Each worker thread opens its own networks.
const MOST_THREADS: usize = 1024;
/// A batch of images and its codes are in memory at once.
const MOST_BATCH: usize = 65_536;
/// Bytes of an audit file; more are no audit.
const LONGEST_FILE: u64 = 16 << 20;

/// What the command line says about a plan.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    /// Folders searched for plugins first, and plugin libraries, which win over those in folders.
    pub plugin_path: Vec<PathBuf>,
    /// ONNX Runtime's library.
    pub ort_lib: Option<PathBuf>,
    /// Nothing may be fetched.
    pub offline: bool,
    /// Only the case of this name; of a case with a sweep all variants, or the one of this name.
    pub case: Option<String>,
    /// Open what `[evaluate]` names too, if there is such a table.
    pub evaluation: bool,
}

/// An audit made ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The audit file as written.
    pub text: AuditText,
    /// The run folder that the file names.
    pub output: Option<PathBuf>,
    /// The data set.
    pub data: Arc<Dataset>,
    /// The images that are certified, by index in the data set.
    pub selection: Selection,
    /// The cases, in the file's order.
    pub cases: Vec<PlannedCase>,
    /// ONNX Runtime.
    pub runtime: Runtime,
    /// How sessions run.
    pub session: SessionOptions,
    /// Worker threads.
    pub threads: usize,
    /// Draws a batch; 0 to choose.
    pub batch: usize,
    /// How `gsmooth attack` searches; no record depends on it.
    pub attack: attack::Attack,
    /// What `gsmooth evaluate` measures, if it was asked for and there is something; no record depends on it.
    pub evaluation: Option<evaluation::Evaluation>,
    /// The records' header.
    pub header: Header,
}

/// What the parts of a plan are made with.
#[derive(Debug)]
pub(crate) struct Workshop<'a> {
    /// The audit file's folder, to which its paths are relative.
    pub folder: &'a Path,
    pub registry: &'a Registry,
    pub runtime: &'a Runtime,
    pub session: &'a SessionOptions,
    pub data: &'a Dataset,
    pub selection: &'a Selection,
    pub seed: u64,
    pub memory: memory::Memory,
}

impl Workshop<'_> {
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// Reads an audit file.
///
/// # Errors
/// If it can't be read, is too long, or is no text.
pub fn read(path: &Path) -> Result<AuditText, Box<Diagnostic>> {
    let refused = |problem, text: Arc<str>, span| {
        let file = AuditText { path: path.to_owned(), text };
        Box::new(Diagnostic { file, span, problem: Box::new(problem) })
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_end(&mut bytes));
    match read {
        Err(source) => Err(refused(Problem::Read { path: path.to_owned(), source }, Arc::from(""), None)),
        Ok(length) if length as u64 > LONGEST_FILE => {
            Err(refused(Problem::TooLong { limit: LONGEST_FILE }, Arc::from(""), None))
        }
        Ok(_) => match String::from_utf8(bytes) {
            Ok(text) => Ok(AuditText { path: path.to_owned(), text: text.into() }),
            Err(error) => {
                // What comes before the first strange byte keeps its place, and a sign stands for that.
                let start = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes());
                Err(refused(Problem::NoText, text.into(), Some(start..start + '\u{fffd}'.len_utf8())))
            }
        },
    }
}

/// The audit that a file holds.
///
/// # Errors
/// If it is no TOML, or no audit; with line and remedy.
pub fn parse(file: &AuditText) -> Result<Audit, Box<Diagnostic>> {
    let diagnose =
        |fault: Fault| Box::new(Diagnostic { span: fault.span, file: file.clone(), problem: fault.problem });
    let root = DeTable::parse(&file.text).map_err(|error| diagnose(toml_fault(&error)))?;
    let Expanded { root, points } = sweep::expand(&file.text, root).map_err(diagnose)?;
    let audit = Audit::deserialize(toml::Deserializer::from(root));
    let mut audit = audit.map_err(|error| diagnose(toml_fault(&error)))?;
    for (case, point) in audit.case.iter_mut().zip(points) {
        case.get_mut().point = point;
    }
    Ok(audit)
}

fn toml_fault(error: &toml::de::Error) -> Fault {
    let nearest = super::hint::nearest_known(error.message());
    let message = super::hint::in_plain_words(error.message());
    Fault { span: error.span(), problem: Box::new(Problem::Toml { message, nearest }) }
}

impl Plan {
    /// Reads an audit file, opens and checks everything that it names.
    ///
    /// # Errors
    /// Whatever is wrong with the audit, with line and remedy.
    pub fn open(
        path: &Path,
        options: &PlanOptions,
        on_message: &mut dyn FnMut(Message),
    ) -> Result<Self, Box<Diagnostic>> {
        let text = read(path)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Self::of_text(text, &folder, options, on_message)
    }

    /// Opens and checks everything that an audit names, once its file is read. Its paths are relative to `folder`.
    ///
    /// # Errors
    /// Whatever is wrong with the audit, with line and remedy.
    pub fn of_text(
        text: AuditText,
        folder: &Path,
        options: &PlanOptions,
        on_message: &mut dyn FnMut(Message),
    ) -> Result<Self, Box<Diagnostic>> {
        let audit = parse(&text)?;
        Self::build(&text, folder, audit, options, on_message)
            .map_err(|fault| Box::new(Diagnostic { file: text, span: fault.span, problem: fault.problem }))
    }

    fn build(
        text: &AuditText,
        folder: &Path,
        mut audit: Audit,
        options: &PlanOptions,
        on_message: &mut dyn FnMut(Message),
    ) -> Result<Self, Fault> {
        check_version(&audit)?;
        check_cases(&mut audit, options)?;
        let sampling = sampling::resolve(&audit.sampling)?;
        let attack = attack::resolve(audit.attack.as_ref())?;
        let threads = threads(&audit.runtime)?;
        let session = SessionOptions { providers: providers(&audit)?, intra_threads: 1 };
        let registry = Registry::load(&crate::host::SearchPath::standard(&options.plugin_path))
            .map_err(|error| Problem::from(error).nowhere())?;
        let (data, selection) = data::open(folder, &audit.data)?;
        let runtime_options = Options {
            ort_lib: options.ort_lib.clone(),
            offline: options.offline,
            gpu: session.providers.iter().any(|p| p.needs_gpu()),
        };
        let runtime =
            Runtime::open(&runtime_options, on_message).map_err(|error| Problem::from(error).nowhere())?;
        let workshop = Workshop {
            folder,
            registry: &registry,
            runtime: &runtime,
            session: &session,
            data: &data,
            selection: &selection,
            seed: audit.seed,
            memory: memory::Memory::default(),
        };
        let cases: Vec<PlannedCase> = audit
            .case
            .iter()
            .map(|table| {
                let table = table.get_ref();
                let planned = case::plan(&workshop, table, &audit.classifier, &sampling);
                planned.map_err(|fault| match &table.point {
                    Some(_) => fault.of_variant(table.name.get_ref()),
                    None => fault,
                })
            })
            .collect::<Result<_, _>>()?;
        let evaluation = match audit.evaluate.as_ref().filter(|_| options.evaluation) {
            Some(table) => Some(evaluation::plan(&workshop, table.get_ref(), &audit.classifier, &cases)?),
            None => None,
        };
        let header = description::header(&audit, &data, &selection, &cases, &runtime, &session);
        Ok(Self {
            text: text.clone(),
            output: audit.output.clone(),
            data: Arc::new(data),
            selection,
            cases,
            runtime,
            session,
            threads,
            batch: *audit.runtime.batch.get_ref(),
            attack,
            evaluation,
            header,
        })
    }
}

fn check_version(audit: &Audit) -> Result<(), Fault> {
    match *audit.version.get_ref() {
        1 => Ok(()),
        found => Err(Problem::Version { found }.at(audit.version.span())),
    }
}

/// Keeps the case that the command line asks for, or all variants of it; names must be unique and fit for file names.
fn check_cases(audit: &mut Audit, options: &PlanOptions) -> Result<(), Fault> {
    let mut seen = BTreeMap::new();
    for case in &audit.case {
        let (name, written) = (&case.get_ref().name, case.get_ref().written_name());
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if written.is_empty() || written.starts_with('.') || !written.chars().all(fits) {
            let expected = "letters, digits, `-`, `_`, `.` and `+`, not led by `.`".to_owned();
            return Err(
                Problem::Value { key: "name", found: format!("`{written}`"), expected }.at(name.span())
            );
        }
        // The variants of one case have one place.
        let place = seen.entry(written.to_owned()).or_insert_with(|| name.span());
        if *place != name.span() {
            return Err(Problem::DuplicateCase { name: written.to_owned() }.at(name.span()));
        }
    }
    if let Some(wanted) = &options.case {
        keep(audit, wanted, seen.into_keys().collect())?;
    }
    // Classifiers can be measured without certifying anything.
    if audit.case.is_empty() && !(options.evaluation && audit.evaluate.is_some()) {
        return Err(Problem::NoCase.nowhere());
    }
    Ok(())
}

/// Keeps the cases that are called so, or are variants of the one that is.
fn keep(audit: &mut Audit, wanted: &str, known: Vec<String>) -> Result<(), Fault> {
    let called = |case: &schema::Case| case.name.get_ref() == wanted || case.written_name() == wanted;
    if audit.case.iter().any(|case| called(case.get_ref())) {
        audit.case.retain(|case| called(case.get_ref()));
        return Ok(());
    }
    let variants = audit.case.iter().map(|case| case.get_ref().name.get_ref().as_str());
    let nearest = super::hint::nearest(wanted, known.iter().map(String::as_str).chain(variants));
    Err(Problem::Name { key: "--case", found: wanted.to_owned(), nearest, known }.nowhere())
}

fn providers(audit: &Audit) -> Result<Vec<Provider>, Fault> {
    let known = || Provider::ALL.map(|p| p.name().to_owned()).to_vec();
    let parse = |name: &toml::Spanned<String>| {
        name.get_ref().parse::<Provider>().map_err(|_| {
            let found = name.get_ref().clone();
            let nearest = super::hint::nearest(&found, Provider::ALL.iter().map(|p| p.name()));
            Problem::Name { key: "providers", found, nearest, known: known() }.at(name.span())
        })
    };
    let names = &audit.runtime.providers;
    let providers: Vec<Provider> = names.iter().map(parse).collect::<Result<_, _>>()?;
    if providers.is_empty() {
        return Err(Problem::from(ProviderError::None).nowhere());
    }
    for (i, provider) in providers.iter().enumerate() {
        if providers[..i].contains(provider) {
            return Err(Problem::from(ProviderError::Duplicate(*provider)).at(names[i].span()));
        }
    }
    Ok(providers)
}

/// The worker threads. More than the limits of threads and of a batch would only be memory that no machine has.
fn threads(runtime: &super::schema::Runtime) -> Result<usize, Fault> {
    for (key, value, most) in
        [("threads", &runtime.threads, MOST_THREADS), ("batch", &runtime.batch, MOST_BATCH)]
    {
        if *value.get_ref() > most {
            let (found, expected) =
                (value.get_ref().to_string(), format!("at most {most}, or 0 to have it chosen"));
            return Err(Problem::Value { key, found, expected }.at(value.span()));
        }
    }
    Ok(match *runtime.threads.get_ref() {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        wanted => wanted,
    })
}

/// The result with the place of a plugin's option, where the error is about one.
pub(crate) fn locate<T>(
    result: Result<T, crate::host::HostError>,
    table: &toml::Spanned<super::plugin_table::PluginTable>,
) -> Result<T, Fault> {
    result.map_err(|error| {
        let span = match &error {
            crate::host::HostError::UnknownPlugin { .. } => Some(table.get_ref().plugin.span()),
            crate::host::HostError::UnknownOption { option, .. } => table.get_ref().span_of_key(option),
            _ => error.option().and_then(|option| table.get_ref().get(option)).map(toml::Spanned::span),
        };
        Problem::from(error).at(span.unwrap_or_else(|| table.get_ref().plugin.span()))
    })
}
