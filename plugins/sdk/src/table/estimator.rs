use core::ffi::c_void;

use gsmooth_plugin_abi::{
    self as abi, ErrorBuffer, EstimatorTable, OptionSpec, Status, bound_kind, plugin_kind,
};

use super::{Described, Plugin, head, instance};
use crate::guard::guard;
use crate::{Kind, MEstimator, Options, Oracle, Result, raw};

struct Of<T>(T);

impl<T: MEstimator> Plugin for Of<T> {
    const DECLARED: &'static [OptionSpec] = T::OPTIONS;
    fn make(options: &Options<'_>) -> Result<Self> {
        T::create(options).map(Of)
    }
}

/// The C table of an estimator.
pub const fn estimator_table<T: MEstimator>(version: &'static str) -> EstimatorTable {
    EstimatorTable {
        head: head::<Of<T>>(Described {
            size: size_of::<EstimatorTable>(),
            kind: plugin_kind::ESTIMATOR,
            thread_safe: T::THREAD_SAFE,
            id: T::ID,
            doc: T::DOC,
            version,
        }),
        bound: Some(bound::<T>),
    }
}

unsafe extern "C" fn bound<T: MEstimator>(
    this: *const c_void,
    oracle: *const abi::Oracle,
    anchor: *const f64,
    low: *const f64,
    high: *const f64,
    out: *mut abi::Bound,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        // SAFETY: the host's instance and oracle, on the thread that called.
        let (Of(this), oracle) = unsafe { (instance::<Of<T>>(this)?, Oracle::from_abi(oracle)?) };
        let m = oracle.parameters();
        // SAFETY: m values each.
        let (anchor, low, high) = unsafe { (raw::slice(anchor, m), raw::slice(low, m), raw::slice(high, m)) };
        let bound = this.bound(&oracle, anchor, low, high)?;
        let kind = match bound.kind {
            Kind::Estimated => bound_kind::ESTIMATED,
            Kind::Proven => bound_kind::PROVEN,
        };
        // SAFETY: room for one bound.
        unsafe {
            out.write(abi::Bound { value: bound.value, kind, padding: 0, evaluations: bound.evaluations })
        };
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}
