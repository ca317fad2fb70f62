use core::ffi::c_void;

use crate::{ErrorBuffer, Head, Status};

/// The values of [`Bound::kind`].
pub mod bound_kind {
    /// A maximum over sampled points.
    pub const ESTIMATED: u32 = 0;
    /// A bound that holds between the points too. It counts only where [`Oracle::growth_over`](crate::Oracle) answered.
    pub const PROVEN: u32 = 1;
}

/// What an M-estimator may ask of the host, batched: points xi are n x `parameters`, row-major. Distances D are in units of the
/// noise (the equivalent Gaussian distance). All functions must be called on the thread that called `bound`, before it returns,
/// with `context` as the first argument. Any of them may be null, or return
/// [`status::ABSENT`](crate::status::ABSENT): this case has no such answer. Any other status that is not OK ends the
/// certificate, and `bound` should return it. May grow at the tail.
#[repr(C)]
#[derive(Debug)]
pub struct Oracle {
    /// Bytes of this structure that the host knows.
    pub size: usize,
    /// First argument of the functions.
    pub context: *mut c_void,
    /// Number m of parameters.
    pub parameters: u64,
    /// Length of a feature vector.
    pub features: u64,
    /// Low ends of the whole range, m values.
    pub low: *const f64,
    /// High ends of the whole range, m values.
    pub high: *const f64,
    /// F2(tau(xi, x)), n x features.
    pub features_at: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            xi: *const f64,
            n: u64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// Directional derivatives of F2(tau(xi, x)) at n points along n directions, by finite differences: n x features values,
    /// and n estimates of their l2 errors.
    pub derivative_at: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            xi: *const f64,
            direction: *const f64,
            n: u64,
            out: *mut f64,
            out_error: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// D between the anchor (m values) and each xi, n values.
    pub distance_at: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            anchor: *const f64,
            xi: *const f64,
            n: u64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// At each xi the paper's M, sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2), and the exact metric norm of J; n values each.
    pub local_m_at: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            xi: *const f64,
            n: u64,
            corollary1: *mut f64,
            exact: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// m proven bounds: how fast D can grow per unit of each parameter anywhere in the box.
    pub growth_over: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            low: *const f64,
            high: *const f64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// How many points the user allows an estimator to evaluate per bound.
    pub max_evaluations: u64,
}

/// An upper bound on the supremum of D between an anchor and the points of a box. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// Units of the noise; not negative; infinity where nothing is known.
    pub value: f64,
    /// One of [`bound_kind`].
    pub kind: u32,
    /// Zero.
    pub padding: u32,
    /// Points evaluated.
    pub evaluations: u64,
}

/// An M-estimator. May grow at the tail.
#[repr(C)]
#[derive(Debug)]
pub struct EstimatorTable {
    /// Kind [`plugin_kind::ESTIMATOR`](crate::plugin_kind::ESTIMATOR).
    pub head: Head,
    /// Bounds D between `anchor` and the points of the box [`low`, `high`] (m values each). Required.
    pub bound: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            oracle: *const Oracle,
            anchor: *const f64,
            low: *const f64,
            high: *const f64,
            out: *mut Bound,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
}
