//! What the host offers to plugins: its log, and the user's wish to stop.

use std::ffi::c_void;
use std::panic;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use gsmooth_plugin_abi::{Host, Str, log_level};

/// One for all plugins, for as long as the process lives.
pub(super) static HOST: Host =
    Host { size: size_of::<Host>(), context: ptr::null_mut(), log: Some(log), cancelled: Some(cancelled) };

static CANCELLED: AtomicBool = AtomicBool::new(false);

/// Asks plugins that are in a long call to return soon (or, with `false`, takes that back). Their calls then fail with
/// [`Failure::Cancelled`](super::Failure::Cancelled).
pub fn cancel_plugins(cancel: bool) {
    CANCELLED.store(cancel, Ordering::Relaxed);
}

unsafe extern "C" fn cancelled(_: *mut c_void) -> u32 {
    CANCELLED.load(Ordering::Relaxed).into()
}

unsafe extern "C" fn log(_: *mut c_void, level: u32, message: Str) {
    // A subscriber that panics must not unwind into the plugin.
    let _ = panic::catch_unwind(|| {
        // SAFETY: the plugin's text, borrowed for the call.
        let message = String::from_utf8_lossy(unsafe { message.as_bytes() });
        match level {
            log_level::ERROR => tracing::error!(target: "gsmooth::plugin", "{message}"),
            log_level::WARN => tracing::warn!(target: "gsmooth::plugin", "{message}"),
            log_level::INFO => tracing::info!(target: "gsmooth::plugin", "{message}"),
            _ => tracing::debug!(target: "gsmooth::plugin", "{message}"),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_hear_of_a_cancellation() {
        let asked = || {
            let cancelled = HOST.cancelled.unwrap();
            // SAFETY: the host's own function, which ignores its context.
            unsafe { cancelled(HOST.context) }
        };
        assert_eq!(asked(), 0);
        cancel_plugins(true);
        assert_eq!(asked(), 1);
        cancel_plugins(false);
        assert_eq!(asked(), 0);
    }
}
