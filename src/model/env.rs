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
    /// When, and whether its values are shown.
    pub options: EnvOptions,
    /// Where it is written.
    pub spot: Spot,
}

/// Options that most entries take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EnvOptions {
    /// `tools = true`: evaluated after all others, when the tools are known.
    pub tools: bool,
    /// `redact`: its values are hidden, or are not although a name says so.
    pub redact: Option<bool>,
}

/// How an `age` value is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeFormat {
    /// The encrypted bytes.
    Raw,
    /// The encrypted bytes, compressed.
    Zstd,
}

/// `_.python.venv`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Venv {
    /// The directory.
    pub path: String,
    /// It is made where it is missing.
    pub create: bool,
    /// The Python that `uv` is asked for.
    pub python: Option<String>,
    /// More words for `uv venv`.
    pub uv_args: Vec<String>,
    /// More words for `python3 -m venv`.
    pub python_args: Vec<String>,
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
    /// `K = { age = "…" }`: base64 of an encrypted value.
    Age(String, String, AgeFormat),
    /// `_.file`; with `expand`, `$X` in its values means earlier variables.
    File {
        /// A path or a pattern.
        path: String,
        /// `expand = true`
        expand: bool,
    },
    /// `_.source`
    Source(String),
    /// `_.path`
    Path(String),
    /// `_.python.venv`
    Venv(Venv),
    /// The top-level `redactions`: names and patterns of variables to hide.
    Redact(Vec<String>),
}

/// A process environment. Cheap lookups, insertion order kept. It knows which
/// of its variables configuration has set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvMap {
    vars: IndexMap<OsString, OsString>,
    /// With a text where the value is not what was set alone.
    configured: IndexMap<OsString, Option<OsString>>,
    /// Something was set that is not the same twice.
    late: bool,
}

impl EnvMap {
    /// Value of `key`.
    pub fn get(&self, key: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.vars.get(key.as_ref()).map(OsString::as_os_str)
    }

    /// Value of `key` where it is UTF-8.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(OsStr::to_str)
    }

    /// Sets `key`.
    pub fn set(&mut self, key: impl Into<OsString>, value: impl Into<OsString>) {
        self.vars.insert(key.into(), value.into());
    }

    /// Removes `key`.
    pub fn unset(&mut self, key: impl AsRef<OsStr>) {
        self.vars.shift_remove(key.as_ref());
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars.iter().map(|(k, v)| (k.as_os_str(), v.as_os_str()))
    }

    /// Configuration has decided on the value of `key`.
    pub fn configure(&mut self, key: impl Into<OsString>) {
        self.configured.insert(key.into(), None);
    }

    /// Configuration has added to a value that it did not make.
    pub fn configure_more(&mut self, key: &str, added: &OsStr) {
        let so_far = self.configured.entry(key.into()).or_default();
        let text = so_far.get_or_insert_default();
        text.push(added);
        text.push(":");
    }

    /// Configuration has decided on the value of `key`, which may be another
    /// one the next time.
    pub fn configure_late(&mut self, key: Option<&str>) {
        self.late = true;
        if let Some(key) = key {
            self.configured.shift_remove(OsStr::new(key));
        }
    }

    /// What is configured from here on counts alone.
    pub fn forget_configured(&mut self) {
        self.configured.clear();
        self.late = false;
    }

    /// True where a value may be another one the next time.
    pub fn has_late(&self) -> bool {
        self.late
    }

    /// What configuration has decided on, as far as it can be compared with
    /// another time.
    pub fn configured(&self) -> impl Iterator<Item = (&OsStr, Option<&OsStr>)> {
        self.configured
            .iter()
            .map(|(key, text)| (key.as_os_str(), text.as_deref().or_else(|| self.get(key))))
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for EnvMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let vars = pairs.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        Self { vars, ..Self::default() }
    }
}
