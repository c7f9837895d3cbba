//! The directory of links `mise` and `mep` that brings nested calls back to
//! this executable. One directory per executable, made once, atomically.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Context, lookup};

/// The names that lead back to us.
const NAMES: [&str; 2] = ["mise", "mep"];

/// Makes sure the links exist and returns their directory; `None` where the
/// first `mise` on PATH is this file already.
///
/// # Errors
/// Where the cache directory cannot be written.
pub fn ensure(ctx: &Context) -> io::Result<Option<PathBuf>> {
    let path = ctx.env.get("PATH").unwrap_or_default();
    let first = lookup::program(OsStr::new("mise"), path, &ctx.cwd);
    if first.is_some_and(|found| is_us(&found, &ctx.exe)) {
        return Ok(None);
    }
    let key = blake3::hash(ctx.exe.as_os_str().as_bytes()).to_hex();
    let dir = ctx.dirs.cache.join("links").join(&key[..16]);
    if !is_complete(&dir, &ctx.exe) {
        make(&dir, &ctx.exe)?;
    }
    Ok(Some(dir))
}

/// The next `mise` on PATH that is not us, for what is not our business.
pub fn next_mise(ctx: &Context) -> Option<PathBuf> {
    let path = ctx.env.get("PATH")?;
    lookup::all(OsStr::new("mise"), path, &ctx.cwd).find(|found| !is_us(found, &ctx.exe))
}

/// `path` with `dir` in front.
pub fn prepend(dir: &Path, path: &OsStr) -> OsString {
    let mut joined = dir.as_os_str().to_os_string();
    if !path.is_empty() {
        joined.push(":");
        joined.push(path);
    }
    joined
}

fn is_us(found: &Path, exe: &Path) -> bool {
    match (fs::canonicalize(found), fs::canonicalize(exe)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn is_complete(dir: &Path, exe: &Path) -> bool {
    NAMES.iter().all(|name| fs::read_link(dir.join(name)).is_ok_and(|to| to == exe))
}

/// Each link is made under a name of this process and renamed into place, so
/// that two processes at once cannot leave half a directory.
fn make(dir: &Path, exe: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for name in NAMES {
        let temp = dir.join(format!(".{name}.{}", std::process::id()));
        let _ = fs::remove_file(&temp);
        symlink(exe, &temp)?;
        fs::rename(&temp, dir.join(name))?;
    }
    Ok(())
}
