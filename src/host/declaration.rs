//! Reading and checking the table of one plugin.

use std::path::PathBuf;

use gsmooth_plugin_abi::growth::{self, Grows};
use gsmooth_plugin_abi::{
    EstimatorTable, Head, NoiseTable, Parameter, TableRef, TransformationTable, class, flags, plugin_kind,
};

use super::fault::DeclarationError;
use super::info::{Class, ParameterInfo, PluginInfo, PluginKind};
use super::library::text;
use super::options::read_options;
use super::search::Origin;

/// A table that has been checked: its size, and the functions that must be there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    Transformation(&'static TransformationTable),
    Noise(&'static NoiseTable),
    Estimator(&'static EstimatorTable),
}

impl Table {
    pub(super) fn head(&self) -> &'static Head {
        match self {
            Self::Transformation(table) => &table.head,
            Self::Noise(table) => &table.head,
            Self::Estimator(table) => &table.head,
        }
    }

    fn kind(&self) -> PluginKind {
        match self {
            Self::Transformation(_) => PluginKind::Transformation,
            Self::Noise(_) => PluginKind::Noise,
            Self::Estimator(_) => PluginKind::Estimator,
        }
    }
}

/// Reads a table; path, digest and origin of the info are left for the caller to fill in.
///
/// # Safety
/// The table must be of this layout and live, with all that it points to, as long as the process.
pub(super) unsafe fn read_table(table: TableRef) -> Result<(Table, PluginInfo), DeclarationError> {
    // SAFETY: promised by the caller.
    let table = unsafe { own(table.0)? };
    let head = table.head();
    required(head.create, "create")?;
    required(head.destroy, "destroy")?;
    // SAFETY: promised by the caller.
    let (id, version, doc) =
        unsafe { (text(head.id, "name")?, text(head.version, "version")?, text(head.doc, "description")?) };
    // SAFETY: promised by the caller.
    let options = unsafe { read_options(head.options)? };
    check_name("the name", &id)?;
    let mut info = PluginInfo {
        id,
        kind: table.kind(),
        version,
        doc,
        path: PathBuf::new(),
        digest: String::new(),
        origin: Origin::Given,
        thread_safe: head.flags & flags::THREAD_SAFE != 0,
        options,
        parameters: Vec::new(),
        class: None,
        offers: Vec::new(),
    };
    match table {
        // SAFETY: promised by the caller.
        Table::Transformation(table) => unsafe { read_transformation(table, &mut info)? },
        Table::Noise(table) => check_noise(table)?,
        Table::Estimator(table) => required(table.bound, "bound")?,
    }
    Ok((table, info))
}

/// The table as this host knows it: a library that was built against an older minor version has null functions at its end.
///
/// # Safety
/// As for [`read_table`].
unsafe fn own(head: *const Head) -> Result<Table, DeclarationError> {
    if head.is_null() || !head.is_aligned() {
        return Err(DeclarationError::Pointer);
    }
    // SAFETY: every table starts with its size, and is frozen as far as its kind.
    let (size, kind) = unsafe { ((&raw const (*head).size).read(), (&raw const (*head).kind).read()) };
    if size < size_of::<Head>() {
        return Err(DeclarationError::TableSize { found: size, expected: size_of::<Head>() });
    }
    match kind {
        // SAFETY: a table of that kind.
        plugin_kind::TRANSFORMATION => unsafe { copy(head.cast()) }.map(Table::Transformation),
        // SAFETY: as above.
        plugin_kind::NOISE => unsafe { copy(head.cast()) }.map(Table::Noise),
        // SAFETY: as above.
        plugin_kind::ESTIMATOR => unsafe { copy(head.cast()) }.map(Table::Estimator),
        other => Err(DeclarationError::Kind(other)),
    }
}

