use gsmooth_plugin_abi::{OptionSpec, OptionValue, Str, option_kind};

use crate::{Error, Result};

/// The value of an option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// For [`OptionSpec::float`].
    Float(f64),
    /// For [`OptionSpec::integer`].
    Integer(i64),
    /// For [`OptionSpec::text`] and [`OptionSpec::choice`].
    Text(&'a str),
    /// For [`OptionSpec::floats`].
    Floats(&'a [f64]),
}

/// The options of one instance, by declared name. The host has checked them against the declarations and filled in defaults,
/// so that a getter fails only for a name that is not declared, a kind other than the declared one, and an optional option
/// without default that the user left out ([`Options::is_set`]).
#[derive(Debug)]
pub struct Options<'a> {
    entries: Vec<(&'a str, Option<Value<'a>>)>,
}

impl<'a> Options<'a> {
    /// A float option.
    ///
    /// # Errors
    /// No such float option, or it is not set.
    pub fn float(&self, name: &str) -> Result<f64> {
        match self.value(name)? {
            Value::Float(value) => Ok(value),
            other => Err(mismatch(name, "a float", other)),
        }
    }

    /// An integer option.
    ///
    /// # Errors
    /// No such integer option, or it is not set.
    pub fn integer(&self, name: &str) -> Result<i64> {
        match self.value(name)? {
            Value::Integer(value) => Ok(value),
            other => Err(mismatch(name, "an integer", other)),
        }
    }

    /// A text or choice option.
    ///
    /// # Errors
    /// No such text option, or it is not set.
    pub fn text(&self, name: &str) -> Result<&'a str> {
        match self.value(name)? {
            Value::Text(value) => Ok(value),
            other => Err(mismatch(name, "a text", other)),
        }
    }

    /// An array option.
    ///
    /// # Errors
    /// No such array option, or it is not set.
    pub fn floats(&self, name: &str) -> Result<&'a [f64]> {
        match self.value(name)? {
            Value::Floats(value) => Ok(value),
            other => Err(mismatch(name, "an array of floats", other)),
        }
    }

    /// Whether an option has a value.
    ///
    /// # Errors
    /// No such option.
    pub fn is_set(&self, name: &str) -> Result<bool> {
        self.find(name).map(|value| value.is_some())
    }

    fn value(&self, name: &str) -> Result<Value<'a>> {
        self.find(name)?.ok_or_else(|| Error::invalid_argument(format_args!("option `{name}` is not set")))
    }

    fn find(&self, name: &str) -> Result<Option<Value<'a>>> {
        self.entries
            .iter()
            .find_map(|&(declared, value)| (declared == name).then_some(value))
            .ok_or_else(|| Error::new(format_args!("the plugin declares no option `{name}`")))
    }

    /// Options as the host would hand them over, for unit tests of plugins: `values` by name, defaults filled in. Ranges and
    /// choices are not checked here.
    ///
    /// # Errors
    /// A name that is not declared, or a required option that is missing.
    pub fn of(specs: &'static [OptionSpec], values: &[(&str, Value<'a>)]) -> Result<Self> {
        let mut entries = Vec::with_capacity(specs.len());
        for spec in specs {
            // SAFETY: the declarations are static, and made from `&'static str` by safe code.
            let (name, default) = unsafe { (text(spec.name)?, decode(&spec.default)?) };
            let given = values.iter().find_map(|&(key, value)| (key == name).then_some(value));
            if given.is_none() && spec.required != 0 {
                return Err(Error::invalid_argument(format_args!("option `{name}` is missing")));
            }
            entries.push((name, given.or(default)));
        }
        let options = Self { entries };
        for (name, _) in values {
            options.find(name)?;
        }
        Ok(options)
    }

    /// # Safety
    /// `values` must hold one value per declaration, whose texts and arrays stay unchanged for `'a`.
    pub(crate) unsafe fn from_abi(specs: &'static [OptionSpec], values: &'a [OptionValue]) -> Result<Self> {
        if specs.len() != values.len() {
            let message = format!("{} options are declared, {} were given", specs.len(), values.len());
            return Err(Error::invalid_argument(message));
        }
        let entries = specs.iter().zip(values).map(|(spec, value)| {
            // SAFETY: declarations are static; values as promised by the caller.
            unsafe { Ok((text(spec.name)?, decode(value)?)) }
        });
        Ok(Self { entries: entries.collect::<Result<_>>()? })
    }
}

