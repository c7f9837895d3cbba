//! Files that are either the old or the new one, never half of each.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Writes `bytes` beside `path` and renames them into place; missing
/// directories are made.
///
/// # Errors
/// Whatever the file system says; `path` is then as it was.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    with_mode(path, &[bytes], 0o666)
}

/// As `write`, for what only its owner may read.
///
/// # Errors
/// As `write`.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_private_pieces(path, &[bytes])
}

/// The same with what is to stand in the file one piece after the other.
///
/// # Errors
/// As `write`.
pub fn write_private_pieces(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    with_mode(path, pieces, 0o600)
}

/// Puts `bytes` into a file that may be there already: it keeps its mode, and a
/// link to it stays one.
///
/// # Errors
/// As `write`; also where the file itself must not be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let Ok(real) = fs::canonicalize(path) else {
        return write(path, bytes);
    };
    // A rename asks the directory alone.
    let mode = File::options().append(true).open(&real)?.metadata()?.permissions();
    let temp = create(&real, 0o600)?;
    let done = fs::set_permissions(&temp.1, mode);
    finish(temp, &real, done, &[bytes])
}

/// Writes a file that anybody may execute who may read it.
///
/// # Errors
/// As `write`.
pub fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    with_mode(path, &[bytes], 0o777)
}

/// The mode is that of the file from its first moment on.
fn with_mode(path: &Path, pieces: &[&[u8]], mode: u32) -> io::Result<()> {
    finish(create(path, mode)?, path, Ok(()), pieces)
}

/// The file that is to become `path`, and its name.
fn create(path: &Path, mode: u32) -> io::Result<(File, PathBuf)> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temp = dir.join(format!(".{name}.{}", std::process::id()));
    let create = || {
        // One that a process of the same number left would keep its mode.
        let _ = fs::remove_file(&temp);
        File::options().write(true).create_new(true).mode(mode).open(&temp)
    };
    let file = match create() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir)?;
            create()?
        }
        other => other?,
    };
    Ok((file, temp))
}

fn finish(
    (file, temp): (File, PathBuf),
    path: &Path,
    ready: io::Result<()>,
    pieces: &[&[u8]],
) -> io::Result<()> {
    let write = || {
        ready?;
        let mut file = BufWriter::new(file);
        pieces.iter().try_for_each(|piece| file.write_all(piece))?;
        file.flush()?;
        fs::rename(&temp, path)
    };
    let done = write();
    if done.is_err() {
        let _ = fs::remove_file(&temp);
    }
    done
}
