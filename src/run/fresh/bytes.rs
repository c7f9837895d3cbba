//! Numbers and texts as bytes, for the stored form. A text that ends too early
//! is an error, never a panic.

use crate::files::Digest;

/// What is read was cut off, or was never ours.
#[derive(Debug)]
pub(super) struct Broken;

/// Takes bytes apart.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or(Broken)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        self.take(N)?.try_into().map_err(|_| Broken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Broken> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32, Broken> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Broken> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn i64(&mut self) -> Result<i64, Broken> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub(super) fn digest(&mut self) -> Result<Digest, Broken> {
        Ok(Digest::from_bytes(self.array()?))
    }

    /// A digest that may not be there.
    pub(super) fn maybe(&mut self) -> Result<Option<Digest>, Broken> {
        match self.byte()? {
            0 => Ok(None),
            1 => Ok(Some(self.digest()?)),
            _ => Err(Broken),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a [u8], Broken> {
        let n = self.u32()? as usize;
        self.take(n)
    }
}

/// Puts bytes together.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn u32(&mut self, n: u32) {
        self.0.extend_from_slice(&n.to_le_bytes());
    }

    pub(super) fn u64(&mut self, n: u64) {
        self.0.extend_from_slice(&n.to_le_bytes());
    }

    pub(super) fn digest(&mut self, digest: &Digest) {
        self.0.extend_from_slice(digest.as_bytes());
    }

    pub(super) fn maybe(&mut self, digest: Option<&Digest>) {
        self.byte(u8::from(digest.is_some()));
        if let Some(digest) = digest {
            self.digest(digest);
        }
    }

    pub(super) fn text(&mut self, text: &[u8]) {
        self.u32(text.len() as u32);
        self.0.extend_from_slice(text);
    }
}
