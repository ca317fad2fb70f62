//! Which keys a case may have: what a method has no use for is refused by name.

use std::fmt;
use std::ops::Range;

use toml::Spanned;

use super::super::error::{Fault, Problem};
use super::super::hint;
use super::super::schema;

/// How a case certifies, as audit files name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum MethodName {
    /// Noise on the parameter of an additive transformation.
    Resolvable,
    /// Noise in the code of a surrogate.
    Semantic,
    /// Noise on pixels.
    Pixel,
    /// No noise: every value of a finite set of parameters.
    Enumerate,
}

/// Methods that an audit may name.
const METHODS: [(&str, MethodName); 4] = [
    ("resolvable", MethodName::Resolvable),
    ("semantic", MethodName::Semantic),
    ("pixel", MethodName::Pixel),
    ("enumerate", MethodName::Enumerate),
];

impl MethodName {
    /// The name in audit files.
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }

    /// Whether theta has a law.
    pub fn takes_parameter_noise(self) -> bool {
        matches!(self, Self::Resolvable | Self::Semantic)
    }

    /// Whether the noise is on pixels or codes.
    pub fn has_a_channel(self) -> bool {
        matches!(self, Self::Semantic | Self::Pixel)
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The method that a case names.
pub(super) fn method(table: &schema::Case) -> Result<MethodName, Fault> {
    let name = table.method.get_ref();
    METHODS.iter().find(|(known, _)| known == name).map(|(_, method)| *method).ok_or_else(|| {
        let known = || METHODS.iter().map(|(known, _)| *known);
        let nearest = hint::nearest(name, known());
        let known = known().map(str::to_owned).collect();
        Problem::Name { key: "method", found: name.clone(), nearest, known }.at(table.method.span())
    })
}

/// Refuses keys that a method has no use for.
pub(super) fn check_used(table: &schema::Case, method: MethodName) -> Result<(), Fault> {
    let unused = |key: &'static str, span: Option<Range<usize>>| match span {
        None => Ok(()),
        Some(span) => Err(Problem::Unused { method: method.to_string(), key }.at(span)),
    };
    if !method.has_a_channel() {
        unused("semantic_noise", table.semantic_noise.as_ref().map(Spanned::span))?;
        unused("estimator", table.estimator.as_ref().map(Spanned::span))?;
        // Without noise on pixels or codes nothing absorbs a pixel distance.
        unused("slack", table.slack.as_ref().map(Spanned::span))?;
    }
    if !method.takes_parameter_noise() {
        unused("noise", table.noise.as_ref().map(Spanned::span))?;
    }
    if method == MethodName::Enumerate {
        unused("anchors", table.anchors.as_ref().map(Spanned::span))?;
    }
    if method != MethodName::Semantic {
        unused("surrogate", table.surrogate.as_ref().map(Spanned::span))?;
        unused("epsilon", table.epsilon.as_ref().map(Spanned::span))?;
    }
    Ok(())
}
