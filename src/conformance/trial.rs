//! One input after the other, until one fails.

use std::fmt::Display;

use super::context::Context;
use super::verdict::{Fault, Outcome};
use crate::host::{Failure, HostError};

/// Why an input is no success.
#[derive(Debug)]
pub(super) enum Stop {
    /// The plugin did not take it. Whether it had to is the question of other tests.
    Refused,
    /// A promise is broken.
    Broken {
        /// What should have come out.
        expected: String,
        /// What came out.
        found: String,
    },
}

impl Stop {
    pub fn broken(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Broken { expected: expected.into(), found: found.into() }
    }
}

/// For tests that ask something else than whether calls succeed.
impl From<HostError> for Stop {
    fn from(_: HostError) -> Self {
        Self::Refused
    }
}

/// What an input comes to.
pub(super) type Trial<T = ()> = Result<T, Stop>;

/// The answer of a call that may refuse its arguments, but must not fail in any other way.
pub(super) fn strict<T>(answer: Result<T, HostError>) -> Trial<T> {
    answer.map_err(|error| match error {
        HostError::Call { failure: Failure::InvalidArgument | Failure::Failed, .. } => Stop::Refused,
        other => Stop::broken(expected_instead(&other), in_short(&other)),
    })
}

fn expected_instead(error: &HostError) -> String {
    match error {
        HostError::NotFinite { .. } => "finite pixels".to_owned(),
        HostError::Value { expected, .. } => (*expected).to_owned(),
        _ => "an answer, or a refusal with its reason".to_owned(),
    }
}

/// The message without the plugin and its file, which the reader knows.
pub(super) fn in_short(error: &HostError) -> String {
    match error {
        HostError::Call { call, failure, message, .. } => format!("`{call}` {failure}: {message}"),
        HostError::NotFinite { value, parameters, .. } => format!("the pixel {value} at {parameters:?}"),
        HostError::Value { call, value, .. } => format!("`{call}` returned {value:?}"),
        other => other.to_string(),
    }
}

/// Something that a plugin is tried on.
pub(super) trait Input: Display + Sized {
    /// The same in simpler forms, the simplest first. None, where it is simple.
    fn simpler(&self) -> Vec<Self> {
        Vec::new()
    }
}

/// Tries inputs, the simplest first, until one breaks a promise; then looks for a simpler one that does so too.
pub(super) fn judge<I: Input>(
    context: &Context<'_>,
    inputs: impl IntoIterator<Item = I>,
    mut trial: impl FnMut(&I) -> Trial,
) -> Outcome {
    let (mut judged, mut refused) = (0, 0);
    for input in inputs {
        context.try_on(&input);
        match trial(&input) {
            Ok(()) => judged += 1,
            Err(Stop::Refused) => refused += 1,
            Err(Stop::Broken { expected, found }) => {
                let found = Fault { expected, found, input: Some(input.to_string()) };
                return Outcome::Fault(simplest(context, &input, found, &mut trial));
            }
        }
    }
    match (judged, refused) {
        (0, 0) => Outcome::skipped("there is nothing to try it on"),
        (0, _) => Outcome::skipped(format!("the plugin refuses all {refused} inputs")),
        (1, 0) => Outcome::Ok { detail: "1 input".to_owned() },
        (_, 0) => Outcome::Ok { detail: format!("{judged} inputs") },
        _ => Outcome::Ok { detail: format!("{judged} of {} inputs, the others refused", judged + refused) },
    }
}

fn simplest<I: Input>(
    context: &Context<'_>,
    input: &I,
    fault: Fault,
    trial: &mut impl FnMut(&I) -> Trial,
) -> Fault {
    for simpler in input.simpler() {
        context.try_on(&simpler);
        if let Err(Stop::Broken { expected, found }) = trial(&simpler) {
            return Fault { expected, found, input: Some(simpler.to_string()) };
        }
    }
    fault
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[derive(Debug, Clone, Copy)]
    struct Number(i32);

    impl Display for Number {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(formatter, "number {}", self.0)
        }
    }

    impl Input for Number {
        fn simpler(&self) -> Vec<Self> {
            vec![Self(self.0 / 10), Self(self.0 - 1)]
        }
    }

    fn below(limit: i32, inputs: &[i32]) -> (Outcome, Vec<String>) {
        let tried = RefCell::new(Vec::new());
        let trying = |input: &str| tried.borrow_mut().push(input.to_owned());
        let context = Context { seed: 1, options: &[], trying: &trying };
        let outcome = judge(&context, inputs.iter().map(|&n| Number(n)), |input| match input.0 {
            n if n < 0 => Err(Stop::Refused),
            n if n < limit => Ok(()),
            n => Err(Stop::broken(format!("less than {limit}"), n.to_string())),
        });
        (outcome, tried.into_inner())
    }

    #[test]
    fn the_simplest_failing_input_is_named() {
        let (outcome, tried) = below(5, &[1, 40, 99]);
        let Outcome::Fault(fault) = outcome else { panic!("{outcome:?}") };
        assert_eq!(fault.input.as_deref(), Some("number 39"));
        assert_eq!((fault.expected.as_str(), fault.found.as_str()), ("less than 5", "39"));
        assert_eq!(tried, ["number 1", "number 40", "number 4", "number 39"]);
    }

    #[test]
    fn what_was_refused_is_counted() {
        assert_eq!(
            below(5, &[1, -1]).0,
            Outcome::Ok { detail: "1 of 2 inputs, the others refused".to_owned() }
        );
        assert!(matches!(below(5, &[-1]).0, Outcome::Skipped { .. }));
        assert!(matches!(below(5, &[]).0, Outcome::Skipped { .. }));
    }
}
