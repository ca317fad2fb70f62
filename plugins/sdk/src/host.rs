//! What the host offers to every plugin of the library.

use std::sync::OnceLock;

use gsmooth_plugin_abi::{Host, Str, growth, log_level};

/// A copy of what the host said first, as far as this version knows it.
static HOST: OnceLock<Host> = OnceLock::new();

/// How weighty a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something is doubtful.
    Warn,
    /// News for the user.
    Info,
    /// News for the author of the plugin.
    Debug,
}

/// Writes a line to the host's log. Nothing happens before the first instance is created.
pub fn log(level: Level, message: &str) {
    let level = match level {
        Level::Error => log_level::ERROR,
        Level::Warn => log_level::WARN,
        Level::Info => log_level::INFO,
        Level::Debug => log_level::DEBUG,
    };
    if let Some(host) = HOST.get()
        && let Some(log) = host.log
    {
        // SAFETY: the host's own function and context; the text lives until it returns.
        unsafe { log(host.context, level, Str::borrow(message)) }
    }
}

/// Whether the user has asked to stop. A call that takes long looks now and then, and returns
/// [`Error::cancelled`](crate::Error::cancelled).
pub fn cancelled() -> bool {
    let Some(host) = HOST.get() else { return false };
    // SAFETY: the host's own function and context.
    host.cancelled.is_some_and(|cancelled| unsafe { cancelled(host.context) } != 0)
}

/// # Safety
/// `host` must be null, or as [`Host`] says and live as long as the process.
pub(crate) unsafe fn remember(host: *const Host) {
    if HOST.get().is_some() {
        return;
    }
    // SAFETY: promised by the caller.
    if let Ok(host) = unsafe { growth::read(host) } {
        HOST.get_or_init(|| host);
    }
}
