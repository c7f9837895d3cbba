//! The stored form of a success. Another format number is no record at all.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::{Entry, of_file};
use crate::plan::FreshSpec;
use crate::sys::atomic;

/// Raised with every change of the stored form.
const FORMAT: u32 = 1;

/// What was true when the task last succeeded.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// Digest of the definition.
    pub(super) definition: String,
    /// Seconds since 1970.
    recorded: u64,
    /// Every source.
    pub(super) inputs: BTreeMap<PathBuf, Input>,
    /// Digests of the outputs, by content only.
    pub(super) outputs: BTreeMap<PathBuf, String>,
}

/// One source as it was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// Bytes.
    pub(super) size: u64,
    /// Nanoseconds since 1970.
    pub(super) mtime: i64,
    /// Content, where contents count.
    pub(super) digest: Option<String>,
}

impl Manifest {
    pub(super) fn new(
        spec: &FreshSpec,
        sources: &BTreeMap<PathBuf, Entry>,
        outputs: BTreeMap<PathBuf, String>,
        by_content: bool,
        recorded: u64,
    ) -> Self {
        let input = |(path, entry): (&PathBuf, &Entry)| {
            let digest = by_content.then(|| of_file(path).ok()).flatten();
            let input = Input { size: entry.size, mtime: entry.mtime, digest };
            (path.clone(), input)
        };
        Self {
            format: FORMAT,
            definition: spec.definition.clone(),
            recorded,
            inputs: sources.iter().map(input).collect(),
            outputs,
        }
    }

    /// `None` where there is no record that this version can trust.
    pub(super) fn load(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let manifest: Self = serde_json::from_slice(&bytes).ok()?;
        (manifest.format == FORMAT).then_some(manifest)
    }

    pub(super) fn store(&self, path: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::other)?;
        atomic::write(path, &bytes)
    }
}
