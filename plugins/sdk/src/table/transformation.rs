use core::ffi::c_void;

use gsmooth_plugin_abi::{
    self as abi, ErrorBuffer, OptionSpec, Slice, Status, TransformationTable, class, plugin_kind,
};

use super::{Described, Plugin, head, instance};
use crate::guard::guard;
use crate::{Class, Error, Image, Images, ImagesMut, Options, Result, Transformation, raw};

struct Of<T>(T);

impl<T: Transformation> Plugin for Of<T> {
    const DECLARED: &'static [OptionSpec] = T::OPTIONS;
    fn make(options: &Options<'_>) -> Result<Self> {
        T::create(options).map(Of)
    }
}

/// The C table of a transformation.
pub const fn transformation_table<T: Transformation>(version: &'static str) -> TransformationTable {
    TransformationTable {
        head: head::<Of<T>>(Described {
            size: size_of::<TransformationTable>(),
            kind: plugin_kind::TRANSFORMATION,
            thread_safe: T::THREAD_SAFE,
            id: T::ID,
            doc: T::DOC,
            version,
        }),
        parameters: Slice::new(T::PARAMETERS),
        class: match T::CLASS {
            Class::Additive => class::ADDITIVE,
            Class::Resolvable => class::RESOLVABLE,
            Class::NonResolvable => class::NON_RESOLVABLE,
        },
        padding: 0,
        apply: Some(apply::<T>),
        // With levels, xi acts like one of them: theta + xi would be a guess that only the author can make good.
        compose: if T::COMPOSE.is_some() || matches!((T::CLASS, T::LEVELS), (Class::Additive, None)) {
            Some(compose::<T>)
        } else {
            None
        },
        law_of_gamma: if T::LAW_OF_GAMMA.is_some() { Some(law_of_gamma::<T>) } else { None },
        relative: if T::RELATIVE.is_some() { Some(relative::<T>) } else { None },
        lipschitz: if T::LIPSCHITZ.is_some() { Some(lipschitz::<T>) } else { None },
        rounding: if T::ROUNDING.is_some() { Some(rounding::<T>) } else { None },
        levels: if T::LEVELS.is_some() { Some(levels::<T>) } else { None },
    }
}

/// The function behind a pointer that is in the table only if there is one.
fn given<F>(function: Option<F>) -> Result<F> {
    function.ok_or_else(|| Error::new("the plugin does not have this function"))
}

unsafe extern "C" fn apply<T: Transformation>(
    this: *const c_void,
    images: *const abi::Images,
    parameters: *const f64,
    out: *const abi::ImagesMut,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        // SAFETY: the host's instance, images and room, borrowed for the call.
        let (Of(this), images, out) =
            unsafe { (instance::<Of<T>>(this)?, Images::from_abi(images)?, ImagesMut::from_abi(out)?) };
        if images.pixels.len() != out.pixels.len() {
            return Err(Error::invalid_argument("input and output differ in size"));
        }
        let count = raw::product(images.count, T::PARAMETERS.len())?;
        // SAFETY: n x m parameters.
        this.apply_batch(images, unsafe { raw::slice(parameters, count) }, out)
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

/// The rows of n x m values at `pointer`.
///
/// # Safety
/// There must be n x m values, unchanged for `'a`.
unsafe fn rows<'a>(pointer: *const f64, n: usize, m: usize) -> Result<core::slice::ChunksExact<'a, f64>> {
    // SAFETY: promised by the caller.
    Ok(unsafe { raw::slice(pointer, raw::product(n, m)?) }.chunks_exact(m.max(1)))
}

/// # Safety
/// There must be room for n x m values, nobody else's for `'a`.
unsafe fn rows_mut<'a>(
    pointer: *mut f64,
    n: usize,
    m: usize,
) -> Result<core::slice::ChunksExactMut<'a, f64>> {
    // SAFETY: promised by the caller.
    Ok(unsafe { raw::slice_mut(pointer, raw::product(n, m)?) }.chunks_exact_mut(m.max(1)))
}

