//! The bridge that carries an estimator's questions over the C boundary to an [`Oracle`].

use std::any::Any;
use std::cell::RefCell;
use std::error::Error;
use std::ffi::c_void;
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::thread::{self, ThreadId};

use gsmooth_plugin_abi::{self as abi, ErrorBuffer, Slice, Status, status};

use super::oracle::{Oracle, OracleError};

/// Faults of an oracle that are not its own errors.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the oracle panicked: {0}")]
    Panicked(String),
    #[error("the oracle returned {found} values of {what} instead of {expected}")]
    Size { what: &'static str, expected: usize, found: usize },
    #[error("{0} points of {1} parameters do not fit into memory")]
    TooMany(u64, usize),
}

/// Lives for one call of an estimator.
pub(super) struct Bridge<'a> {
    /// The only thread that may ask.
    thread: ThreadId,
    parameters: usize,
    features: usize,
    max_evaluations: u64,
    /// Touched only on `thread`.
    state: RefCell<State<'a>>,
}

struct State<'a> {
    oracle: &'a mut dyn Oracle,
    /// The first failure.
    failure: Option<Box<dyn Error + Send + Sync>>,
    growth_was_proven: bool,
}

impl<'a> Bridge<'a> {
    pub(super) fn new(oracle: &'a mut dyn Oracle) -> Self {
        Self {
            thread: thread::current().id(),
            parameters: oracle.parameters(),
            features: oracle.features(),
            max_evaluations: oracle.max_evaluations(),
            state: RefCell::new(State { oracle, failure: None, growth_was_proven: false }),
        }
    }

    /// The C table, which borrows from the bridge and the range (m values each) without saying so.
    pub(super) fn table(&self, low: &[f64], high: &[f64]) -> abi::Oracle {
        abi::Oracle {
            size: size_of::<abi::Oracle>(),
            context: ptr::from_ref(self).cast_mut().cast(),
            parameters: self.parameters as u64,
            features: self.features as u64,
            low: low.as_ptr(),
            high: high.as_ptr(),
            features_at: Some(features_at),
            derivative_at: Some(derivative_at),
            distance_at: Some(distance_at),
            local_m_at: Some(local_m_at),
            growth_over: Some(growth_over),
            max_evaluations: self.max_evaluations,
        }
    }

    /// The oracle's own failure, and whether it gave a growth bound.
    pub(super) fn finish(self) -> (Option<Box<dyn Error + Send + Sync>>, bool) {
        let state = self.state.into_inner();
        (state.failure, state.growth_was_proven)
    }

    /// n, and n x m values at `xi`.
    ///
    /// # Safety
    /// `xi` must point to that many values, unchanged for `'b`.
    unsafe fn points<'b>(&self, xi: *const f64, n: u64) -> Result<(usize, &'b [f64]), OracleError> {
        let count = usize::try_from(n).ok();
        let values = count.and_then(|n| n.checked_mul(self.parameters)?.checked_mul(size_of::<f64>()));
        match (count, values) {
            (Some(count), Some(bytes)) if isize::try_from(bytes).is_ok() => {
                // SAFETY: promised by the caller.
                Ok((count, unsafe { slice(xi, count * self.parameters) }))
            }
            _ => Err(failed(Fault::TooMany(n, self.parameters))),
        }
    }
}

/// # Safety
/// `pointer` must point to `length` values that stay unchanged for `'a`.
unsafe fn slice<'a>(pointer: *const f64, length: usize) -> &'a [f64] {
    // SAFETY: promised by the caller.
    unsafe { Slice { ptr: pointer, len: length }.as_slice() }
}

