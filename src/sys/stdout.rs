//! Standard output, taken for one purpose. Knows not what for.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use nix::unistd::dup2_stdout;

/// What we and our children write to standard output goes to standard error
/// from now on. Returns what standard output was.
///
/// # Errors
/// Where there is none.
pub fn take() -> io::Result<File> {
    let was = io::stdout().as_fd().try_clone_to_owned()?;
    dup2_stdout(io::stderr().as_fd())?;
    Ok(was.into())
}