/// A copy for as long as the process: a library is never closed either.
///
/// # Safety
/// As for [`read_table`].
unsafe fn copy<T: Grows>(table: *const T) -> Result<&'static T, DeclarationError> {
    // SAFETY: promised by the caller.
    let copy = unsafe { growth::read(table) };
    copy.map(|table| &*Box::leak(Box::new(table)))
        .map_err(|found| DeclarationError::TableSize { found, expected: T::FIRST_SIZE })
}

/// # Safety
/// As for [`read_table`].
unsafe fn read_transformation(
    table: &'static TransformationTable,
    info: &mut PluginInfo,
) -> Result<(), DeclarationError> {
    let class = match table.class {
        class::ADDITIVE => Class::Additive,
        class::RESOLVABLE => Class::Resolvable,
        class::NON_RESOLVABLE => Class::NonResolvable,
        other => return Err(DeclarationError::Class(other)),
    };
    required(table.apply, "apply")?;
    if class == Class::Resolvable {
        required(table.law_of_gamma, "law_of_gamma")?;
    }
    // SAFETY: promised by the caller.
    let parameters = unsafe { table.parameters.as_slice() };
    if parameters.is_empty() {
        return Err(DeclarationError::NoParameters);
    }
    for parameter in parameters {
        // SAFETY: promised by the caller.
        let parameter = unsafe { read_parameter(parameter, class)? };
        if info.parameters.iter().any(|other| other.name == parameter.name) {
            return Err(DeclarationError::Repeated { what: "parameter", name: parameter.name });
        }
        info.parameters.push(parameter);
    }
    info.class = Some(class);
    info.offers = [
        ("compose", table.compose.is_some()),
        ("law_of_gamma", table.law_of_gamma.is_some()),
        ("relative", table.relative.is_some()),
        ("lipschitz", table.lipschitz.is_some()),
        ("rounding", table.rounding.is_some()),
        ("levels", table.levels.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect();
    Ok(())
}

/// # Safety
/// As for [`read_table`].
unsafe fn read_parameter(parameter: &Parameter, class: Class) -> Result<ParameterInfo, DeclarationError> {
    let Parameter { low, high, identity, .. } = *parameter;
    // SAFETY: promised by the caller.
    let (name, unit, doc) = unsafe {
        (
            text(parameter.name, "parameter's name")?,
            text(parameter.unit, "unit")?,
            text(parameter.doc, "doc")?,
        )
    };
    check_name("the parameter", &name)?;
    // False for every NaN.
    let sane = low < high && low <= identity && identity <= high && identity.is_finite();
    if !sane {
        return Err(DeclarationError::Domain { name, low, high, identity });
    }
    if class == Class::Additive && identity != 0.0 {
        return Err(DeclarationError::AdditiveIdentity(name));
    }
    Ok(ParameterInfo { name, unit, doc, low, high, identity })
}

fn check_noise(table: &NoiseTable) -> Result<(), DeclarationError> {
    required(table.support, "support")?;
    required(table.sample, "sample")?;
    required(table.cdf, "cdf")?;
    required(table.sf, "sf")?;
    required(table.quantile, "quantile")?;
    required(table.isf, "isf")?;
    required(table.log_density, "log_density")
}

fn required<F>(function: Option<F>, name: &'static str) -> Result<(), DeclarationError> {
    function.map(drop).ok_or(DeclarationError::MissingFunction(name))
}

pub(super) fn check_name(what: &'static str, name: &str) -> Result<(), DeclarationError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.chars().all(allowed) {
        return Ok(());
    }
    Err(DeclarationError::Name { what, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use gsmooth_plugin_abi::{OptionSpec, Slice, Str};

    use super::*;
    use crate::host::testing::{BRIGHTEN, refuse};

    /// The good table, changed, must be refused with this message.
    fn assert_refused(message: &str, change: impl FnOnce(&mut TransformationTable)) {
        // SAFETY: a plain structure of numbers and pointers to statics.
        let mut table = unsafe { std::ptr::read(&raw const BRIGHTEN) };
        change(&mut table);
        let refusal = refuse(TableRef::transformation(Box::leak(Box::new(table))));
        assert!(refusal.contains(message), "{refusal}");
    }

    fn parameters(low: f64, high: f64, identity: f64) -> Slice<Parameter> {
        Slice::new(Box::leak(Box::new([Parameter::new("amount", "1", "Added.", low, high, identity)])))
    }

    fn options(specs: Vec<OptionSpec>) -> Slice<OptionSpec> {
        Slice::new(Vec::leak(specs))
    }

    #[test]
    fn tables_are_checked() {
        assert_refused("its kind is 77", |table| table.head.kind = 77);
        assert_refused("less than the", |table| table.head.size -= 8);
        assert_refused("less than the", |table| table.head.size = 8);
        assert_refused("`apply` is missing", |table| table.apply = None);
        assert_refused("`create` is missing", |table| table.head.create = None);
        assert_refused("`law_of_gamma` is missing", |table| table.class = class::RESOLVABLE);
        assert_refused("its class is 9", |table| table.class = 9);
        assert_refused("needs a parameter", |table| table.parameters = Slice::EMPTY);
        assert_eq!(refuse(TableRef(std::ptr::null())), DeclarationError::Pointer.to_string());
    }

    /// What a library of a later minor version declares beyond our table is left alone.
    #[test]
    fn longer_tables_are_taken() {
        #[repr(C)]
        struct Later {
            table: TransformationTable,
            more: [u64; 3],
        }
        // SAFETY: a plain structure of numbers and pointers to statics.
        let mut table = unsafe { std::ptr::read(&raw const BRIGHTEN) };
        table.head.size = size_of::<Later>();
        let later: &'static Later = Box::leak(Box::new(Later { table, more: [u64::MAX; 3] }));
        // SAFETY: leaked, and as long as it says.
        let (_, info) = unsafe { read_table(TableRef(std::ptr::from_ref(later).cast())) }.unwrap();
        assert_eq!((info.id.as_str(), info.offers.len()), ("brighten", 3));
        assert_eq!(later.more, [u64::MAX; 3]);
    }

    #[test]
    fn names_are_checked() {
        assert_refused("`Bright-en` must consist of", |table| table.head.id = Str::new("Bright-en"));
        assert_refused("`` must consist of", |table| table.head.id = Str::EMPTY);
        static BYTES: [u8; 2] = [0xff, 0xfe];
        assert_refused("its version is not UTF-8", |table| {
            table.head.version = Str { ptr: BYTES.as_ptr(), len: 2 };
        });
    }

    #[test]
    fn domains_are_checked() {
        for (low, high, identity) in
            [(1.0, -1.0, 0.0), (0.0, 0.0, 0.0), (1.0, 2.0, 0.0), (f64::NAN, 1.0, 0.0), (-1.0, 1.0, f64::NAN)]
        {
            assert_refused("cannot be", |table| table.parameters = parameters(low, high, identity));
        }
        assert_refused("identity of parameter `amount` is not 0", |table| {
            table.parameters = parameters(0.0, 2.0, 1.0);
        });
    }

    #[test]
    fn options_are_checked() {
        let wrong = [
            ("must not be called `range`", OptionSpec::float("range", "")),
            ("must consist of", OptionSpec::float("a b", "")),
            ("range is empty", OptionSpec::float("x", "").at_least(2.0).at_most(1.0)),
            ("required and has a default", OptionSpec::float("x", "").default_float(1.0).required()),
            ("not what it declares", OptionSpec::float("x", "").at_least(2.0).default_float(1.0)),
            ("not what it declares", OptionSpec::integer("x", "").default_float(1.0)),
            ("not what it declares", OptionSpec::choice("x", "", &["a"]).default_text("b")),
            ("a choice needs choices", OptionSpec::choice("x", "", &[])),
        ];
        for (message, spec) in wrong {
            assert_refused(message, |table| table.head.options = options(vec![spec]));
        }
        let twice = vec![OptionSpec::float("x", ""), OptionSpec::text("x", "")];
        assert_refused("`x` appears twice", |table| table.head.options = options(twice));
    }
}
