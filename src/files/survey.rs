//! What a list of patterns means at one moment: files in order, with what
//! tells one state of them from another.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::fs::{Mode, OFlags};

use super::contents::{Reader, WORTH_A_THREAD};
use super::digest::{Digest, Hasher};
use super::listing::{Listing, Stat, open};
use super::rules::Rules;

/// The files of one directory that were picked.
#[derive(Debug)]
pub(super) struct Found {
    listing: Arc<Listing>,
    picks: Picks,
    /// Of names and stats.
    digest: Digest,
}

/// Places in a directory.
#[derive(Debug, Default)]
pub(super) struct Picks {
    places: Vec<u32>,
    /// What is in the files, up to the last one that the walk has read.
    contents: Vec<Option<Digest>>,
}

/// A file that was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// Its directory.
    pub dir: &'a Path,
    /// Its name there.
    pub name: &'a [u8],
    /// How it was.
    pub stat: Stat,
}

/// What a list of patterns means now.
#[derive(Debug, Default)]
pub struct Survey {
    found: Vec<Found>,
    /// What could not be looked at, and why.
    pub unreadable: Vec<(PathBuf, String)>,
    /// By pattern: there is something that matches it, if only a directory.
    matched: Vec<bool>,
    newest_dir: Option<i64>,
}

impl Picks {
    pub(super) fn add(&mut self, place: usize, content: Option<Digest>) {
        if content.is_some() {
            self.contents.resize(self.places.len(), None);
            self.contents.push(content);
        }
        self.places.push(place as u32);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn len(&self) -> usize {
        self.places.len()
    }
}

impl Found {
    pub(super) fn new(listing: Arc<Listing>, picks: Picks) -> Self {
        let mut found = Self { listing, picks, digest: Digest::default() };
        let mut hasher = Hasher::default();
        for source in found.files() {
            hasher.part(source.name);
            hasher.add(&source.stat.bytes());
        }
        found.digest = hasher.done();
        found
    }

    fn files(&self) -> impl Iterator<Item = Source<'_>> {
        self.picks.places.iter().filter_map(|at| {
            let stat = *self.listing.stat(*at as usize)?;
            Some(Source { dir: &self.listing.path, name: self.listing.name(*at as usize), stat })
        })
    }

    fn order(&self) -> (&[u8], &[u8]) {
        let first = self.picks.places.first().map_or(&[][..], |at| self.listing.name(*at as usize));
        (self.listing.path.as_os_str().as_bytes(), first)
    }
}

impl Source<'_> {
    /// Its path.
    pub fn path(&self) -> PathBuf {
        self.dir.join(OsStr::from_bytes(self.name))
    }

    /// What files are sorted by.
    pub fn order(&self) -> (&[u8], &[u8]) {
        (self.dir.as_os_str().as_bytes(), self.name)
    }
}

impl Survey {
    pub(super) fn new(patterns: usize) -> Self {
        Self { matched: vec![false; patterns], ..Self::default() }
    }

    pub(super) fn found(&mut self, found: Found) {
        self.found.push(found);
    }

    pub(super) fn matches(&mut self, pattern: usize) {
        self.matched[pattern] = true;
    }

    pub(super) fn dir_changed(&mut self, mtime: i64) {
        self.newest_dir = self.newest_dir.max(Some(mtime));
    }

    /// Takes what another thread has seen.
    pub(super) fn join(&mut self, other: Self) {
        self.found.extend(other.found);
        self.unreadable.extend(other.unreadable);
        for (mine, theirs) in self.matched.iter_mut().zip(other.matched) {
            *mine |= theirs;
        }
        self.newest_dir = self.newest_dir.max(other.newest_dir);
    }

    pub(super) fn sort(&mut self) {
        self.found.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        self.unreadable.sort();
    }

    /// All files, by directory and name.
    pub fn files(&self) -> impl Iterator<Item = Source<'_>> {
        self.found.iter().flat_map(Found::files)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.iter().map(|found| found.picks.len()).sum()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Of all paths and stats: equal digests are equal sources.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        for found in &self.found {
            hasher.part(found.listing.path.as_os_str().as_bytes());
            hasher.add(found.digest.as_bytes());
        }
        hasher.done()
    }

    /// The file that was changed last.
    pub fn newest(&self) -> Option<Source<'_>> {
        self.files().max_by_key(|source| source.stat.mtime)
    }

    /// When the last change of a file, or of a directory that matches, was.
    pub fn newest_change(&self) -> Option<i64> {
        self.newest().map(|source| source.stat.mtime).max(self.newest_dir)
    }

    /// Indexes of the including patterns that match nothing, not even a
    /// directory.
    pub fn without_match(&self, rules: &Rules) -> Vec<usize> {
        let mut missing: Vec<usize> = rules.including().filter(|i| !self.matched[*i]).collect();
        missing.dedup();
        missing
    }

    /// The contents that the walk has read, in the order of `files`.
    pub fn take_contents(&mut self) -> Vec<Option<Digest>> {
        let mut all = Vec::with_capacity(self.len());
        for found in &mut self.found {
            let end = all.len() + found.picks.len();
            all.append(&mut found.picks.contents);
            all.resize(end, None);
        }
        all
    }

    /// Digests of the contents of those files whose numbers `wanted` picks, in
    /// the order of `files`; nothing for the others, and for what cannot be
    /// read.
    pub fn contents(
        &self,
        threads: usize,
        wanted: impl Fn(usize, &Stat) -> bool + Sync,
    ) -> Vec<Option<Digest>> {
        let mut from = 0;
        let parts: Vec<(usize, &Found)> = self
            .found
            .iter()
            .map(|found| {
                let first = from;
                from += found.picks.len();
                (first, found)
            })
            .collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut reader = Reader::new();
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some((first, found)) = parts.get(at) else {
                    return done;
                };
                let wanted = |i: usize, stat: &Stat| wanted(first + i, stat);
                if let Some(digests) = found.contents(&mut reader, wanted) {
                    done.push((*first, digests));
                }
            }
        };
        let helpers = if from < WORTH_A_THREAD { 0 } else { threads.min(parts.len()) - 1 };
        let done = thread::scope(|scope| {
            let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(work)).collect();
            let mut done = work();
            done.extend(helpers.into_iter().filter_map(|h| h.join().ok()).flatten());
            done
        });
        let mut all = vec![None; from];
        for (first, digests) in done {
            all[first..first + digests.len()].clone_from_slice(&digests);
        }
        all
    }
}

impl Found {
    /// Nothing where no file is wanted.
    fn contents(
        &self,
        reader: &mut Reader,
        wanted: impl Fn(usize, &Stat) -> bool,
    ) -> Option<Vec<Option<Digest>>> {
        let wanted: Vec<bool> =
            self.files().enumerate().map(|(i, source)| wanted(i, &source.stat)).collect();
        if !wanted.contains(&true) {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::open(&self.listing.path, flags, Mode::empty()).ok()?;
        let mut digest = |source: Source<'_>| {
            reader.digest(open(&dir, source.name).ok()?, source.stat.size).ok()
        };
        let files = self.files().zip(wanted);
        Some(files.map(|(source, wanted)| if wanted { digest(source) } else { None }).collect())
    }
}
