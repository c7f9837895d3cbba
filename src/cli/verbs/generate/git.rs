//! What the generators have to know of a repository: where it begins, and its branch.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::model::Problem;

/// What git says.
///
/// # Errors
/// It is not there, or refuses: there is no repository.
pub(super) fn git(words: &[&str]) -> Result<String, Problem> {
    let shown = || ["git"].iter().chain(words).copied().collect::<Vec<_>>();
    let mut command = Command::new("git");
    let ended = command.args(words).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let ended = ended.map_err(|error| {
        Problem::new("hook::git", format!("cannot start git: {error}")).help("install git")
    })?;
    if !ended.status.success() {
        let code = ended.status.code().unwrap_or_default();
        let text = format!("command {:?} exited with code {code}", shown());
        return Err(Problem::new("hook::git", text).help("run it in a repository of git"));
    }
    Ok(String::from_utf8_lossy(&ended.stdout).trim_end_matches('\n').to_string())
}

/// The root of the work tree, as git says it.
///
/// # Errors
/// As `git`.
pub(super) fn root() -> Result<PathBuf, Problem> {
    git(&["rev-parse", "--show-toplevel"]).map(PathBuf::from)
}

/// The root of the work tree that `dir` is in, without asking git.
pub(super) fn root_above(dir: &Path) -> Option<&Path> {
    dir.ancestors().find(|dir| dir.join(".git").exists())
}

/// The branch that is checked out below `root`; without one the commit.
pub(super) fn branch(root: &Path) -> Option<String> {
    let git = root.join(".git");
    // In a work tree beside the first one it is a file that says where the directory is.
    let pointer = fs::read_to_string(&git).ok();
    let dir = pointer.as_deref().and_then(|text| text.trim_end().strip_prefix("gitdir: "));
    let head = fs::read_to_string(dir.map_or(git, |dir| root.join(dir)).join("HEAD")).ok()?;
    let head = head.trim_end();
    let name = head.strip_prefix("ref: ").unwrap_or(head);
    Some(name.strip_prefix("refs/heads/").unwrap_or(name).to_string())
}
