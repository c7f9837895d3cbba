//! A list of files as it is stored: by directory and name, each with its stat,
//! its digest where one was made, and how far it can be trusted.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::bytes::{Broken, Reader, Writer};
use crate::files::{Digest, Source, Stat};

/// How far what is recorded of a file can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// An equal stat is an equal file.
    Sound,
    /// It had changed so shortly before that another change could look the
    /// same: only its content tells.
    Young,
    /// It changed while the task ran.
    Moved,
    /// It went while the task ran.
    Gone,
}

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) dir: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) stat: Stat,
    pub(super) trust: Trust,
    pub(super) digest: Option<Digest>,
}

/// Files in order.
#[derive(Debug, Default)]
pub(super) struct Entries {
    written: Writer,
    dir: Vec<u8>,
    /// Those that are not sound.
    pub(super) doubtful: u64,
}

const DIRECTORY: u8 = 0x80;
const HAS_DIGEST: u8 = 0x10;

impl Entry<'_> {
    /// What files are sorted by.
    pub(super) fn order(&self) -> (&[u8], &[u8]) {
        (self.dir, self.name)
    }
}

impl Entries {
    /// Adds a file; they have to come in order.
    pub(super) fn push(&mut self, source: Source<'_>, trust: Trust, digest: Option<Digest>) {
        let (dir, name) = source.order();
        let to = &mut self.written;
        if to.0.is_empty() || self.dir != dir {
            to.byte(DIRECTORY);
            to.text(dir);
            self.dir = dir.to_vec();
        }
        let mark = trust as u8 | if digest.is_some() { HAS_DIGEST } else { 0 };
        to.byte(mark);
        to.text(name);
        to.0.extend_from_slice(&source.stat.bytes());
        if let Some(digest) = &digest {
            to.digest(digest);
        }
        self.doubtful += u64::from(trust != Trust::Sound);
    }

    /// Adds a file that was there before the work, and is no more.
    pub(super) fn gone(&mut self, entry: &Entry<'_>) {
        let dir = Path::new(OsStr::from_bytes(entry.dir));
        let source = Source { dir, name: entry.name, stat: entry.stat };
        self.push(source, Trust::Gone, None);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.written.0
    }

    /// Checks that all of it can be read.
    pub(super) fn decode(bytes: Vec<u8>) -> Result<Self, Broken> {
        let mut from = Reader::new(&bytes);
        let mut dir: &[u8] = &[];
        let mut doubtful = 0;
        while !from.is_done() {
            doubtful += u64::from(one(&mut from, &mut dir)?.trust != Trust::Sound);
        }
        Ok(Self { written: Writer(bytes), dir: Vec::new(), doubtful })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut from = Reader::new(&self.written.0);
        let mut dir: &[u8] = &[];
        std::iter::from_fn(
            move || {
                if from.is_done() { None } else { one(&mut from, &mut dir).ok() }
            },
        )
    }
}

fn one<'a>(from: &mut Reader<'a>, dir: &mut &'a [u8]) -> Result<Entry<'a>, Broken> {
    let mut mark = from.byte()?;
    if mark == DIRECTORY {
        *dir = from.text()?;
        mark = from.byte()?;
    }
    let trust = match mark & !HAS_DIGEST {
        0 => Trust::Sound,
        1 => Trust::Young,
        2 => Trust::Moved,
        3 => Trust::Gone,
        _ => return Err(Broken),
    };
    let name = from.text()?;
    let stat =
        Stat { size: from.u64()?, mtime: from.i64()?, ctime: from.i64()?, inode: from.u64()? };
    let digest = if mark & HAS_DIGEST != 0 { Some(from.digest()?) } else { None };
    Ok(Entry { dir, name, stat, trust, digest })
}
