//! Versions of the ONNX Runtime library.

use std::fmt;
use std::str::FromStr;

/// A release of ONNX Runtime, such as 1.31.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The major version; 1 for every release so far.
    pub major: u32,
    /// The minor version, which numbers the C interface too.
    pub minor: u32,
    /// The patch release.
    pub patch: u32,
}

/// The oldest release whose C interface (version 24) is enough.
pub const OLDEST_SUPPORTED: Version = Version { major: 1, minor: 24, patch: 0 };

impl Version {
    /// Whether the library is recent enough, and of the one major version whose interface is known.
    pub fn is_supported(self) -> bool {
        self >= OLDEST_SUPPORTED && self.major == OLDEST_SUPPORTED.major
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What was read is not a version of the form `1.31.1`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a version of the form 1.31.1")]
pub struct InvalidVersion(pub String);

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Reads `major.minor` or `major.minor.patch`; a suffix such as `-dev` or `+cu13`, or a fourth number, is ignored.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidVersion(text.to_owned());
        let release = text.split(['-', '+']).next().unwrap_or_default();
        let mut numbers = release.split('.').map(|part| part.parse::<u32>().map_err(|_| invalid()));
        let mut next = || numbers.next().unwrap_or_else(|| Err(invalid()));
        let (major, minor) = (next()?, next()?);
        let patch = if release.split('.').count() > 2 { next()? } else { 0 };
        Ok(Version { major, minor, patch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_libraries_and_packages_state() {
        let expected = Version { major: 1, minor: 31, patch: 1 };
        for text in ["1.31.1", "1.31.1-dev+abc", "1.31.1+cu13"] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        assert_eq!("1.24".parse(), Ok(OLDEST_SUPPORTED));
        for text in ["", "1", "one.two", "1.31.x", "1..2"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn versions_compare_by_number_and_not_by_text() {
        let supported = |text: &str| text.parse::<Version>().is_ok_and(Version::is_supported);
        assert!(supported("1.24.0") && supported("1.100.0"));
        assert!(!supported("1.23.2") && !supported("1.9.0") && !supported("2.0.0"));
    }
}
