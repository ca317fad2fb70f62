//! One SHA-256 for a set of files, which standard tools can recompute.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub(super) type Sha256Digest = [u8; 32];

/// The SHA-256 of the given bytes.
pub(super) fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256::digest(bytes).into()
}

/// The SHA-256 of all that a reader has left, without keeping it in memory.
pub(super) fn sha256_of_reader(reader: &mut impl Read) -> std::io::Result<Sha256Digest> {
    let mut state = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(state.finalize().into()),
            Ok(length) => state.update(&block[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A digest in lower-case hexadecimal.
pub(super) fn hex(digest: &Sha256Digest) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digests of several files by name.
///
/// Their common digest is the SHA-256 of the lines that `sha256sum` prints for them, sorted by name, so that an auditor
/// can check it without gsmooth. Line breaks and backslashes in names are escaped as `sha256sum` does; two different
/// sets of files therefore never give the same lines.
#[derive(Default)]
pub(super) struct Listing(BTreeSet<(String, Sha256Digest)>);

impl Listing {
    /// Adds a file; the same file twice counts once.
    pub(super) fn add(&mut self, name: &str, digest: Sha256Digest) {
        self.0.insert((name.to_owned(), digest));
    }

    /// The common digest in hexadecimal.
    pub(super) fn digest(&self) -> String {
        let mut state = Sha256::new();
        for (name, digest) in &self.0 {
            state.update(line(name, digest));
        }
        hex(&state.finalize().into())
    }
}

fn line(name: &str, digest: &Sha256Digest) -> String {
    let escaped = name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    let mark = if escaped == name { "" } else { "\\" };
    format!("{mark}{}  {escaped}\n", hex(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4, the example of one block.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn known_digests() {
        assert_eq!(hex(&sha256(b"abc")), ABC);
        assert_eq!(sha256_of_reader(&mut &b"abc"[..]).unwrap(), sha256(b"abc"));
    }

    #[test]
    fn a_listing_is_what_sha256sum_prints() {
        let mut listing = Listing::default();
        listing.add("b", sha256(b"abc"));
        listing.add("a\nx", sha256(b"abc"));
        let printed = format!("\\{ABC}  a\\nx\n{ABC}  b\n");
        assert_eq!(listing.digest(), hex(&sha256(printed.as_bytes())));
    }

    #[test]
    fn a_name_cannot_imitate_a_second_line() {
        let mut two = Listing::default();
        two.add("a", sha256(b"abc"));
        two.add("b", sha256(b"abc"));
        let mut one = Listing::default();
        one.add(&format!("a\n{ABC}  b"), sha256(b"abc"));
        assert_ne!(one.digest(), two.digest());
    }
}