/// Copies an answer out, once it is known to have the right length.
///
/// # Safety
/// There must be room for `expected` values at `out`.
unsafe fn answer(
    what: &'static str,
    values: &[f64],
    expected: usize,
    out: *mut f64,
) -> Result<(), OracleError> {
    if values.len() != expected {
        return Err(failed(Fault::Size { what, expected, found: values.len() }));
    }
    // SAFETY: promised by the caller; what the oracle just made does not overlap the plugin's room.
    unsafe { ptr::copy_nonoverlapping(values.as_ptr(), out, expected) };
    Ok(())
}

fn failed(fault: Fault) -> OracleError {
    OracleError::Failed(Box::new(fault))
}

/// Runs one question: refuses other threads and questions within questions, stops panics, keeps the oracle's error.
///
/// # Safety
/// `context` must come from [`Bridge::table`] of a bridge that is alive; `error` must be null or an error buffer to write.
unsafe fn ask(
    context: *mut c_void,
    error: *mut ErrorBuffer,
    question: impl FnOnce(&Bridge<'_>, &mut State<'_>) -> Result<(), OracleError>,
) -> Status {
    let refuse = |status: Status, message: &str| {
        // SAFETY: promised by the caller.
        if let Some(buffer) = unsafe { error.as_mut() } {
            buffer.set(message);
        }
        status
    };
    // SAFETY: promised by the caller. Other threads read `thread` only, which never changes.
    let bridge = unsafe { context.cast_const().cast::<Bridge<'_>>().as_ref() };
    let Some(bridge) = bridge else {
        return refuse(status::INVALID_ARGUMENT, "the oracle's context is missing");
    };
    if bridge.thread != thread::current().id() {
        return refuse(
            status::INVALID_ARGUMENT,
            "an oracle must be asked on the thread that called the estimator",
        );
    }
    let Ok(mut state) = bridge.state.try_borrow_mut() else {
        return refuse(status::INVALID_ARGUMENT, "an oracle must not be asked while it answers");
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| question(bridge, &mut state)));
    let failure = match outcome.unwrap_or_else(|payload| Err(failed(Fault::Panicked(describe(&*payload))))) {
        Ok(()) => return status::OK,
        Err(OracleError::Absent) => return status::ABSENT,
        Err(OracleError::Failed(failure)) => failure,
    };
    let message = failure.to_string();
    state.failure.get_or_insert(failure);
    refuse(status::FAILED, &message)
}

fn describe(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref().cloned()).unwrap_or_default()
}

unsafe extern "C" fn features_at(
    context: *mut c_void,
    xi: *const f64,
    n: u64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    // SAFETY: the estimator's pointers, as the table says.
    unsafe {
        ask(context, error, |bridge, state| {
            let (n, xi) = bridge.points(xi, n)?;
            let values = state.oracle.features_at(xi)?;
            answer("features", &values, n * bridge.features, out)
        })
    }
}

unsafe extern "C" fn derivative_at(
    context: *mut c_void,
    xi: *const f64,
    direction: *const f64,
    n: u64,
    out: *mut f64,
    out_error: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    // SAFETY: the estimator's pointers, as the table says.
    unsafe {
        ask(context, error, |bridge, state| {
            let ((n, xi), (_, direction)) = (bridge.points(xi, n)?, bridge.points(direction, n)?);
            let (values, errors) = state.oracle.derivative_at(xi, direction)?;
            answer("derivatives", &values, n * bridge.features, out)?;
            answer("errors of derivatives", &errors, n, out_error)
        })
    }
}

unsafe extern "C" fn distance_at(
    context: *mut c_void,
    anchor: *const f64,
    xi: *const f64,
    n: u64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    // SAFETY: the estimator's pointers, as the table says.
    unsafe {
        ask(context, error, |bridge, state| {
            let ((_, anchor), (n, xi)) = (bridge.points(anchor, 1)?, bridge.points(xi, n)?);
            let values = state.oracle.distance_at(anchor, xi)?;
            answer("distances", &values, n, out)
        })
    }
}

