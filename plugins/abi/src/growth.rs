//! Reading structures that grow: an old plugin in a new host, and a new plugin in an old one.

use core::mem::{MaybeUninit, offset_of};

use crate::{Entry, EstimatorTable, Host, NoiseTable, Oracle, Slice, TableRef, TransformationTable};

/// A structure that may grow at the tail within a major version. Fields that are appended count as zero, which for functions is
/// null, where the other side does not know them.
///
/// # Safety
/// The type is `repr(C)` and begins with its size, a `usize` (or with a [`Head`](crate::Head), which does); `FIRST_SIZE` never
/// changes and is a multiple of its alignment; zero is a valid value of each byte from there on.
pub unsafe trait Grows: Sized {
    /// Bytes of version 1.0: what every library and every host of this major version knows.
    const FIRST_SIZE: usize;
}

/// Bytes up to the end of a field.
macro_rules! through {
    ($type:ty, $field:ident: $of:ty) => {
        offset_of!($type, $field) + size_of::<$of>()
    };
}

/// A pointer to a function, as it stands in a table.
type Function = Option<unsafe extern "C" fn()>;

// What follows names the last field of version 1.0, and not what comes after it.

// SAFETY: as the trait says; every field after `tables` will be a number, a pointer or an optional function.
unsafe impl Grows for Entry {
    const FIRST_SIZE: usize = through!(Self, tables: Slice<TableRef>);
}
// SAFETY: as above, after `cancelled`.
unsafe impl Grows for Host {
    const FIRST_SIZE: usize = through!(Self, cancelled: Function);
}
// SAFETY: as above, after `levels`.
unsafe impl Grows for TransformationTable {
    const FIRST_SIZE: usize = through!(Self, levels: Function);
}
// SAFETY: as above, after `log_density`.
unsafe impl Grows for NoiseTable {
    const FIRST_SIZE: usize = through!(Self, log_density: Function);
}
// SAFETY: as above, after `max_evaluations`.
unsafe impl Grows for Oracle {
    const FIRST_SIZE: usize = through!(Self, max_evaluations: u64);
}
// SAFETY: as above, after `bound`.
unsafe impl Grows for EstimatorTable {
    const FIRST_SIZE: usize = through!(Self, bound: Function);
}

