//! The key of a state directory, with which records keep digests of what tasks
//! are: who reads a record without it cannot find out a short value by trying.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use crate::files::Digest;

const LENGTH: usize = 32;

/// The key.
#[derive(Clone, Copy)]
pub(super) struct Key([u8; LENGTH]);

impl Key {
    /// The key of the records in `dir`, if there is one that is ours.
    pub(super) fn load(dir: &Path) -> Option<Self> {
        let mut file = File::open(dir.join("key")).ok()?;
        let meta = file.metadata().ok()?;
        let ours = meta.uid() == nix::unistd::geteuid().as_raw() && meta.len() == LENGTH as u64;
        let mut key = [0; LENGTH];
        ours.then(|| file.read_exact(&mut key).ok())??;
        Some(Self(key))
    }

    /// The same; makes one where there is none. Of several that do so at once
    /// all get that of the first.
    ///
    /// # Errors
    /// Where the directory cannot be written, or what is there is no key.
    pub(super) fn load_or_make(dir: &Path) -> io::Result<Self> {
        if let Some(key) = Self::load(dir) {
            return Ok(key);
        }
        let mut key = [0; LENGTH];
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        fs::create_dir_all(dir)?;
        let temp = dir.join(format!(".key.{}", std::process::id()));
        // One that a process of the same number left would keep its mode.
        let _ = fs::remove_file(&temp);
        let made = File::options().write(true).create_new(true).mode(0o600).open(&temp);
        let path = dir.join("key");
        let done = made
            .and_then(|mut file| file.write_all(&key))
            .and_then(|()| fs::hard_link(&temp, &path));
        let _ = fs::remove_file(&temp);
        match done {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Self::load(dir).ok_or_else(|| {
                io::Error::other(format!("{} is no key of ours: remove it", path.display()))
            }),
        }
    }

    /// A digest as it is kept.
    pub(super) fn seal(&self, digest: &Digest) -> Digest {
        Digest::keyed(&self.0, digest.as_bytes())
    }

    /// What tells this key from another one.
    pub(super) fn mark(&self) -> Digest {
        self.seal(&Digest::default())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_looks_different_in_each_state_directory() {
        let [one, two] = [(), ()].map(|()| tempfile::tempdir().unwrap());
        let [a, b, again] = [&one, &two, &one].map(|dir| Key::load_or_make(dir.path()).unwrap());
        let pin = Digest::of("1234");
        assert_eq!(a.seal(&pin), again.seal(&pin));
        assert_ne!(a.seal(&pin), b.seal(&pin));
        assert_ne!(a.seal(&pin), pin);
        assert_ne!(a.mark(), b.mark());
    }
}
