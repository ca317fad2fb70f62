//! Arrays of the C side as slices; null with length 0 is the empty slice.

use gsmooth_plugin_abi::{Slice, Status, status};

use crate::{Error, Result};

/// # Safety
/// `pointer` must be null with `length` 0, or point to `length` valid elements that stay unchanged for `'a`.
pub(crate) unsafe fn slice<'a, T>(pointer: *const T, length: usize) -> &'a [T] {
    // SAFETY: promised by the caller.
    unsafe { Slice { ptr: pointer, len: length }.as_slice() }
}

/// # Safety
/// `pointer` must be null with `length` 0, or point to `length` initialised elements that nobody else uses for `'a`.
pub(crate) unsafe fn slice_mut<'a, T>(pointer: *mut T, length: usize) -> &'a mut [T] {
    if pointer.is_null() {
        return &mut [];
    }
    // SAFETY: promised by the caller.
    unsafe { core::slice::from_raw_parts_mut(pointer, length) }
}

/// A number of elements, from the C side.
pub(crate) fn count(n: u64) -> Result<usize> {
    usize::try_from(n)
        .map_err(|_| Error::invalid_argument(format_args!("{n} elements do not fit into memory")))
}

/// n * m, checked.
pub(crate) fn product(n: usize, m: usize) -> Result<usize> {
    n.checked_mul(m)
        .ok_or_else(|| Error::invalid_argument(format_args!("{n} x {m} values do not fit into memory")))
}

/// A status of the host as a result.
pub(crate) fn check(status: Status, what: &str, message: impl FnOnce() -> String) -> Result {
    match status {
        status::OK => Ok(()),
        status::ABSENT => {
            Err(Error::with_status(status, format_args!("the host does not offer {what} here")))
        }
        other => Err(Error::with_status(other, format_args!("{what}: {}", message()))),
    }
}
