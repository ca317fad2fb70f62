use core::str::Utf8Error;

/// UTF-8 text without a terminating zero. Whoever hands it out owns the bytes; in tables they live as long as the library,
/// in arguments until the call returns. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Str {
    /// First byte; may be null when `len` is 0.
    pub ptr: *const u8,
    /// Length in bytes.
    pub len: usize,
}

/// An array that somebody else owns. Frozen.
#[repr(C)]
#[derive(Debug)]
pub struct Slice<T> {
    /// First element; may be null when `len` is 0.
    pub ptr: *const T,
    /// Number of elements.
    pub len: usize,
}

// SAFETY: a `Str` is an address and a length; reading through it is an unsafe act of its own.
unsafe impl Send for Str {}
// SAFETY: as above; the bytes behind a `Str` are never written.
unsafe impl Sync for Str {}
// SAFETY: a `Slice` gives shared access to its elements only, and only through an unsafe act.
unsafe impl<T: Sync> Send for Slice<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Slice<T> {}

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slice<T> {}

impl Str {
    /// Text that lives as long as the library.
    pub const fn new(text: &'static str) -> Self {
        Self::borrow(text)
    }

    /// Text for the duration of a call. The caller keeps `text` alive for as long as the other side may read it.
    pub const fn borrow(text: &str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len() }
    }

    /// The empty text.
    pub const EMPTY: Self = Self::new("");

    /// The bytes.
    ///
    /// # Safety
    /// `ptr` must be null with `len` 0, or point to `len` readable bytes that stay unchanged for `'a`.
    pub const unsafe fn as_bytes<'a>(self) -> &'a [u8] {
        if self.ptr.is_null() {
            return &[];
        }
        // SAFETY: promised by the caller.
        unsafe { core::slice::from_raw_parts(self.ptr, self.len) }
    }

    /// The text.
    ///
    /// # Safety
    /// As for [`Str::as_bytes`].
    ///
    /// # Errors
    /// The bytes are not UTF-8.
    pub const unsafe fn as_str<'a>(self) -> Result<&'a str, Utf8Error> {
        // SAFETY: promised by the caller.
        core::str::from_utf8(unsafe { self.as_bytes() })
    }
}

impl<T> Slice<T> {
    /// An array that lives as long as the library.
    pub const fn new(elements: &'static [T]) -> Self {
        Self::borrow(elements)
    }

    /// An array for the duration of a call. The caller keeps `elements` alive for as long as the other side may read it.
    pub const fn borrow(elements: &[T]) -> Self {
        Self { ptr: elements.as_ptr(), len: elements.len() }
    }

    /// The empty array.
    pub const EMPTY: Self = Self { ptr: core::ptr::null(), len: 0 };

    /// The elements.
    ///
    /// # Safety
    /// `ptr` must be null with `len` 0, or be aligned and point to `len` valid elements that stay unchanged for `'a`.
    pub const unsafe fn as_slice<'a>(self) -> &'a [T] {
        if self.ptr.is_null() {
            return &[];
        }
        // SAFETY: promised by the caller.
        unsafe { core::slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl Slice<Str> {
    /// An array of texts, from literals.
    pub const fn of_texts(texts: &'static [&'static str]) -> Self {
        Self { ptr: texts.as_ptr().cast(), len: texts.len() }
    }
}

/// `Slice::of_texts` reads a `&str` as a [`Str`]. Rust does not promise that layout, so the compiler is asked, by looking at
/// one: were pointer and length the other way round, this constant would not evaluate and the crate would not compile.
const _: () = {
    assert!(size_of::<&str>() == size_of::<Str>() && align_of::<&str>() == align_of::<Str>());
    let text: &'static str = "layout";
    // SAFETY: same size; every bit pattern of a `&str` is a valid `Str`, whose fields are a raw pointer and an integer.
    let same: Str = unsafe { core::mem::transmute(text) };
    assert!(same.len == 6);
    // SAFETY: the assertion above, and the constant evaluator checks the pointer.
    assert!(unsafe { *same.ptr.add(5) } == b't');
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_the_round_trip() {
        static TEXTS: &[&str] = &["", "zero", "größer"];
        let slice = Slice::of_texts(TEXTS);
        // SAFETY: both come from statics.
        let back: Vec<_> =
            unsafe { slice.as_slice() }.iter().map(|s| unsafe { s.as_str() }.unwrap()).collect();
        assert_eq!(back, TEXTS);
    }

    #[test]
    fn null_is_empty() {
        let text = Str { ptr: core::ptr::null(), len: 0 };
        // SAFETY: null with length 0.
        assert_eq!(unsafe { text.as_str() }, Ok(""));
        // SAFETY: as above.
        assert!(unsafe { Slice::<f64>::EMPTY.as_slice() }.is_empty());
    }
}