/// Copies a structure of the other side, which may be older or newer than this one: what both know is copied, what only this
/// side knows is zero, and what only the other side knows is left alone. Its `size` stays what the other side wrote.
///
/// # Safety
/// `from` must be null, or aligned and point to a readable `usize`, which is the size of the structure that begins with it; if
/// that is [`Grows::FIRST_SIZE`] or more, so many bytes must be readable and valid as far as `T` reaches. What the fields point
/// to is the caller's affair.
///
/// # Errors
/// The size found, if it is less than that of version 1.0 (0 for null).
pub unsafe fn read<T: Grows>(from: *const T) -> Result<T, usize> {
    // SAFETY: promised by the caller; nothing else is read before the size is known.
    let size = unsafe { from.cast::<usize>().as_ref() }.copied().unwrap_or(0);
    if size < T::FIRST_SIZE {
        return Err(size);
    }
    // Fields are appended in whole multiples of the alignment, so that a size in between cuts none in two.
    let known = size.min(size_of::<T>()) / align_of::<T>() * align_of::<T>();
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: `known` bytes are readable, and fit.
    unsafe { core::ptr::copy_nonoverlapping(from.cast::<u8>(), copy.as_mut_ptr().cast(), known) };
    // SAFETY: everything up to `FIRST_SIZE` was copied; each byte after it is copied or zero, which is valid there.
    Ok(unsafe { copy.assume_init() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Head, Parameter, Str, plugin_kind};

    /// What the sizes of version 1.0 are. A change means that plugins built before are misread.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_sizes_of_version_1_are_frozen() {
        assert_eq!(Entry::FIRST_SIZE, 56);
        assert_eq!(Host::FIRST_SIZE, 32);
        assert_eq!(TransformationTable::FIRST_SIZE, 176);
        assert_eq!(NoiseTable::FIRST_SIZE, 152);
        assert_eq!(Oracle::FIRST_SIZE, 96);
        assert_eq!(EstimatorTable::FIRST_SIZE, 104);
    }

    /// Nothing has grown yet. Whoever appends a field raises `ABI_MINOR`, and the sizes here part.
    #[test]
    fn nothing_has_grown_in_minor_version_0() {
        assert_eq!(crate::ABI_MINOR, 0);
        assert_eq!(size_of::<Entry>(), Entry::FIRST_SIZE);
        assert_eq!(size_of::<Host>(), Host::FIRST_SIZE);
        assert_eq!(size_of::<TransformationTable>(), TransformationTable::FIRST_SIZE);
        assert_eq!(size_of::<NoiseTable>(), NoiseTable::FIRST_SIZE);
        assert_eq!(size_of::<Oracle>(), Oracle::FIRST_SIZE);
        assert_eq!(size_of::<EstimatorTable>(), EstimatorTable::FIRST_SIZE);
    }

    unsafe extern "C" fn appended() {}

    /// The table of a later minor version.
    #[repr(C)]
    struct Later {
        table: TransformationTable,
        function: Function,
        number: u64,
    }

    // SAFETY: a table, and fields for which zero is valid.
    unsafe impl Grows for Later {
        const FIRST_SIZE: usize = TransformationTable::FIRST_SIZE;
    }

    static PARAMETERS: [Parameter; 1] = [Parameter::new("amount", "1", "Some.", 0.0, 1.0, 0.0)];

    fn table(size: usize) -> TransformationTable {
        TransformationTable {
            head: Head {
                size,
                kind: plugin_kind::TRANSFORMATION,
                flags: 0,
                id: Str::new("old"),
                version: Str::new("1"),
                doc: Str::new(""),
                options: Slice::EMPTY,
                create: None,
                destroy: None,
            },
            parameters: Slice::new(&PARAMETERS),
            class: 2,
            padding: 0,
            apply: None,
            compose: None,
            law_of_gamma: None,
            relative: None,
            lipschitz: None,
            rounding: None,
            levels: None,
        }
    }

    fn id(table: &TransformationTable) -> &str {
        // SAFETY: made above, of a literal.
        unsafe { table.head.id.as_str() }.unwrap()
    }

    #[test]
    fn an_old_table_lacks_what_was_appended() {
        // A box of its own: a tool that watches memory sees any read beyond its end.
        let old = Box::new(table(TransformationTable::FIRST_SIZE));
        // SAFETY: as large as its size says.
        let read = unsafe { read::<Later>((&raw const *old).cast()) }.unwrap();
        assert_eq!(id(&read.table), "old");
        assert_eq!((read.table.class, read.table.parameters.len), (2, 1));
        assert!(read.function.is_none());
        assert_eq!(read.number, 0);
    }

    #[test]
    fn a_new_table_is_read_as_far_as_it_is_known() {
        let new = Box::new(Later { table: table(size_of::<Later>()), function: Some(appended), number: 7 });
        // SAFETY: as large as its size says.
        let known = unsafe { read::<TransformationTable>((&raw const *new).cast()) }.unwrap();
        assert_eq!((id(&known), known.head.size), ("old", size_of::<Later>()));
        // SAFETY: as above.
        let same = unsafe { read::<Later>(&raw const *new) }.unwrap();
        assert!(same.function.is_some());
        assert_eq!(same.number, 7);
    }

    #[test]
    fn a_size_within_a_field_does_not_cut_it_in_two() {
        let new = Box::new(Later {
            table: table(TransformationTable::FIRST_SIZE + 4),
            function: Some(appended),
            number: 7,
        });
        // SAFETY: larger than its size says.
        assert!(unsafe { read::<Later>(&raw const *new) }.unwrap().function.is_none());
    }

    #[test]
    fn less_than_version_1_is_refused() {
        let short = table(TransformationTable::FIRST_SIZE - 8);
        // SAFETY: larger than its size says.
        let found = unsafe { read::<TransformationTable>(&raw const short) }.map(drop);
        assert_eq!(found, Err(TransformationTable::FIRST_SIZE - 8));
        // SAFETY: null is allowed.
        assert_eq!(unsafe { read::<Entry>(core::ptr::null()) }.map(drop), Err(0));
    }
}
