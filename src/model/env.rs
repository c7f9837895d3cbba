//! Environment as configuration says it (directives, in written order) and as
//! a process gets it (a map of OS strings).

use std::ffi::{OsStr, OsString};

use indexmap::IndexMap;

use super::Spot;

/// One entry of an `[env]`, task `env` or `vars` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvEntry {
    /// What it does.
    pub directive: EnvDirective,
    /// Where it is written.
    pub spot: Spot,
}

/// What one entry does; texts are templates until they are evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvDirective {
    /// `K = "v"`
    Set(String, String),
    /// `K = false`
    Unset(String),
    /// `K = { default = "v" }`: only where unset or empty so far.
    Default(String, String),
    /// `K = { required = true | "help" }`
    Required(String, Option<String>),
    /// `_.file`
    File(String),
    /// `_.source`
    Source(String),
    /// `_.path`
    Path(String),
    /// A directive that mep keeps but does not evaluate yet; the text names it.
    Later(&'static str),
}

/// A process environment. Cheap lookups, insertion order kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvMap(IndexMap<OsString, OsString>);

impl EnvMap {
    /// Value of `key`.
    pub fn get(&self, key: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.0.get(key.as_ref()).map(OsString::as_os_str)
    }

    /// Value of `key` where it is UTF-8.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(OsStr::to_str)
    }

    /// Sets `key`.
    pub fn set(&mut self, key: impl Into<OsString>, value: impl Into<OsString>) {
        self.0.insert(key.into(), value.into());
    }

    /// Removes `key`.
    pub fn unset(&mut self, key: impl AsRef<OsStr>) {
        self.0.shift_remove(key.as_ref());
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(k, v)| (k.as_os_str(), v.as_os_str()))
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for EnvMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}
