//! What is in open files, as digests.

use std::os::fd::AsFd;

use super::digest::{Digest, Hasher};

/// So many files to read are worth another thread.
pub(super) const WORTH_A_THREAD: usize = 64;

/// So much is read at once: most files, and their end is known by their size.
const PIECE: usize = 128 * 1024;

/// Reads one file after the other.
#[derive(Debug)]
pub(super) struct Reader(Vec<u8>);

impl Reader {
    pub(super) fn new() -> Self {
        Self(vec![0; PIECE])
    }

    /// The content of a file of a known size; one that is growing is read up to
    /// that size at least.
    pub(super) fn digest(&mut self, file: impl AsFd, size: u64) -> rustix::io::Result<Digest> {
        let mut hasher = Hasher::default();
        let mut left = size;
        loop {
            let n = rustix::io::read(&file, &mut *self.0)?;
            hasher.add(&self.0[..n]);
            left = left.saturating_sub(n as u64);
            if n == 0 || left == 0 {
                return Ok(hasher.done());
            }
        }
    }
}
