/// What a call came to: one of [`status`].
pub type Status = i32;

/// The values of a [`Status`](type@Status).
pub mod status {
    use super::Status;

    /// The call did what it says.
    pub const OK: Status = 0;
    /// An argument was not acceptable.
    pub const INVALID_ARGUMENT: Status = 1;
    /// The plugin (or, for an oracle, the host) failed.
    pub const FAILED: Status = 2;
    /// The code panicked; the message is the panic's.
    pub const PANIC: Status = 3;
    /// The host asked to stop.
    pub const CANCELLED: Status = 4;
    /// There is no answer here, which is no failure: an oracle without that function, say.
    pub const ABSENT: Status = 5;
}

/// Bytes of a message in an [`ErrorBuffer`].
pub const MESSAGE_CAPACITY: usize = 1016;

/// Where a failed call leaves its message: owned by the caller, filled by the callee, read only when the status is not
/// [`status::OK`]. Longer messages are cut. Frozen.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ErrorBuffer {
    /// Length of the message in bytes, at most [`MESSAGE_CAPACITY`].
    pub len: u32,
    /// Zero.
    pub padding: u32,
    /// UTF-8.
    pub message: [u8; MESSAGE_CAPACITY],
}

impl ErrorBuffer {
    /// No message.
    pub const fn new() -> Self {
        Self { len: 0, padding: 0, message: [0; MESSAGE_CAPACITY] }
    }

    /// Writes a message, cut at a character boundary where it does not fit.
    pub fn set(&mut self, message: &str) {
        let end =
            (0..=MESSAGE_CAPACITY.min(message.len())).rfind(|&i| message.is_char_boundary(i)).unwrap_or(0);
        self.message[..end].copy_from_slice(&message.as_bytes()[..end]);
        self.len = u32::try_from(end).unwrap_or(0);
    }

    /// The message; bytes that are not UTF-8 are replaced.
    pub fn message(&self) -> String {
        let end = usize::try_from(self.len).unwrap_or(usize::MAX).min(MESSAGE_CAPACITY);
        String::from_utf8_lossy(&self.message[..end]).into_owned()
    }
}

impl Default for ErrorBuffer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_cut_between_characters() {
        let mut buffer = ErrorBuffer::new();
        buffer.set(&"ä".repeat(MESSAGE_CAPACITY));
        assert_eq!(buffer.message(), "ä".repeat(MESSAGE_CAPACITY / 2));
        buffer.set(&format!("x{}", "ä".repeat(MESSAGE_CAPACITY)));
        assert_eq!(buffer.message().len(), MESSAGE_CAPACITY - 1);
    }

    #[test]
    fn a_wrong_length_does_not_read_beyond() {
        let buffer = ErrorBuffer { len: u32::MAX, padding: 0, message: [b'a'; MESSAGE_CAPACITY] };
        assert_eq!(buffer.message().len(), MESSAGE_CAPACITY);
    }
}
