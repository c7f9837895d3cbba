//! Finding a program on a PATH, as `execvp` would.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The first executable regular file called `name` on `path`. A name with a
/// slash is only checked, relative to `cwd`.
pub fn program(name: &OsStr, path: &OsStr, cwd: &Path) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        let full = cwd.join(name);
        return is_executable(&full).then_some(full);
    }
    all(name, path, cwd).next()
}

/// Every match on `path`, in its order.
pub fn all<'a>(
    name: &'a OsStr,
    path: &'a OsStr,
    cwd: &'a Path,
) -> impl Iterator<Item = PathBuf> + 'a {
    std::env::split_paths(path)
        .map(move |dir| cwd.join(dir).join(name))
        .filter(|full| is_executable(full))
}

/// True for a regular file that this user may execute.
pub fn is_executable(path: &Path) -> bool {
    path.is_file() && may_execute(path)
}

/// True where this user may execute what is there, a directory too.
pub fn may_execute(path: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    access(path, AccessFlags::X_OK).is_ok()
}
