//! Draws and confidence, checked.

use toml::Spanned;

use super::super::error::{Fault, Problem};
use super::super::hint;
use super::super::schema;
use crate::certify::case::{Mode, Sampling};
use crate::certify::certificate::VoteBound;

/// Below this, the shares of a cover's cells would no longer be numbers.
const LEAST_ALPHA: f64 = 1e-100;
/// Above this, the votes that a claim needs are beyond any number of draws.
const LARGEST_MARGIN: f64 = 0.499;
/// More draws than this are a slip of the pen.
const MOST_DRAWS: u64 = 1_000_000_000;

/// Checks the sampling table.
pub(super) fn resolve(table: &Spanned<schema::Sampling>) -> Result<Sampling, Fault> {
    let sampling = table.get_ref();
    let mode = mode(table)?;
    let alpha = *sampling.alpha.get_ref();
    if !(LEAST_ALPHA..0.5).contains(&alpha) {
        return Err(value("alpha", alpha, "a probability between 1e-100 and 0.5, such as 0.001")
            .at(sampling.alpha.span()));
    }
    for (key, draws) in [("select", &sampling.select), ("draws", &sampling.draws)] {
        if !(1..=MOST_DRAWS).contains(draws.get_ref()) {
            let expected = "a number from 1 to 1000000000";
            return Err(value(key, draws.get_ref(), expected).at(draws.span()));
        }
    }
    let margin = *sampling.margin.get_ref();
    if !(0.0..=LARGEST_MARGIN).contains(&margin) {
        let expected = "at least 0 and at most 0.499";
        return Err(value("margin", margin, expected).at(sampling.margin.span()));
    }
    let bound = *sampling.bound.get_ref();
    if bound == VoteBound::Top2 && margin > 0.0 {
        // The claim G_y > 1/2 + m says nothing of a runner-up, so p_B can't help it (MATHEMATICS 8).
        return Err(value("margin", margin, "0 with `bound = \"top2\"`").at(sampling.margin.span()));
    }
    if let Err(expected) = super::targets::check_bound(mode, bound) {
        let problem = Problem::Value {
            key: "bound",
            found: "`top2` in mode `target`".to_owned(),
            expected: expected.to_owned(),
        };
        return Err(problem.at(sampling.bound.span()));
    }
    Ok(Sampling {
        mode,
        alpha,
        select: *sampling.select.get_ref(),
        draws: *sampling.draws.get_ref(),
        bound,
        margin,
    })
}

fn mode(table: &Spanned<schema::Sampling>) -> Result<Mode, Fault> {
    let mode = &table.get_ref().mode;
    match mode.get_ref().as_str() {
        "fixed" => Ok(Mode::Fixed),
        "target" => Ok(Mode::Target),
        other => {
            let known = vec!["fixed".to_owned(), "target".to_owned()];
            let nearest = hint::nearest(other, known.iter().map(String::as_str));
            Err(Problem::Name { key: "mode", found: other.to_owned(), nearest, known }.at(mode.span()))
        }
    }
}

fn value(key: &'static str, found: impl ToString, expected: &str) -> Problem {
    Problem::Value { key, found: found.to_string(), expected: expected.to_owned() }
}
