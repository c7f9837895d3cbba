//! Answers of mise that are kept, because each costs a start of mise. One
//! file for each question; nobody but its owner may read it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::loaded::Loaded;
use super::difference::Difference;
use crate::model::Project;
use crate::sys::{Context, atomic};

/// Variables of the caller that change what mise answers.
const ASKED: [&str; 7] = [
    "PATH", "HOME", "MISE_DATA_DIR", "MISE_CONFIG_DIR", "MISE_STATE_DIR", "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
];

/// Files beside the configuration that say something about tools.
const BESIDE: [&str; 3] = [".tool-versions", "mise.lock", "mise.local.lock"];

/// A kept answer.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    difference: Difference,
    /// Files and directories with their times; a change ends the answer.
    watched: Vec<(PathBuf, Option<(i64, i64)>)>,
}

/// Collects what an answer depends on.
#[derive(Default)]
struct Parts(blake3::Hasher);

impl Parts {
    fn add(&mut self, part: impl AsRef<[u8]>) {
        // The length keeps two parts from being read as two others.
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
}

/// What an answer depends on, as far as it is known before.
pub(super) fn key(
    ctx: &Context,
    mise: &Path,
    loaded: &Loaded,
    args: &[String],
    installs: bool,
) -> String {
    let mut parts = Parts::default();
    let project = &loaded.project;
    // One build of mise is one file; asking it for its version costs a start.
    let binary = fs::metadata(mise);
    let binary = binary.map(|m| (m.ino(), m.len(), m.mtime(), m.mtime_nsec()));
    parts.add(format!("{mise:?} {binary:?} {installs} {args:?} {:?}", loaded.profiles));
    parts.add(project.dir.as_os_str().as_encoded_bytes());
    for file in project.roots.iter().flat_map(|root| &root.files) {
        parts.add(file.path.as_os_str().as_encoded_bytes());
        parts.add(&file.text);
    }
    for (name, value) in ctx.env.iter() {
        let name = name.to_string_lossy();
        let version = name.starts_with("MISE_") && name.ends_with("_VERSION");
        if version || ASKED.contains(&&*name) {
            parts.add(format!("{name}={value:?}"));
        }
    }
    parts.0.finalize().to_hex()[..32].to_string()
}

/// By what a nested run knows that its tools are set up: the same question
/// about the same files.
pub(super) fn mark(project: &Project, args: &[String]) -> String {
    let mut parts = Parts::default();
    parts.add(format!("{args:?}"));
    for file in project.roots.iter().flat_map(|root| &root.files) {
        parts.add(file.path.as_os_str().as_encoded_bytes());
        parts.add(&file.text);
    }
    parts.0.finalize().to_hex()[..16].to_string()
}

/// The kept answer, while it holds.
pub(super) fn read(ctx: &Context, key: &str) -> Option<Difference> {
    let bytes = fs::read(path(ctx, key)).ok()?;
    let kept: Kept = serde_json::from_slice(&bytes).ok()?;
    let holds = kept.watched.iter().all(|(path, time)| mtime(path) == *time);
    holds.then_some(kept.difference)
}

/// Keeps an answer.
pub(super) fn write(
    ctx: &Context,
    key: &str,
    project: &Project,
    difference: &Difference,
) -> io::Result<()> {
    let mut watched: Vec<PathBuf> = Vec::new();
    for dir in project.dir.ancestors() {
        watched.extend(BESIDE.iter().map(|name| dir.join(name)));
    }
    watched.push(ctx.dirs.mise_data.join("installs"));
    for tool in &difference.paths {
        // `installs/NAME/VERSION/bin`: a version that goes or comes.
        watched.extend(tool.ancestors().take(3).map(Path::to_path_buf));
    }
    watched.dedup();
    let watched = watched.into_iter().map(|path| (path.clone(), mtime(&path))).collect();
    let kept = Kept { difference: difference.clone(), watched };
    let bytes = serde_json::to_vec(&kept).map_err(io::Error::other)?;
    atomic::write_private(&path(ctx, key), &bytes)
}

fn path(ctx: &Context, key: &str) -> PathBuf {
    ctx.dirs.cache.join("tools").join(format!("{key}.json"))
}

fn mtime(path: &Path) -> Option<(i64, i64)> {
    fs::metadata(path).ok().map(|m| (m.mtime(), m.mtime_nsec()))
}
