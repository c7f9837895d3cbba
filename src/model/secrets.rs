//! Texts that must not be shown: the values of variables that the
//! configuration marks. How they are hidden is `report`'s business.

use std::collections::BTreeSet;

/// A set of secret texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeSet<Vec<u8>>);

impl Secrets {
    /// Adds a value. Line ends at its end are no part of the secret: a program
    /// that prints it adds or drops them. An empty value hides nothing.
    pub fn add(&mut self, value: impl AsRef<[u8]>) {
        let mut value = value.as_ref();
        while let [rest @ .., b'\n' | b'\r'] = value {
            value = rest;
        }
        if !value.is_empty() && !self.0.contains(value) {
            self.0.insert(value.to_vec());
        }
    }

    /// True where there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}