unsafe extern "C" fn local_m_at(
    context: *mut c_void,
    xi: *const f64,
    n: u64,
    corollary1: *mut f64,
    exact: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    // SAFETY: the estimator's pointers, as the table says.
    unsafe {
        ask(context, error, |bridge, state| {
            let (n, xi) = bridge.points(xi, n)?;
            let m = state.oracle.local_m_at(xi)?;
            answer("local M", &m.corollary1, n, corollary1)?;
            answer("local M", &m.exact, n, exact)
        })
    }
}

unsafe extern "C" fn growth_over(
    context: *mut c_void,
    low: *const f64,
    high: *const f64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    // SAFETY: the estimator's pointers, as the table says.
    unsafe {
        ask(context, error, |bridge, state| {
            let ((_, low), (_, high)) = (bridge.points(low, 1)?, bridge.points(high, 1)?);
            let growth = state.oracle.growth_over(low, high)?.ok_or(OracleError::Absent)?;
            answer("growth bounds", &growth, bridge.parameters, out)?;
            state.growth_was_proven = true;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::oracle::LocalM;

    /// One parameter, one feature: xi itself.
    struct Identity;

    impl Oracle for Identity {
        fn parameters(&self) -> usize {
            1
        }
        fn features(&self) -> usize {
            1
        }
        fn range(&self) -> (&[f64], &[f64]) {
            (&[0.0], &[1.0])
        }
        fn max_evaluations(&self) -> u64 {
            1
        }
        fn features_at(&mut self, xi: &[f64]) -> Result<Vec<f64>, OracleError> {
            Ok(xi.to_vec())
        }
        fn derivative_at(&mut self, _: &[f64], _: &[f64]) -> Result<(Vec<f64>, Vec<f64>), OracleError> {
            Err(OracleError::Absent)
        }
        fn distance_at(&mut self, _: &[f64], _: &[f64]) -> Result<Vec<f64>, OracleError> {
            Err(OracleError::Absent)
        }
        fn local_m_at(&mut self, _: &[f64]) -> Result<LocalM, OracleError> {
            Err(OracleError::Absent)
        }
    }

    /// What a question comes to, with the answer and the message.
    fn question(context: *mut c_void, n: u64) -> (Status, f64, String) {
        let mut buffer = ErrorBuffer::new();
        let (xi, mut out) = ([0.5], f64::NAN);
        // SAFETY: a living bridge; one point in, one value out, or a count that is refused.
        let status = unsafe { features_at(context, xi.as_ptr(), n, &raw mut out, &raw mut buffer) };
        (status, out, buffer.message())
    }

    #[test]
    fn only_the_calling_thread_is_answered() {
        let mut oracle = Identity;
        let bridge = Bridge::new(&mut oracle);
        let table = bridge.table(&[0.0], &[1.0]);
        assert_eq!(question(table.context, 1), (status::OK, 0.5, String::new()));
        let address = table.context.expose_provenance();
        let elsewhere = thread::spawn(move || question(ptr::with_exposed_provenance_mut(address), 1));
        let (status, out, message) = elsewhere.join().unwrap();
        assert_eq!(status, status::INVALID_ARGUMENT);
        assert!(out.is_nan() && message.contains("on the thread that called"), "{message}");
        assert!(bridge.finish().0.is_none());
    }

    #[test]
    fn a_question_within_a_question_is_refused() {
        let mut oracle = Identity;
        let bridge = Bridge::new(&mut oracle);
        let table = bridge.table(&[0.0], &[1.0]);
        let _answering = bridge.state.borrow_mut();
        assert_eq!(question(table.context, 1).0, status::INVALID_ARGUMENT);
    }

    #[test]
    fn counts_beyond_memory_are_refused() {
        let mut oracle = Identity;
        let bridge = Bridge::new(&mut oracle);
        let table = bridge.table(&[0.0], &[1.0]);
        assert_eq!(question(table.context, u64::MAX).0, status::FAILED);
        assert!(bridge.finish().0.is_some());
    }
}
