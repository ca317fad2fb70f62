use crate::{EstimatorTable, Head, LAYOUT, NoiseTable, Slice, Str, TransformationTable};

/// Name of the one symbol that a plugin library exports, an [`Entry`]. The major version of the ABI is its last figure.
pub const ENTRY_SYMBOL: &[u8] = b"gsmooth_plugin_entry_v1\0";

/// How many times the growable structures have grown. Only for messages: what counts is their `size`.
pub const ABI_MINOR: u32 = 0;

/// A pointer to a table, by its first field.
#[repr(transparent)]
#[derive(Debug, Clone, Copy)]
pub struct TableRef(pub *const Head);

// SAFETY: made from `&'static` tables, which are `Sync`, or read from a library, which promises the same.
unsafe impl Send for TableRef {}
// SAFETY: as above.
unsafe impl Sync for TableRef {}

impl TableRef {
    /// Points to a transformation.
    pub const fn transformation(table: &'static TransformationTable) -> Self {
        Self(core::ptr::from_ref(table).cast())
    }

    /// Points to a noise law.
    pub const fn noise(table: &'static NoiseTable) -> Self {
        Self(core::ptr::from_ref(table).cast())
    }

    /// Points to an estimator.
    pub const fn estimator(table: &'static EstimatorTable) -> Self {
        Self(core::ptr::from_ref(table).cast())
    }
}

/// What a plugin library exports. May grow at the tail.
#[repr(C)]
#[derive(Debug)]
pub struct Entry {
    /// Bytes of this structure that the plugin knows.
    pub size: usize,
    /// [`ABI_MINOR`] that the plugin was built with.
    pub abi_minor: u32,
    /// Zero.
    pub padding: u32,
    /// [`LAYOUT`] that the plugin was built with.
    pub layout: u64,
    /// What built it, for messages: "gsmooth-plugin-sdk 0.1.0".
    pub built_with: Str,
    /// The plugins of the library.
    pub tables: Slice<TableRef>,
}

impl Entry {
    /// The entry of a library built against this version of the ABI.
    pub const fn new(built_with: &'static str, tables: &'static [TableRef]) -> Self {
        Self {
            size: size_of::<Self>(),
            abi_minor: ABI_MINOR,
            padding: 0,
            layout: LAYOUT,
            built_with: Str::new(built_with),
            tables: Slice::new(tables),
        }
    }
}
