//! What the user is told while ONNX Runtime is fetched. The library does not print: it hands messages on.

use std::fmt;
use std::path::PathBuf;

use super::wheel::{PINNED, Package};

/// What happens while a library is fetched, for the user to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Another process fetches at the moment; this one waits for it.
    Waiting {
        /// The file that the other process has locked.
        lock: PathBuf,
    },
    /// The download begins.
    Fetching {
        /// The package.
        package: Package,
        /// The size of the download in bytes.
        bytes: u64,
        /// The folder that the library will lie in.
        folder: PathBuf,
    },
    /// The library is in place.
    Fetched {
        /// The library file.
        path: PathBuf,
    },
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Message::Waiting { lock } => {
                write!(
                    formatter,
                    "waiting for another process that fetches ONNX Runtime (`{}`)",
                    lock.display()
                )
            }
            Message::Fetching { package, bytes, folder } => {
                let tenths = bytes / 100_000;
                let (whole, tenth) = (tenths / 10, tenths % 10);
                write!(
                    formatter,
                    "fetching {package} {PINNED} ({whole}.{tenth} MB) into `{}`",
                    folder.display()
                )
            }
            Message::Fetched { path } => write!(formatter, "ONNX Runtime is ready: `{}`", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_how_big_and_where_to() {
        let message =
            Message::Fetching { package: Package::Cpu, bytes: 23_760_988, folder: "/cache/x".into() };
        assert_eq!(message.to_string(), "fetching onnxruntime 1.31.1 (23.7 MB) into `/cache/x`");
    }
}
