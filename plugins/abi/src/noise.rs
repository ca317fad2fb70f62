use core::ffi::c_void;

use crate::{ErrorBuffer, Head, Status};

/// A real function at n points: `out[i]` for `x[i]`.
pub type Map = unsafe extern "C" fn(
    instance: *const c_void,
    x: *const f64,
    n: u64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status;

/// A log-concave law of one coordinate; several coordinates are independent. All functions are required and pure. May grow at
/// the tail.
#[repr(C)]
#[derive(Debug)]
pub struct NoiseTable {
    /// Kind [`plugin_kind::NOISE`](crate::plugin_kind::NOISE).
    pub head: Head,
    /// The closed interval that carries the law; ends may be infinite.
    pub support: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            low: *mut f64,
            high: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// n samples, the i-th from the i-th of n independent uniform 64-bit words alone. Every sample must be finite.
    pub sample: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            words: *const u64,
            n: u64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// P(theta <= x), accurate relative to itself in the lower tail.
    pub cdf: Option<Map>,
    /// P(theta > x), accurate relative to itself in the upper tail.
    pub sf: Option<Map>,
    /// The x with cdf(x) = p; the ends of the support for p = 0 and p = 1.
    pub quantile: Option<Map>,
    /// The x with sf(x) = p; the ends of the support for p = 1 and p = 0.
    pub isf: Option<Map>,
    /// Natural logarithm of the density; minus infinity outside the support.
    pub log_density: Option<Map>,
}
