//! What `gsmooth evaluate` measures: corruptions with their severities, classifiers, and the cases whose smoothing is used.

use toml::{Spanned, Value};

use super::super::error::{Fault, Problem};
use super::super::evaluate_table::EvaluateTable;
use super::super::hint;
use super::super::plugin_table::PluginTable;
use super::super::schema;
use super::Workshop;
use super::case::PlannedCase;
use super::keys::MethodName;
use super::models::{self, PlannedClassifier};
use super::parameters::{self, number, whole};
use crate::transformation::Transformation;

/// Votes an image for the smoothed prediction, unless the audit says otherwise.
const DRAWS: u64 = 100;
/// The keys of a corruption that say how strong it is.
const SEVERITIES: &str = "severities";
const PARAMETERS: &str = "parameters";

/// Everything that is measured.
#[derive(Debug)]
pub struct Evaluation {
    /// Votes an image for the smoothed prediction.
    pub draws: u64,
    /// The audit's classifier, and others beside it.
    pub models: Vec<PlannedClassifier>,
    /// The cases whose smoothing is used, by their place in the plan.
    pub smoothed: Vec<usize>,
    /// The corruptions.
    pub corruptions: Vec<Corruption>,
}

/// A corruption at some strengths.
#[derive(Debug)]
pub struct Corruption {
    /// The plugin's id, with the options that the audit states.
    pub name: String,
    /// The transformation.
    pub transformation: Transformation,
    /// The parameters that it is measured at.
    pub strengths: Vec<Vec<f64>>,
}

/// Plans the table.
pub(super) fn plan(
    shop: &Workshop<'_>,
    table: &EvaluateTable,
    classifier: &Spanned<schema::Classifier>,
    cases: &[PlannedCase],
) -> Result<Evaluation, Fault> {
    let paths = std::iter::once(&classifier.get_ref().model).chain(&table.models);
    Ok(Evaluation {
        draws: table.draws.as_ref().map_or(Ok(DRAWS), |draws| whole("draws", draws, 1))?,
        smoothed: smoothed(table, cases)?,
        corruptions: table
            .corruption
            .iter()
            .map(|table| corruption(shop, table))
            .collect::<Result<_, _>>()?,
        models: paths
            .map(|path| models::classifier(shop, path, classifier.get_ref()))
            .collect::<Result<_, _>>()?,
    })
}

/// The cases that the table names, or all that smooth.
fn smoothed(table: &EvaluateTable, cases: &[PlannedCase]) -> Result<Vec<usize>, Fault> {
    let smooths = |case: &PlannedCase| case.method != MethodName::Enumerate;
    let Some(names) = &table.smoothed else {
        return Ok((0..cases.len()).filter(|at| smooths(&cases[*at])).collect());
    };
    let find = |name: &Spanned<String>| {
        let at = cases.iter().position(|case| case.case.name == *name.get_ref() && smooths(case));
        at.ok_or_else(|| {
            let known = || cases.iter().filter(|case| smooths(case)).map(|case| case.case.name.as_str());
            let (found, nearest) = (name.get_ref().clone(), hint::nearest(name.get_ref(), known()));
            let known = known().map(str::to_owned).collect();
            Problem::Name { key: "smoothed", found, nearest, known }.at(name.span())
        })
    };
    names.iter().map(find).collect()
}

fn corruption(shop: &Workshop<'_>, table: &Spanned<PluginTable>) -> Result<Corruption, Fault> {
    let mut options = table.get_ref().clone();
    let (severities, parameters) = (options.take(SEVERITIES), options.take(PARAMETERS));
    let name = name(&options);
    let transformation = parameters::open(shop, &Spanned::new(table.span(), options))?;
    let (key, values) = match (severities, parameters) {
        (Some(values), None) => (SEVERITIES, values),
        (None, Some(values)) => (PARAMETERS, values),
        (Some(values), Some(_)) => {
            let expected = format!("one of `{SEVERITIES}` and `{PARAMETERS}`");
            return Err(value(SEVERITIES, &values, expected));
        }
        (None, None) => {
            let example = "corruption = [{ plugin = \"defocus_blur_c\", severities = [1, 2, 3, 4, 5] }]";
            return Err(Problem::Missing { method: "evaluate".to_owned(), key: SEVERITIES, example }
                .at(table.get_ref().plugin.span()));
        }
    };
    let strengths = strengths(key, &values, &transformation)?;
    Ok(Corruption { name, transformation, strengths })
}

/// The plugin's id, with the options that are stated.
fn name(table: &PluginTable) -> String {
    let options: Vec<String> =
        table.entries.iter().map(|(key, value)| format!("{} = {}", key.get_ref(), value.get_ref())).collect();
    match &options[..] {
        [] => table.plugin.get_ref().clone(),
        options => format!("{} ({})", table.plugin.get_ref(), options.join(", ")),
    }
}

/// The parameters at each strength.
fn strengths(
    key: &'static str,
    values: &Spanned<Value>,
    transformation: &Transformation,
) -> Result<Vec<Vec<f64>>, Fault> {
    let parameters = transformation.parameters();
    if key == SEVERITIES && !matches!(parameters, [single] if single.name == "severity") {
        let expected = format!("absent: `{}` has no severity; state `{PARAMETERS}`", transformation.id());
        return Err(value(key, values, expected));
    }
    let numbers = |value: &Value| match value {
        Value::Array(values) => values.iter().map(number).collect(),
        single => number(single).map(|number| vec![number]),
    };
    let strengths: Option<Vec<Vec<f64>>> =
        values.get_ref().as_array().and_then(|values| values.iter().map(numbers).collect());
    let fits = |strengths: &Vec<Vec<f64>>| {
        !strengths.is_empty() && strengths.iter().all(|strength| transformation.in_domain(strength))
    };
    strengths.filter(fits).ok_or_else(|| {
        let domain =
            |p: &crate::transformation::ParameterInfo| format!("`{}` in [{}, {}]", p.name, p.low, p.high);
        let domains: Vec<String> = parameters.iter().map(domain).collect();
        let each = if parameters.len() == 1 { "numbers" } else { "arrays of numbers" };
        value(key, values, format!("an array of {each}, with {}", domains.join(", ")))
    })
}

fn value(key: &'static str, found: &Spanned<Value>, expected: String) -> Fault {
    Problem::Value { key, found: found.get_ref().to_string(), expected }.at(found.span())
}
