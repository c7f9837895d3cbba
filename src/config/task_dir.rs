//! Tasks that lie in directories: executable files, and `*.toml` files whose
//! top-level keys are tasks.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::raw::RawTask;
use super::{header, read};
use crate::model::{Blame, Problem};
use crate::sys::lookup::may_execute;
use crate::sys::normalize;

/// What a directory, or a single included file, holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In name order, a script after a table of the same name.
    pub(super) tasks: Vec<RawTask>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
    /// Files that only lack their executable bit.
    pub(super) not_executable: Vec<PathBuf>,
}

/// Config file names, which are no includes.
const CONFIG_NAMES: [&str; 4] = ["mise.toml", "mise.local.toml", ".mise.toml", ".mise.local.toml"];

/// Reads `path`, a directory or a `.toml` file; nothing there is fine. What
/// lies in one of `hidden` is passed over.
pub(super) fn read_path(path: &Path, hidden: &[PathBuf], found: &mut Found) {
    if is_hidden(path, hidden) {
        return;
    }
    if path.extension().is_some_and(|e| e == "toml") && path.is_file() {
        include(path, found);
        return;
    }
    let mut scripts = Vec::new();
    for entry in entries(path, hidden) {
        match entry {
            Ok(file) if file.extension().is_some_and(|e| e == "toml") => include(&file, found),
            Ok(file) if may_execute(&file) => scripts.push(file),
            Ok(file) => found.not_executable.push(file),
            Err(problem) => found.problems.push(problem),
        }
    }
    for file in scripts {
        script(path, &file, found);
    }
}

/// Regular files below `dir`, links followed, names with a leading dot left
/// out, in name order.
fn entries(dir: &Path, hidden: &[PathBuf]) -> Vec<Result<PathBuf, Problem>> {
    let visible = |name: &std::ffi::OsStr| !name.as_encoded_bytes().starts_with(b".");
    let by_name = |a: &DirEntry, b: &DirEntry| last_part(a.path()).cmp(last_part(b.path()));
    let walk = WalkDir::new(dir).follow_links(true).min_depth(1).sort_by(by_name);
    walk.into_iter()
        .filter_entry(|e| e.depth() == 0 || visible(e.file_name()) && !is_hidden(e.path(), hidden))
        .filter_map(|entry| match entry {
            Ok(e) if e.file_type().is_file() => Some(Ok(e.into_path())),
            Ok(_) => None,
            Err(error) => unreadable(dir, &error).map(Err),
        })
        .filter(|e| !e.as_ref().is_ok_and(|p| is_config_name(p)))
        .collect()
}

/// The bytes of the name of what a walk has found: asked for so often that
/// taking the whole path apart each time would be a sixth of the listing.
fn last_part(path: &Path) -> &[u8] {
    let bytes = path.as_os_str().as_bytes();
    let start = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    &bytes[start..]
}

fn is_hidden(path: &Path, hidden: &[PathBuf]) -> bool {
    !hidden.is_empty() && {
        let path = normalize(path);
        hidden.iter().any(|h| path.starts_with(h))
    }
}

fn is_config_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| CONFIG_NAMES.iter().any(|c| name == *c))
}

/// A missing directory and a dangling link are no mistakes.
fn unreadable(dir: &Path, error: &walkdir::Error) -> Option<Problem> {
    let io = error.io_error()?;
    if matches!(io.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) {
        return None;
    }
    let path = error.path().unwrap_or(dir);
    Some(
        Problem::new("config::unreadable", format!("cannot read {}: {io}", path.display()))
            .blame(Blame::File),
    )
}

fn include(path: &Path, found: &mut Found) {
    match read::text(path) {
        None => {}
        Some(Err(problem)) => found.problems.push(problem.blame(Blame::File)),
        Some(Ok(file)) => match read::include(&file) {
            Ok(tasks) => found.tasks.extend(tasks),
            Err(problems) => found.problems.extend(problems),
        },
    }
}

fn script(dir: &Path, path: &Path, found: &mut Found) {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let Some(name) = header::task_name(relative) else {
        found.warnings.push(format!("task file name is not UTF-8, ignoring: {}", path.display()));
        return;
    };
    match read::script(path) {
        None => {}
        Some(Err(problem)) => found.problems.push(problem.blame(Blame::Task(name))),
        Some(Ok(file)) => {
            let mut task = header::read(&file, &name, &mut found.warnings);
            *task.script = Some(path.to_path_buf());
            found.tasks.push(task);
        }
    }
}

/// Reads a script that the command line names by its path.
pub(super) fn ad_hoc(path: &Path, name: &str) -> Option<Result<(RawTask, Vec<String>), Problem>> {
    let mut warnings = Vec::new();
    Some(read::script(path)?.map(|file| {
        let mut task = header::read(&file, name, &mut warnings);
        *task.script = Some(path.to_path_buf());
        (task, warnings)
    }))
}
