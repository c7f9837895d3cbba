//! Linked git worktrees: which directory of the main checkout a directory
//! stands for. Reads git's files and starts nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sys::normalize;

/// The same directory in the main checkout; `None` outside of linked
/// worktrees.
pub(super) fn original(dir: &Path) -> Option<PathBuf> {
    let top = dir.ancestors().find(|above| above.join(".git").exists())?;
    let link = fs::read_to_string(top.join(".git")).ok()?;
    let git = normalize(&top.join(link.strip_prefix("gitdir:")?.trim()));
    let common = fs::read_to_string(git.join("commondir")).ok()?;
    let common = fs::canonicalize(git.join(common.trim())).ok()?;
    // A worktree that git itself does not know is anybody's claim.
    let known = fs::read_to_string(git.join("gitdir")).ok()?;
    if fs::canonicalize(known.trim()).ok()? != fs::canonicalize(top.join(".git")).ok()? {
        return None;
    }
    let checkout = common.parent().filter(|_| common.file_name().is_some_and(|n| n == ".git"))?;
    fs::canonicalize(checkout.join(dir.strip_prefix(top).ok()?)).ok()
}
