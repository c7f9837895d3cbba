//! Content digests.

use std::fs::File;
use std::io;
use std::path::Path;

/// BLAKE3 of a file's content, as hex.
///
/// # Errors
/// Where it cannot be read.
pub fn of_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// 128 bits of BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Digest([u8; 16]);

/// Makes a `Digest`.
#[derive(Debug, Default)]
pub struct Hasher(blake3::Hasher);

impl Digest {
    /// Of one text.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::cut(blake3::hash(bytes.as_ref()))
    }

    /// Of one text, for those who have the key.
    pub fn keyed(key: &[u8; 32], bytes: &[u8]) -> Self {
        Self::cut(blake3::keyed_hash(key, bytes))
    }

    /// From its bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// As a name of a file.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn cut(hash: blake3::Hash) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        Self(bytes)
    }
}

impl Hasher {
    /// Adds bytes as they are.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Adds bytes and how many they are, so that no two lists look alike.
    pub fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The digest of all of it.
    pub fn done(&self) -> Digest {
        Digest::cut(self.0.finalize())
    }
}
