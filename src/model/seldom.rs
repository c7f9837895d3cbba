//! A part of many things that only a few of them have. Knows none of them.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// A value that takes room only once it is written to; until then it reads as
/// the empty one.
#[derive(Debug, Clone)]
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

impl<T: Absent + PartialEq> From<T> for Seldom<T> {
    fn from(value: T) -> Self {
        Self((value != *T::absent()).then(|| Box::new(value)))
    }
}

impl<T: Absent + PartialEq> PartialEq for Seldom<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Absent + Eq> Eq for Seldom<T> {}

impl<T: Absent + Hash> Hash for Seldom<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: Default> Seldom<T> {
    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0.map(|value| *value).unwrap_or_default()
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

impl<T: 'static> Absent for Option<T> {
    fn absent() -> &'static Self {
        &None
    }
}

impl<T: 'static> Absent for Vec<T> {
    fn absent() -> &'static Self {
        const { &Vec::new() }
    }
}

impl Absent for String {
    fn absent() -> &'static Self {
        const { &String::new() }
    }
}

impl<T: 'static> Seldom<Vec<T>> {
    /// Adds what there is, if there is anything.
    pub fn extend(&mut self, more: impl IntoIterator<Item = T>) {
        let mut more = more.into_iter().peekable();
        if more.peek().is_some() {
            self.deref_mut().extend(more);
        }
    }
}

impl<T: 'static> FromIterator<T> for Seldom<Vec<T>> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::default();
        list.extend(items);
        list
    }
}

impl<T> IntoIterator for Seldom<Vec<T>> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.into_inner().into_iter()
    }
}

impl<'a, T: 'static> IntoIterator for &'a Seldom<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
