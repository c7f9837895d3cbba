//! A part of many things that only a few of them have. Knows none of them.

use std::ops::{Deref, DerefMut};

/// A value that takes room only once it is written to; until then it reads as
/// the empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seldom<T>(Option<Box<T>>);

/// What there can be nothing of.
pub trait Absent: Default + 'static {
    /// The empty value.
    fn absent() -> &'static Self;
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Seldom<T> {
    fn from(value: T) -> Self {
        Self(Some(Box::new(value)))
    }
}

impl<T: Absent> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::absent())
    }
}

impl<T: Absent> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}
