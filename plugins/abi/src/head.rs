use core::ffi::c_void;

use crate::{ErrorBuffer, OptionSpec, OptionValue, Slice, Status, Str};

/// The values of [`Head::kind`].
pub mod plugin_kind {
    /// The head starts a [`TransformationTable`](crate::TransformationTable).
    pub const TRANSFORMATION: u32 = 1;
    /// The head starts a [`NoiseTable`](crate::NoiseTable).
    pub const NOISE: u32 = 2;
    /// The head starts an [`EstimatorTable`](crate::EstimatorTable).
    pub const ESTIMATOR: u32 = 3;
}

/// The bits of [`Head::flags`].
pub mod flags {
    /// Calls, on one instance too, may overlap on several threads.
    pub const THREAD_SAFE: u32 = 1;
}

/// The levels of [`Host::log`].
pub mod log_level {
    /// Something failed.
    pub const ERROR: u32 = 1;
    /// Something is doubtful.
    pub const WARN: u32 = 2;
    /// News for the user.
    pub const INFO: u32 = 3;
    /// News for the author of the plugin.
    pub const DEBUG: u32 = 4;
}

/// What the host offers to a plugin. It lives as long as the process and may be used from any thread. May grow at the tail.
#[repr(C)]
#[derive(Debug)]
pub struct Host {
    /// Bytes of this structure that the host knows.
    pub size: usize,
    /// First argument of the functions.
    pub context: *mut c_void,
    /// Writes a line to the host's log; `level` is one of [`log_level`].
    pub log: Option<unsafe extern "C" fn(context: *mut c_void, level: u32, message: Str)>,
    /// Not 0 when the user has asked to stop: a long call then returns
    /// [`status::CANCELLED`](crate::status::CANCELLED) soon.
    pub cancelled: Option<unsafe extern "C" fn(context: *mut c_void) -> u32>,
}

// SAFETY: the host promises that context and functions may be used from any thread.
unsafe impl Send for Host {}
// SAFETY: as above.
unsafe impl Sync for Host {}

/// Makes an instance. `values` holds one value per declared option, in that order, borrowed for the call. The instance goes to
/// `*instance`, which is written on success only.
pub type Create = unsafe extern "C" fn(
    host: *const Host,
    values: *const OptionValue,
    count: usize,
    instance: *mut *mut c_void,
    error: *mut ErrorBuffer,
) -> Status;

/// Frees an instance that [`Create`] made, and that nobody uses any more.
pub type Destroy = unsafe extern "C" fn(instance: *mut c_void);

/// The first field of every table. Frozen.
#[repr(C)]
#[derive(Debug)]
pub struct Head {
    /// Bytes of the whole table that the plugin knows.
    pub size: usize,
    /// Which table it is: one of [`plugin_kind`].
    pub kind: u32,
    /// Bits of [`flags`]; unknown bits are ignored.
    pub flags: u32,
    /// Name of the plugin, `[a-z0-9_]+`, unique within its kind.
    pub id: Str,
    /// Version of the plugin, for reports.
    pub version: Str,
    /// What it does, for the user.
    pub doc: Str,
    /// Options it takes.
    pub options: Slice<OptionSpec>,
    /// Required.
    pub create: Option<Create>,
    /// Required.
    pub destroy: Option<Destroy>,
}
