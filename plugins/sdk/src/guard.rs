//! The one place where panics stop.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use gsmooth_plugin_abi::{ErrorBuffer, Status, status};

use crate::Result;

thread_local! {
    /// How many guards are open on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Where the last panic under a guard happened: "src/blur.rs:12".
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `call`, turns an error or a panic into a status, and leaves the message in `error`.
///
/// # Safety
/// `error` must be null or point to an [`ErrorBuffer`] that nobody else uses during the call.
pub(crate) unsafe fn guard(error: *mut ErrorBuffer, call: impl FnOnce() -> Result) -> Status {
    let (status, message) = match catch(call) {
        Ok(Ok(())) => return status::OK,
        Ok(Err(error)) => (error.status(), error.to_string()),
        Err(message) => (status::PANIC, message),
    };
    // SAFETY: promised by the caller.
    if let Some(buffer) = unsafe { error.as_mut() } {
        buffer.set(&message);
    }
    status
}

/// Runs `call`; `Err` is the message of its panic, with the place where it happened.
pub(crate) fn catch<T>(call: impl FnOnce() -> T) -> core::result::Result<T, String> {
    silence_guarded_panics();
    DEPTH.set(DEPTH.get() + 1);
    // A value left half-changed by a panic can only be the plugin's own instance, which it shares behind `&self`.
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    DEPTH.set(DEPTH.get() - 1);
    outcome.map_err(|payload| {
        let message = describe(&*payload);
        discard(payload);
        match PLACE.take() {
            Some(place) => format!("{message} (at {place})"),
            None => message,
        }
    })
}

/// Panics under a guard are reported through the error, not on the standard error stream of the host.
fn silence_guarded_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if DEPTH.get() == 0 {
                return previous(info);
            }
            PLACE.set(info.location().map(|place| format!("{}:{}", place.file(), place.line())));
        }));
    });
}

fn describe(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Dropping a payload may panic again; such a payload is leaked.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        core::mem::forget(second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn guarded(call: impl FnOnce() -> Result) -> (Status, String) {
        let mut buffer = ErrorBuffer::new();
        // SAFETY: the buffer is ours.
        let status = unsafe { guard(&raw mut buffer, call) };
        (status, buffer.message())
    }

    #[test]
    fn success_and_errors_pass_through() {
        assert_eq!(guarded(|| Ok(())), (status::OK, String::new()));
        assert_eq!(guarded(|| Err(Error::new("no disk"))), (status::FAILED, "no disk".to_owned()));
        assert_eq!(
            guarded(|| Err(Error::invalid_argument("no"))),
            (status::INVALID_ARGUMENT, "no".to_owned())
        );
    }

    #[test]
    fn panics_become_errors_with_message_and_place() {
        let (status, message) = guarded(|| panic!("radius {} of {}", 3, "disk"));
        assert_eq!(status, status::PANIC);
        assert!(message.starts_with("radius 3 of disk (at "), "{message}");
        assert!(message.contains("guard.rs:"), "{message}");
    }

    #[test]
    fn odd_payloads_do_not_escape() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("dropped");
            }
        }
        let (status, message) = guarded(|| panic::panic_any(Bomb));
        assert_eq!(status, status::PANIC);
        assert!(message.contains("without a message"), "{message}");
    }

    #[test]
    fn a_null_buffer_is_no_fault() {
        // SAFETY: null is allowed.
        let status = unsafe { guard(core::ptr::null_mut(), || panic!("unheard")) };
        assert_eq!(status, status::PANIC);
    }
}
