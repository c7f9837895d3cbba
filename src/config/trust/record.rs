//! Records of trust: one file for each config root, ours to write, and
//! mise's own links, which are only read.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::Problem;
use crate::sys::{Dirs, atomic};

/// What was said of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// `trust`
    Trusted,
    /// `untrust`
    Untrusted,
    /// `trust --ignore`
    Ignored,
}

/// One file of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The config root, for whoever reads the file.
    pub root: PathBuf,
    /// What was said.
    pub state: State,
    /// A trusted root of a monorepo vouches for all below it.
    #[serde(default)]
    pub monorepo: bool,
    /// Digests of files that were trusted in paranoid mode.
    #[serde(default)]
    pub files: BTreeMap<PathBuf, String>,
}

/// Where records lie.
#[derive(Debug)]
pub(super) struct Store {
    own: PathBuf,
    mise: PathBuf,
}

impl Record {
    /// A record without digests.
    pub fn new(root: &Path, state: State) -> Self {
        Self { root: root.to_path_buf(), state, monorepo: false, files: BTreeMap::new() }
    }

    /// Adds what a file holds now.
    pub fn add_file(&mut self, file: &Path, text: &str) {
        self.files.insert(file.to_path_buf(), digest(text));
    }
}

impl Store {
    pub(super) fn new(dirs: &Dirs) -> Self {
        Self { own: dirs.state.join("trust"), mise: dirs.mise_state.clone() }
    }

    fn path(&self, root: &Path) -> PathBuf {
        let key = blake3::hash(root.as_os_str().as_bytes()).to_hex();
        self.own.join(format!("{}.json", &key[..32]))
    }

    /// Our record of a root; an unreadable one is a mistake, never a yes.
    pub(super) fn own(&self, root: &Path) -> Result<Option<Record>, Problem> {
        let path = self.path(root);
        let broken = |why: String| {
            let text = format!("the record of trust {} cannot be read: {why}", path.display());
            let help = format!("run `mep trust {}` to write it anew", root.display());
            Err(Problem::new(super::REFUSED, text).help(help))
        };
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => broken(error.to_string()),
            Ok(bytes) => match serde_json::from_slice::<Record>(&bytes) {
                Ok(record) if record.root == root => Ok(Some(record)),
                Ok(record) => broken(format!("it is about {}", record.root.display())),
                Err(error) => broken(error.to_string()),
            },
        }
    }

    /// What was said of a root: ours, else mise's.
    pub(super) fn state(&self, root: &Path) -> Result<Option<State>, Problem> {
        if let Some(record) = self.own(root)? {
            return Ok(Some(record.state));
        }
        if self.link("ignored-configs", root).is_some() {
            return Ok(Some(State::Ignored));
        }
        Ok(self.link("trusted-configs", root).map(|_| State::Trusted))
    }

    /// True for a trusted root of a monorepo.
    pub(super) fn is_monorepo(&self, root: &Path) -> Result<bool, Problem> {
        if let Some(record) = self.own(root)? {
            return Ok(record.monorepo && record.state == State::Trusted);
        }
        let link = self.link("trusted-configs", root);
        Ok(link.is_some_and(|link| beside(&link, "monorepo").exists()))
    }

    /// True where this content of the file was trusted.
    pub(super) fn knows(&self, root: &Path, file: &Path, text: &str) -> Result<bool, Problem> {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let now = digest(text);
        if let Some(record) = self.own(&root)? {
            let known = record.files.get(&file).is_some_and(|then| *then == now);
            return Ok(known && record.state == State::Trusted);
        }
        let then = self.link("trusted-configs", &file).map(|link| beside(&link, "hash"));
        let then = then.and_then(|path| fs::read_to_string(path).ok());
        Ok(then.is_some_and(|then| then.trim() == now))
    }

    /// mise's link to `path` in one of its directories.
    fn link(&self, dir: &str, path: &Path) -> Option<PathBuf> {
        let links = fs::read_dir(self.mise.join(dir)).ok()?;
        let mut links = links.flatten().map(|entry| entry.path());
        links.find(|link| fs::read_link(link).is_ok_and(|to| to == path))
    }

    pub(super) fn write(&self, root: &Path, record: &Record) -> Result<(), Problem> {
        let path = self.path(root);
        let bytes = serde_json::to_vec_pretty(record).map_err(io::Error::other);
        let done = bytes.and_then(|bytes| atomic::write(&path, &bytes));
        done.map_err(|error| {
            let text = format!("cannot write the record of trust {}: {error}", path.display());
            Problem::new("trust::write", text)
                .help("make the directory writable, or set MEP_STATE_DIR to one that is")
        })
    }
}

/// `link` with another ending, as mise names what belongs to it.
fn beside(link: &Path, ending: &str) -> PathBuf {
    let mut name = link.as_os_str().to_os_string();
    name.push(format!(".{ending}"));
    name.into()
}

/// The digest of mise's `.hash` files.
fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
