use core::ffi::c_void;

use gsmooth_plugin_abi::{ErrorBuffer, Map, NoiseTable, OptionSpec, Status, plugin_kind};

use super::{Described, Plugin, head, instance};
use crate::guard::guard;
use crate::{NoiseDistribution, Options, Result, raw};

struct Of<T>(T);

impl<T: NoiseDistribution> Plugin for Of<T> {
    const DECLARED: &'static [OptionSpec] = T::OPTIONS;
    fn make(options: &Options<'_>) -> Result<Self> {
        T::create(options).map(Of)
    }
}

/// The C table of a noise law.
pub const fn noise_table<T: NoiseDistribution>(version: &'static str) -> NoiseTable {
    NoiseTable {
        head: head::<Of<T>>(Described {
            size: size_of::<NoiseTable>(),
            kind: plugin_kind::NOISE,
            thread_safe: T::THREAD_SAFE,
            id: T::ID,
            doc: T::DOC,
            version,
        }),
        support: Some(support::<T>),
        sample: Some(sample::<T>),
        cdf: Some(cdf::<T> as Map),
        sf: Some(sf::<T> as Map),
        quantile: Some(quantile::<T> as Map),
        isf: Some(isf::<T> as Map),
        log_density: Some(log_density::<T> as Map),
    }
}

unsafe extern "C" fn support<T: NoiseDistribution>(
    this: *const c_void,
    low: *mut f64,
    high: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        // SAFETY: the host's instance.
        let Of(this) = unsafe { instance::<Of<T>>(this)? };
        let ends = this.support();
        // SAFETY: room for one value each.
        unsafe {
            low.write(ends.0);
            high.write(ends.1);
        }
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn sample<T: NoiseDistribution>(
    this: *const c_void,
    words: *const u64,
    n: u64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let n = raw::count(n)?;
        // SAFETY: the host's instance, n words, and room for n samples.
        let (Of(this), words, out) =
            unsafe { (instance::<Of<T>>(this)?, raw::slice(words, n), raw::slice_mut(out, n)) };
        this.sample(words, out)
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

/// A trampoline of type [`Map`] for a method `fn(&self, f64) -> f64`.
macro_rules! map {
    ($name:ident) => {
        unsafe extern "C" fn $name<T: NoiseDistribution>(
            this: *const c_void,
            x: *const f64,
            n: u64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status {
            let call = || {
                let n = raw::count(n)?;
                // SAFETY: the host's instance.
                let Of(this) = unsafe { instance::<Of<T>>(this)? };
                // SAFETY: n arguments, and room for n values.
                let (x, out) = unsafe { (raw::slice(x, n), raw::slice_mut(out, n)) };
                out.iter_mut().zip(x).for_each(|(out, &x)| *out = this.$name(x));
                Ok(())
            };
            // SAFETY: the host's buffer.
            unsafe { guard(error, call) }
        }
    };
}

map!(cdf);
map!(sf);
map!(quantile);
map!(isf);
map!(log_density);