unsafe extern "C" fn compose<T: Transformation>(
    this: *const c_void,
    theta: *const f64,
    xi: *const f64,
    n: u64,
    gamma: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let (n, m) = (raw::count(n)?, T::PARAMETERS.len());
        // SAFETY: the host's instance, and n x m values each.
        let (Of(this), theta, xi, gamma) = unsafe {
            (instance::<Of<T>>(this)?, rows(theta, n, m)?, rows(xi, n, m)?, rows_mut(gamma, n, m)?)
        };
        for ((theta, xi), gamma) in theta.zip(xi).zip(gamma) {
            match T::COMPOSE {
                Some(compose) => compose(this, theta, xi, gamma)?,
                // Additive.
                None => {
                    gamma.iter_mut().zip(theta).zip(xi).for_each(|((gamma, theta), xi)| *gamma = theta + xi)
                }
            }
        }
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn law_of_gamma<T: Transformation>(
    this: *const c_void,
    xi: *const f64,
    n: u64,
    shift: *mut f64,
    scale: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let (n, m) = (raw::count(n)?, T::PARAMETERS.len());
        let law = given(T::LAW_OF_GAMMA)?;
        // SAFETY: the host's instance, and n x m values each.
        let (Of(this), xi, shift, scale) = unsafe {
            (instance::<Of<T>>(this)?, rows(xi, n, m)?, rows_mut(shift, n, m)?, rows_mut(scale, n, m)?)
        };
        xi.zip(shift).zip(scale).try_for_each(|((xi, shift), scale)| law(this, xi, shift, scale))
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn relative<T: Transformation>(
    this: *const c_void,
    anchor: *const f64,
    xi: *const f64,
    n: u64,
    out: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let (n, m) = (raw::count(n)?, T::PARAMETERS.len());
        let relative = given(T::RELATIVE)?;
        // SAFETY: the host's instance, m values of the anchor, and n x m values each of the others.
        let (Of(this), anchor, xi, out) = unsafe {
            (instance::<Of<T>>(this)?, raw::slice(anchor, m), rows(xi, n, m)?, rows_mut(out, n, m)?)
        };
        xi.zip(out).try_for_each(|(xi, out)| relative(this, anchor, xi, out))
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

/// The one image of a call that takes one.
///
/// # Safety
/// As for [`Images::from_abi`].
unsafe fn single<'a>(images: *const abi::Images) -> Result<Image<'a>> {
    // SAFETY: promised by the caller.
    let images = unsafe { Images::from_abi(images)? };
    if images.count == 1 {
        Ok(images.image(0))
    } else {
        Err(Error::invalid_argument("exactly one image is wanted"))
    }
}

unsafe extern "C" fn lipschitz<T: Transformation>(
    this: *const c_void,
    image: *const abi::Images,
    low: *const f64,
    high: *const f64,
    bound: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let m = T::PARAMETERS.len();
        let lipschitz = given(T::LIPSCHITZ)?;
        // SAFETY: the host's instance and image, and m values each.
        let (Of(this), image, low, high, bound) = unsafe {
            let bound = raw::slice_mut(bound, m);
            (instance::<Of<T>>(this)?, single(image)?, raw::slice(low, m), raw::slice(high, m), bound)
        };
        lipschitz(this, image, low, high, bound)
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn rounding<T: Transformation>(
    this: *const c_void,
    image: *const abi::Images,
    low: *const f64,
    high: *const f64,
    bound: *mut f64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let m = T::PARAMETERS.len();
        let rounding = given(T::ROUNDING)?;
        // SAFETY: the host's instance and image, and m values each.
        let (Of(this), image, low, high) =
            unsafe { (instance::<Of<T>>(this)?, single(image)?, raw::slice(low, m), raw::slice(high, m)) };
        let value = rounding(this, image, low, high)?;
        // SAFETY: room for one value.
        unsafe { bound.write(value) };
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}

unsafe extern "C" fn levels<T: Transformation>(
    this: *const c_void,
    c: u64,
    h: u64,
    w: u64,
    low: *const f64,
    high: *const f64,
    out: *mut f64,
    count: *mut u64,
    error: *mut ErrorBuffer,
) -> Status {
    let call = || {
        let m = T::PARAMETERS.len();
        let levels = given(T::LEVELS)?;
        // SAFETY: the host's instance, and m values each.
        let (Of(this), low, high) =
            unsafe { (instance::<Of<T>>(this)?, raw::slice(low, m), raw::slice(high, m)) };
        let values = levels(this, [raw::count(c)?, raw::count(h)?, raw::count(w)?], low, high)?;
        // SAFETY: one number, written below.
        let room = raw::count(unsafe { count.read() })?;
        if room >= values.len() {
            // SAFETY: room for `room` values.
            unsafe { raw::slice_mut(out, values.len()) }.copy_from_slice(&values);
        }
        // SAFETY: as above.
        unsafe { count.write(values.len() as u64) };
        Ok(())
    };
    // SAFETY: the host's buffer.
    unsafe { guard(error, call) }
}
