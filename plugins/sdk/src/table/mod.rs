//! C tables for Rust traits: one generic trampoline a function.

mod estimator;
mod noise;
mod transformation;

use core::ffi::c_void;

use gsmooth_plugin_abi::{ErrorBuffer, Head, Host, OptionSpec, OptionValue, Slice, Status, Str, flags};

use crate::guard::{catch, guard};
use crate::{Error, Options, Result, host, raw};

pub use estimator::estimator_table;
pub use noise::noise_table;
pub use transformation::transformation_table;

/// What the three traits have in common.
trait Plugin: Sized + Send + Sync + 'static {
    const DECLARED: &'static [OptionSpec];
    fn make(options: &Options<'_>) -> Result<Self>;
}

struct Described {
    size: usize,
    kind: u32,
    thread_safe: bool,
    id: &'static str,
    doc: &'static str,
    version: &'static str,
}

const fn head<P: Plugin>(described: Described) -> Head {
    Head {
        size: described.size,
        kind: described.kind,
        flags: if described.thread_safe { flags::THREAD_SAFE } else { 0 },
        id: Str::new(described.id),
        version: Str::new(described.version),
        doc: Str::new(described.doc),
        options: Slice::new(P::DECLARED),
        create: Some(create::<P>),
        destroy: Some(destroy::<P>),
    }
}

unsafe extern "C" fn create<P: Plugin>(
    host: *const Host,
    values: *const OptionValue,
    count: usize,
    out: *mut *mut c_void,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        // SAFETY: the host's `Host` lives as long as the process.
        unsafe { host::remember(host) };
        // SAFETY: `count` values, borrowed for the call.
        let options = unsafe { Options::from_abi(P::DECLARED, raw::slice(values, count))? };
        let instance = Box::into_raw(Box::new(P::make(&options)?));
        // SAFETY: the host gives room for one pointer.
        unsafe { out.write(instance.cast()) };
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn destroy<P: Plugin>(instance: *mut c_void) {
    if instance.is_null() {
        return;
    }
    // SAFETY: made by `create`, and not used any more. A panic in `drop` leaves nobody to tell.
    let _ = catch(|| drop(unsafe { Box::from_raw(instance.cast::<P>()) }));
}

/// # Safety
/// `instance` must be null or come from `create::<P>`, and live for `'a`.
unsafe fn instance<'a, P: Plugin>(instance: *const c_void) -> Result<&'a P> {
    // SAFETY: promised by the caller.
    unsafe { instance.cast::<P>().as_ref() }.ok_or_else(|| Error::invalid_argument("no instance"))
}