/// # Safety
/// Texts and arrays of `value` stay readable and unchanged for `'a`.
unsafe fn decode<'a>(value: &OptionValue) -> Result<Option<Value<'a>>> {
    Ok(Some(match value.kind {
        option_kind::NONE => return Ok(None),
        option_kind::FLOAT => Value::Float(value.float),
        option_kind::INTEGER => Value::Integer(value.integer),
        // SAFETY: promised by the caller.
        option_kind::TEXT => Value::Text(unsafe { text(value.text)? }),
        // SAFETY: promised by the caller.
        option_kind::FLOATS => Value::Floats(unsafe { value.floats.as_slice() }),
        kind => {
            return Err(Error::invalid_argument(format_args!("unknown kind of option value: {kind}")));
        }
    }))
}

/// # Safety
/// The bytes stay readable and unchanged for `'a`.
unsafe fn text<'a>(text: Str) -> Result<&'a str> {
    // SAFETY: promised by the caller.
    unsafe { text.as_str() }.map_err(Error::invalid_argument)
}

fn mismatch(name: &str, wanted: &str, found: Value<'_>) -> Error {
    Error::new(format_args!("option `{name}` is not {wanted} but {found:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gsmooth_plugin_abi::Slice;

    const SPECS: &[OptionSpec] = &[
        OptionSpec::float("scale", "Standard deviation.").above(0.0).required(),
        OptionSpec::integer("order", "Order.").default_integer(3),
        OptionSpec::choice("border", "Border.", &["reflect", "zero"]).default_text("zero"),
        OptionSpec::floats("weights", "Weights.").default_floats(&[1.0, 2.0]),
        OptionSpec::text("note", "Anything."),
    ];

    #[test]
    fn values_and_defaults_are_found_by_name() {
        let options = Options::of(SPECS, &[("scale", Value::Float(0.5))]).unwrap();
        assert_eq!(options.float("scale"), Ok(0.5));
        assert_eq!(options.integer("order"), Ok(3));
        assert_eq!(options.text("border"), Ok("zero"));
        assert_eq!(options.floats("weights"), Ok(&[1.0, 2.0][..]));
        assert_eq!(options.is_set("note"), Ok(false));
    }

    #[test]
    fn wrong_names_and_kinds_are_errors() {
        let options = Options::of(SPECS, &[("scale", Value::Float(0.5))]).unwrap();
        assert!(options.float("scales").unwrap_err().to_string().contains("no option `scales`"));
        assert!(options.integer("scale").unwrap_err().to_string().contains("not an integer"));
        assert!(options.text("note").unwrap_err().to_string().contains("not set"));
        assert!(Options::of(SPECS, &[]).unwrap_err().to_string().contains("`scale` is missing"));
        let values = [("scale", Value::Float(1.0)), ("sclae", Value::Float(1.0))];
        assert!(Options::of(SPECS, &values).is_err());
    }

    #[test]
    fn the_c_side_is_checked() {
        let values = [OptionValue::float(2.0), OptionValue::NONE];
        // SAFETY: no texts or arrays in there.
        assert!(unsafe { Options::from_abi(SPECS, &values) }.is_err());
        // SAFETY: as above.
        let options = unsafe { Options::from_abi(&SPECS[..2], &values) }.unwrap();
        assert_eq!((options.float("scale"), options.is_set("order")), (Ok(2.0), Ok(false)));
        let broken = [OptionValue::text(Str { ptr: [0xff_u8].as_ptr(), len: 1 })];
        // SAFETY: one readable byte.
        assert!(unsafe { Options::from_abi(&SPECS[..1], &broken) }.is_err());
        let floats = OptionValue::floats(Slice::new(&[4.0]));
        // SAFETY: static.
        let options = unsafe { Options::from_abi(&SPECS[..1], core::slice::from_ref(&floats)) }.unwrap();
        assert!(options.float("scale").is_err());
    }
}
