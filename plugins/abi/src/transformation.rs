use core::ffi::c_void;

use crate::{ErrorBuffer, Head, Images, ImagesMut, Parameter, Slice, Status};

/// The values of [`TransformationTable::class`].
pub mod class {
    /// tau(theta, tau(xi, x)) = tau(theta + xi, x), exactly in real arithmetic, without clipping; the identity is 0. Where
    /// `levels` says that there are finitely many, tau(theta + gamma(0, xi), x) with gamma(0, xi) from `compose`: the level
    /// that xi acts like.
    pub const ADDITIVE: u32 = 0;
    /// tau(theta, tau(xi, x)) = tau(gamma(theta, xi), x), and `law_of_gamma` states the law of gamma for Gaussian theta.
    pub const RESOLVABLE: u32 = 1;
    /// Nothing is promised about compositions.
    pub const NON_RESOLVABLE: u32 = 2;
}

/// A transformation tau(xi, x) with m parameters. Functions other than `apply` may be null: the plugin does not know.
/// Arrays of parameters are row-major, m values a point. May grow at the tail.
#[repr(C)]
#[derive(Debug)]
pub struct TransformationTable {
    /// Kind [`plugin_kind::TRANSFORMATION`](crate::plugin_kind::TRANSFORMATION).
    pub head: Head,
    /// The m parameters, at least one.
    pub parameters: Slice<Parameter>,
    /// One of [`class`].
    pub class: u32,
    /// Zero.
    pub padding: u32,
    /// Transforms image i by parameters i (n x m). A deterministic function of image and parameters, whatever the batch; at the
    /// identity the output is the input bit for bit. Every output must be finite. Required.
    pub apply: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            images: *const Images,
            parameters: *const f64,
            out: *const ImagesMut,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// gamma(theta, xi) for n pairs, n x m each. Without it nothing is certified of compositions of an additive transformation with
    /// `levels`.
    pub compose: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            theta: *const f64,
            xi: *const f64,
            n: u64,
            gamma: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// For Gaussian theta of mean 0 with independent coordinates, and each xi: gamma(theta, xi) has independent Gaussian
    /// coordinates with mean `shift` and standard deviation `scale` times theta's (n x m each). Required for
    /// [`class::RESOLVABLE`].
    pub law_of_gamma: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            xi: *const f64,
            n: u64,
            shift: *mut f64,
            scale: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// For one anchor and n points xi: the parameters that take tau(anchor, x) to tau(xi, x), n x m.
    pub relative: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            anchor: *const f64,
            xi: *const f64,
            n: u64,
            out: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// For one image and a box: m proven bounds, the j-th on the l2 norm (over pixels) of d tau(xi, x) / d xi_j for all xi of
    /// the box, rounded up.
    pub lipschitz: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            image: *const Images,
            low: *const f64,
            high: *const f64,
            bound: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// For one image and a box: a proven bound on the l2 distance (over pixels) between the computed and the exact tau(xi, x),
    /// for all xi of the box.
    pub rounding: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            image: *const Images,
            low: *const f64,
            high: *const f64,
            bound: *mut f64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
    /// All parameter points inside the box that act differently on images of shape c x h x w, for transformations with finitely
    /// many, row-major. At least one: every point of the box acts like one of them. On entry `*count` is the room in `out` in values, on return the number of values there are; they are
    /// written only where they fit, so that the host calls twice, first with no room and a null `out`.
    pub levels: Option<
        unsafe extern "C" fn(
            instance: *const c_void,
            c: u64,
            h: u64,
            w: u64,
            low: *const f64,
            high: *const f64,
            out: *mut f64,
            count: *mut u64,
            error: *mut ErrorBuffer,
        ) -> Status,
    >,
}
