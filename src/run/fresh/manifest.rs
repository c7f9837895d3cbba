//! The stored form of a success: a head that says in a few bytes whether
//! anything has changed, and behind it the files one by one, read only to find
//! out which of them. What is not exactly as written here is no record at all.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::bytes::{Broken, Reader, Writer};
use super::entries::Entries;
use crate::files::Digest;
use crate::sys::atomic;

/// Raised with every change of the stored form.
const FORMAT: u32 = 3;

const MAGIC: &[u8; 9] = b"mep-fresh";

/// Magic, format, and the length and digest of the head.
const START: usize = MAGIC.len() + 4 + 4 + 16;

/// Most heads fit into the first read.
const FIRST: usize = 4096;

/// Length and digest of a list of files.
type Place = (u64, Digest);

/// Files as they were recorded, in short.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// How many.
    pub(super) count: u64,
    /// Of their paths and stats.
    pub(super) digest: Digest,
    /// So many need a second look, however equal they seem.
    pub(super) doubtful: u64,
}

/// What was true when the task last succeeded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Contents were recorded, and not times alone.
    pub(super) by_content: bool,
    /// Seconds since 1970.
    pub(super) recorded: u64,
    /// Of the key that the parts are kept with.
    pub(super) key: Digest,
    /// What the task was, part by part; nothing where that was not known.
    pub(super) parts: Vec<(String, Option<Digest>)>,
    pub(super) sources: Summary,
    pub(super) outputs: Summary,
}

/// A record that was read; its files are still on disk.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) head: Head,
    file: File,
    /// Where the files begin, and the length and digest of both lists.
    at: u64,
    lists: [Place; 2],
}

/// Both lists of files.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) sources: Entries,
    pub(super) outputs: Entries,
}

/// Why there is no record to go by.
#[derive(Debug)]
pub(super) enum Miss {
    /// There is none.
    None,
    /// There is something, but nothing to trust.
    Bad(String),
}

impl Manifest {
    /// Reads the head.
    pub(super) fn load(path: &Path) -> Result<Self, Miss> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Miss::None),
            Err(e) => return Err(bad(path, &e.to_string())),
        };
        Self::read(&mut file).map_err(|why| bad(path, &why)).map(|(head, at, lists)| Self {
            head,
            file,
            at,
            lists,
        })
    }

    fn read(file: &mut File) -> Result<(Head, u64, [Place; 2]), String> {
        let of = |e: io::Error| e.to_string();
        let meta = file.metadata().map_err(of)?;
        if meta.uid() != nix::unistd::geteuid().as_raw() {
            return Err("it belongs to another user".into());
        }
        let mut bytes = Vec::with_capacity(FIRST);
        Read::by_ref(file).take(FIRST as u64).read_to_end(&mut bytes).map_err(of)?;
        let damaged = |Broken| "it is damaged".to_string();
        let mut start = Reader::new(&bytes);
        if start.take(MAGIC.len()).map_err(damaged)? != MAGIC {
            return Err("it is no record of a success".into());
        }
        let format = start.u32().map_err(damaged)?;
        if format != FORMAT {
            return Err(format!("another version of mep wrote it (format {format}, not {FORMAT})"));
        }
        let length = start.u32().map_err(damaged)? as usize;
        let digest = start.digest().map_err(damaged)?;
        let missing = (START + length).saturating_sub(bytes.len());
        if missing as u64 > meta.len() {
            return Err("it is damaged".into());
        }
        if missing > 0 {
            Read::by_ref(file).take(missing as u64).read_to_end(&mut bytes).map_err(of)?;
        }
        let head = bytes.get(START..START + length).ok_or_else(|| damaged(Broken))?;
        if Digest::of(head) != digest {
            return Err("it is damaged".into());
        }
        let (head, lists) = Head::decode(head).map_err(damaged)?;
        let at = (START + length) as u64;
        let whole = lists[0].0.checked_add(lists[1].0).and_then(|n| n.checked_add(at));
        if whole != Some(meta.len()) {
            return Err("it is damaged".into());
        }
        Ok((head, at, lists))
    }

    /// Reads the files.
    pub(super) fn lists(&self) -> io::Result<Lists> {
        use std::os::unix::fs::FileExt;
        let mut at = self.at;
        let mut list = |(length, digest): Place| {
            let mut bytes = vec![0; length as usize];
            self.file.read_exact_at(&mut bytes, at)?;
            at += length;
            let sound = Digest::of(&bytes) == digest;
            let list = sound.then(|| Entries::decode(bytes).ok()).flatten();
            list.ok_or_else(|| io::Error::other("it is damaged"))
        };
        Ok(Lists { sources: list(self.lists[0])?, outputs: list(self.lists[1])? })
    }

    /// Writes a record in the place of the one before.
    pub(super) fn store(path: &Path, head: &Head, lists: &Lists) -> io::Result<()> {
        let (sources, outputs) = (lists.sources.bytes(), lists.outputs.bytes());
        let head = head.encode(sources, outputs);
        let mut start = Writer(MAGIC.to_vec());
        start.u32(FORMAT);
        start.u32(head.len() as u32);
        start.digest(&Digest::of(&head));
        atomic::write_private_pieces(path, &[&start.0, &head, sources, outputs])
    }
}

fn bad(path: &Path, why: &str) -> Miss {
    Miss::Bad(format!("{}: {why}: the task runs without it", path.display()))
}

impl Head {
    fn encode(&self, sources: &[u8], outputs: &[u8]) -> Vec<u8> {
        let mut to = Writer::default();
        to.byte(u8::from(self.by_content));
        to.u64(self.recorded);
        to.digest(&self.key);
        to.u32(self.parts.len() as u32);
        for (name, digest) in &self.parts {
            to.text(name.as_bytes());
            to.maybe(digest.as_ref());
        }
        for (summary, list) in [(&self.sources, sources), (&self.outputs, outputs)] {
            to.u64(summary.count);
            to.digest(&summary.digest);
            to.u64(summary.doubtful);
            to.u64(list.len() as u64);
            to.digest(&Digest::of(list));
        }
        to.0
    }

    fn decode(bytes: &[u8]) -> Result<(Self, [Place; 2]), Broken> {
        let mut from = Reader::new(bytes);
        let by_content = from.byte()? == 1;
        let recorded = from.u64()?;
        let key = from.digest()?;
        let mut parts = Vec::new();
        for _ in 0..from.u32()? {
            let name = String::from_utf8(from.text()?.to_vec()).map_err(|_| Broken)?;
            parts.push((name, from.maybe()?));
        }
        let mut summary = || {
            let count = from.u64()?;
            let digest = from.digest()?;
            let summary = Summary { count, digest, doubtful: from.u64()? };
            Ok((summary, (from.u64()?, from.digest()?)))
        };
        let (sources, first) = summary()?;
        let (outputs, second) = summary()?;
        if !from.is_done() {
            return Err(Broken);
        }
        Ok((Self { by_content, recorded, key, parts, sources, outputs }, [first, second]))
    }
}
