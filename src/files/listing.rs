//! One directory as it is: its names in order, and what each of them is, asked
//! of the system once.

use std::ffi::{CStr, OsStr};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::contents::Reader;
use super::digest::Digest;

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// When its content changed, in nanoseconds since 1970; anybody may set it.
    pub mtime: i64,
    /// When anything about it changed; only the system sets it.
    pub ctime: i64,
    /// Its number.
    pub inode: u64,
}

/// What is behind a name, links followed.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    File(Stat),
    /// With the number of its device.
    Dir(Stat, u64),
    /// A socket, a link that leads nowhere, something that has gone meanwhile.
    Nothing,
    Unreadable(String),
}

/// What the directory itself says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Dir,
    /// A link, or a file system that does not say.
    Open,
    /// Nothing that has content.
    Other,
}

#[derive(Debug)]
struct Entry {
    start: u32,
    end: u32,
    kind: Kind,
    seen: OnceLock<Seen>,
}

/// A directory.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) path: PathBuf,
    names: Vec<u8>,
    entries: Vec<Entry>,
}

impl Listing {
    /// Reads a directory. The descriptor is for `seen`, as long as it is wanted.
    pub(super) fn read(path: &Path) -> io::Result<(Self, OwnedFd)> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::open(path, flags, Mode::empty())?;
        let mut listing = Self { path: path.to_path_buf(), names: Vec::new(), entries: Vec::new() };
        names(&dir, |name, kind| listing.push(name, kind))?;
        let Self { names, entries, .. } = &mut listing;
        entries.sort_unstable_by(|a, b| {
            names[a.start as usize..a.end as usize].cmp(&names[b.start as usize..b.end as usize])
        });
        Ok((listing, dir))
    }

    /// A path that is asked for by itself.
    pub(super) fn single(path: &Path, seen: Seen) -> Self {
        let dir = path.parent().unwrap_or(path).to_path_buf();
        let mut listing = Self { path: dir, names: Vec::new(), entries: Vec::new() };
        listing.push(path.file_name().unwrap_or_default().as_bytes(), Kind::Open);
        listing.entries[0].seen = OnceLock::from(seen);
        listing
    }

    fn push(&mut self, name: &[u8], kind: Kind) {
        let start = self.names.len() as u32;
        self.names.extend_from_slice(name);
        // `seen` hands the name on without a copy.
        self.names.push(0);
        let end = self.names.len() as u32 - 1;
        self.entries.push(Entry { start, end, kind, seen: OnceLock::new() });
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn name(&self, at: usize) -> &[u8] {
        let entry = &self.entries[at];
        &self.names[entry.start as usize..entry.end as usize]
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.entries[at].kind
    }

    pub(super) fn path_of(&self, at: usize) -> PathBuf {
        self.path.join(OsStr::from_bytes(self.name(at)))
    }

    /// What is behind a name; asked of the system the first time.
    pub(super) fn seen(&self, at: usize, dir: Option<&OwnedFd>) -> &Seen {
        self.entries[at].seen.get_or_init(|| match dir {
            Some(dir) => look(rustix::fs::statat(dir, self.c_name(at), AtFlags::empty())),
            None => see(&self.path_of(at)),
        })
    }

    /// The same by opening it, and what is in it; nothing where another has
    /// looked at it, or where it cannot be read.
    pub(super) fn content(&self, at: usize, dir: &OwnedFd, reader: &mut Reader) -> Option<Digest> {
        let mut digest = None;
        self.entries[at].seen.get_or_init(|| match open(dir, self.c_name(at)) {
            Ok(file) => {
                let seen = look(rustix::fs::fstat(&file));
                if let Seen::File(stat) = &seen {
                    digest = reader.digest(&file, stat.size).ok();
                }
                seen
            }
            Err(_) => look(rustix::fs::statat(dir, self.c_name(at), AtFlags::empty())),
        });
        digest
    }

    fn c_name(&self, at: usize) -> &CStr {
        let entry = &self.entries[at];
        let name = &self.names[entry.start as usize..=entry.end as usize];
        CStr::from_bytes_with_nul(name).unwrap_or_default()
    }

    /// The same where it has been asked already.
    pub(super) fn stat(&self, at: usize) -> Option<&Stat> {
        match self.entries[at].seen.get() {
            Some(Seen::File(stat)) => Some(stat),
            _ => None,
        }
    }
}

/// Opens a file to read it, without waiting for a pipe.
pub(super) fn open(dir: &OwnedFd, name: impl rustix::path::Arg) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    rustix::fs::openat(dir, name, flags, Mode::empty())
}

/// What is at a path, links followed.
pub(super) fn see(path: &Path) -> Seen {
    look(rustix::fs::stat(path))
}

fn look(stat: rustix::io::Result<rustix::fs::Stat>) -> Seen {
    match stat {
        Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Seen::File(Stat::of(&stat)),
            FileType::Directory => Seen::Dir(Stat::of(&stat), stat.st_dev),
            _ => Seen::Nothing,
        },
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Seen::Nothing,
        Err(error) => Seen::Unreadable(io::Error::from(error).to_string()),
    }
}

impl Stat {
    fn of(stat: &rustix::fs::Stat) -> Self {
        Self {
            size: stat.st_size as u64,
            mtime: nanoseconds(stat.st_mtime, stat.st_mtime_nsec as i64),
            ctime: nanoseconds(stat.st_ctime, stat.st_ctime_nsec as i64),
            inode: stat.st_ino,
        }
    }

    /// As bytes, for a digest or a record.
    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.size.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.mtime.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.ctime.to_le_bytes());
        bytes[24..].copy_from_slice(&self.inode.to_le_bytes());
        bytes
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

impl Kind {
    fn of(file_type: FileType) -> Self {
        match file_type {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Dir,
            FileType::Symlink | FileType::Unknown => Self::Open,
            _ => Self::Other,
        }
    }
}

/// Tells every name but `.` and `..`, in the order of the directory.
#[cfg(target_os = "linux")]
fn names(dir: impl AsFd, mut tell: impl FnMut(&[u8], Kind)) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(32 * 1024);
    let mut raw = rustix::fs::RawDir::new(dir, buffer.spare_capacity_mut());
    while let Some(entry) = raw.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            tell(name, Kind::of(entry.file_type()));
        }
    }
    Ok(())
}

/// The same by way of the C library.
#[cfg(not(target_os = "linux"))]
fn names(dir: impl AsFd, mut tell: impl FnMut(&[u8], Kind)) -> io::Result<()> {
    for entry in rustix::fs::Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            tell(name, Kind::of(entry.file_type()));
        }
    }
    Ok(())
}
