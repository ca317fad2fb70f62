use crate::{Slice, Str};

/// The values of [`OptionSpec::kind`] and [`OptionValue::kind`].
pub mod option_kind {
    /// No value: an optional option that is not set, or no default.
    pub const NONE: u32 = 0;
    /// A finite float.
    pub const FLOAT: u32 = 1;
    /// A signed 64-bit integer.
    pub const INTEGER: u32 = 2;
    /// Text.
    pub const TEXT: u32 = 3;
    /// An array of finite floats.
    pub const FLOATS: u32 = 4;
    /// One of the declared choices; its value is of kind [`TEXT`].
    pub const CHOICE: u32 = 5;
}

/// The value of an option. Only the field that `kind` names is meaningful. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct OptionValue {
    /// One of [`option_kind`], [`option_kind::CHOICE`] excepted.
    pub kind: u32,
    /// Zero.
    pub padding: u32,
    /// For [`option_kind::INTEGER`].
    pub integer: i64,
    /// For [`option_kind::FLOAT`].
    pub float: f64,
    /// For [`option_kind::TEXT`].
    pub text: Str,
    /// For [`option_kind::FLOATS`].
    pub floats: Slice<f64>,
}

impl OptionValue {
    /// No value.
    pub const NONE: Self = Self {
        kind: option_kind::NONE,
        padding: 0,
        integer: 0,
        float: 0.0,
        text: Str::EMPTY,
        floats: Slice::EMPTY,
    };

    /// A float.
    pub const fn float(value: f64) -> Self {
        Self { kind: option_kind::FLOAT, float: value, ..Self::NONE }
    }

    /// An integer.
    pub const fn integer(value: i64) -> Self {
        Self { kind: option_kind::INTEGER, integer: value, ..Self::NONE }
    }

    /// Text; the caller keeps the bytes alive for as long as the value is read.
    pub const fn text(value: Str) -> Self {
        Self { kind: option_kind::TEXT, text: value, ..Self::NONE }
    }

    /// Floats; the caller keeps them alive for as long as the value is read.
    pub const fn floats(value: Slice<f64>) -> Self {
        Self { kind: option_kind::FLOATS, floats: value, ..Self::NONE }
    }
}

/// The declaration of an option: the host checks what a user wrote against it, fills in the default, and hands the values to
/// `create` in the order of the declarations. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// Name, `[a-z0-9_]+`: the key in the audit file.
    pub name: Str,
    /// One sentence for the user, with the unit.
    pub doc: Str,
    /// One of [`option_kind`], [`option_kind::NONE`] excepted.
    pub kind: u32,
    /// 1: there is no default and the user must set it. 0: optional.
    pub required: u32,
    /// Default of an optional option; of kind [`option_kind::NONE`]: unset unless the user sets it.
    pub default: OptionValue,
    /// Least number allowed, inclusive; for arrays, of each element.
    pub min: f64,
    /// Greatest number allowed, inclusive; for arrays, of each element.
    pub max: f64,
    /// For [`option_kind::CHOICE`]: the texts allowed.
    pub choices: Slice<Str>,
}

impl OptionSpec {
    const fn new(name: &'static str, doc: &'static str, kind: u32) -> Self {
        Self {
            name: Str::new(name),
            doc: Str::new(doc),
            kind,
            required: 0,
            default: OptionValue::NONE,
            min: f64::NEG_INFINITY,
            max: f64::INFINITY,
            choices: Slice::EMPTY,
        }
    }

    /// An option that takes a finite float.
    pub const fn float(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, doc, option_kind::FLOAT)
    }

    /// An option that takes an integer.
    pub const fn integer(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, doc, option_kind::INTEGER)
    }

    /// An option that takes any text.
    pub const fn text(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, doc, option_kind::TEXT)
    }

    /// An option that takes an array of finite floats, of any length.
    pub const fn floats(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, doc, option_kind::FLOATS)
    }

    /// An option that takes one of `choices`.
    pub const fn choice(name: &'static str, doc: &'static str, choices: &'static [&'static str]) -> Self {
        Self { choices: Slice::of_texts(choices), ..Self::new(name, doc, option_kind::CHOICE) }
    }

    /// Numbers must be `min` or greater.
    pub const fn at_least(self, min: f64) -> Self {
        Self { min, ..self }
    }

    /// Numbers must be greater than `min`.
    pub const fn above(self, min: f64) -> Self {
        Self { min: min.next_up(), ..self }
    }

    /// Numbers must be `max` or less.
    pub const fn at_most(self, max: f64) -> Self {
        Self { max, ..self }
    }

    /// Numbers must be less than `max`.
    pub const fn below(self, max: f64) -> Self {
        Self { max: max.next_down(), ..self }
    }

    /// The user must set it.
    pub const fn required(self) -> Self {
        Self { required: 1, ..self }
    }

    /// Default of a float.
    pub const fn default_float(self, value: f64) -> Self {
        Self { default: OptionValue::float(value), ..self }
    }

    /// Default of an integer.
    pub const fn default_integer(self, value: i64) -> Self {
        Self { default: OptionValue::integer(value), ..self }
    }

    /// Default of a text or a choice.
    pub const fn default_text(self, value: &'static str) -> Self {
        Self { default: OptionValue::text(Str::new(value)), ..self }
    }

    /// Default of an array.
    pub const fn default_floats(self, value: &'static [f64]) -> Self {
        Self { default: OptionValue::floats(Slice::new(value)), ..self }
    }
}
