//! Which keys a case may have: what this version has no meaning for, or a method no use for, is refused by name.

use std::fmt;
use std::ops::Range;

use toml::Spanned;

use super::super::error::{Fault, Problem};
use super::super::hint;
use super::super::schema;
use super::refuse;

/// How a case certifies, as audit files name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodName {
    /// Noise on the parameter of an additive transformation.
    Resolvable,
    /// Noise in the code of a surrogate.
    Semantic,
    /// Noise on pixels.
    Pixel,
}

/// Methods that an audit may name.
const METHODS: [(&str, Option<MethodName>); 4] = [
    ("resolvable", Some(MethodName::Resolvable)),
    ("semantic", Some(MethodName::Semantic)),
    ("pixel", Some(MethodName::Pixel)),
    ("enumerate", None),
];

impl MethodName {
    /// The name in audit files.
    pub fn name(self) -> &'static str {
        METHODS.iter().find(|(_, method)| *method == Some(self)).map_or("", |(name, _)| name)
    }

    /// Whether theta has a law.
    pub fn takes_parameter_noise(self) -> bool {
        matches!(self, Self::Resolvable | Self::Semantic)
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
    match METHODS.iter().find(|(known, _)| known == name) {
        Some((_, Some(method))) => Ok(*method),
        Some((known, None)) => {
            let instead = "use method `resolvable`, `semantic` or `pixel`";
            Err(Problem::NotAvailable { what: format!("method `{known}`"), instead }.at(table.method.span()))
        }
        None => {
            let known = || METHODS.iter().map(|(known, _)| *known);
            let nearest = hint::nearest(name, known());
            let known = known().map(str::to_owned).collect();
            Err(Problem::Name { key: "method", found: name.clone(), nearest, known }.at(table.method.span()))
        }
    }
}

/// Keys of later versions are refused by name, never ignored.
pub(super) fn check_available(table: &schema::Case) -> Result<(), Fault> {
    refuse(&table.sweep, "`sweep`", "write one `[[case]]` for each combination")?;
    refuse(
        &table.slack,
        "`slack`",
        "without it the claim is about the transformation as the plugin computes it",
    )?;
    refuse(
        &table.epsilon,
        "`epsilon`",
        "write `claim = \"real\"`: the real transformation is certified without it",
    )?;
    let Some(claim) = table.claim.as_ref().filter(|claim| claim.get_ref() != "real") else {
        return Ok(());
    };
    if claim.get_ref() == "surrogate" {
        let instead = "write `claim = \"real\"`, which is the stronger claim";
        return Err(Problem::NotAvailable { what: "claim `surrogate`".to_owned(), instead }.at(claim.span()));
    }
    let known = vec!["real".to_owned(), "surrogate".to_owned()];
    let (found, nearest) = (claim.get_ref().clone(), None);
    Err(Problem::Name { key: "claim", found, nearest, known }.at(claim.span()))
}

/// Refuses keys that a method has no use for.
pub(super) fn check_used(table: &schema::Case, method: MethodName) -> Result<(), Fault> {
    let unused = |key: &'static str, span: Option<Range<usize>>| match span {
        None => Ok(()),
        Some(span) => Err(Problem::Unused { method: method.to_string(), key }.at(span)),
    };
    if method == MethodName::Resolvable {
        unused("semantic_noise", table.semantic_noise.as_ref().map(Spanned::span))?;
        unused("estimator", table.estimator.as_ref().map(Spanned::span))?;
    }
    if method == MethodName::Pixel {
        unused("noise", table.noise.as_ref().map(Spanned::span))?;
    }
    if method != MethodName::Semantic {
        unused("surrogate", table.surrogate.as_ref().map(Spanned::span))?;
    }
    Ok(())
}
