//! Files as they were recorded against files as they are.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::entries::{Entries, Entry, Trust};
use crate::files::{Digest, Source, Stat, Survey, threads};

/// So long, in nanoseconds, two changes of a file may look like one.
const TICK: i64 = 50_000_000;

/// The same where a file system counts whole seconds.
const COARSE_TICK: i64 = 2_000_000_000;

/// Files as they are, and what was read of them.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) survey: Survey,
    /// Contents, in the order of the files; empty where none was read.
    pub(super) digests: Vec<Option<Digest>>,
    /// When the look began, in nanoseconds since 1970.
    pub(super) taken: i64,
}

/// What two lists say of one path.
#[derive(Debug)]
pub(super) enum Pair<'r, 'n> {
    /// Only the record knows it.
    Then(Entry<'r>),
    /// Only the disk has it; with its place in the survey.
    Now(usize, Source<'n>),
    /// Both have it.
    Both(Entry<'r>, usize, Source<'n>),
}

/// What has happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Added,
    Removed,
    Changed,
    Unsettled,
    /// Its content would tell, and cannot be read.
    Unreadable,
}

impl Seen {
    /// Reads the contents that `wanted` picks and that are not known yet.
    pub(super) fn read(&mut self, wanted: impl Fn(usize, &Stat) -> bool + Sync) {
        let missing = |i: usize, stat: &Stat| self.digest(i).is_none() && wanted(i, stat);
        if !self.survey.files().enumerate().any(|(i, source)| missing(i, &source.stat)) {
            return;
        }
        let mut digests = self.survey.contents(threads(), missing);
        for (digest, known) in digests.iter_mut().zip(&self.digests) {
            *digest = known.or(*digest);
        }
        self.digests = digests;
    }

    pub(super) fn digest(&self, at: usize) -> Option<Digest> {
        self.digests.get(at).copied().flatten()
    }

    /// Reads the contents of files that their stat does not tell from a later state.
    pub(super) fn read_young(&mut self) {
        let taken = self.taken;
        self.read(|_, stat| is_young(stat, taken));
    }

    /// Trust in a file that has not moved since.
    pub(super) fn trust(&self, stat: &Stat) -> Trust {
        if is_young(stat, self.taken) { Trust::Young } else { Trust::Sound }
    }
}

/// True where a change right after a look at that time could not be told from this state.
fn is_young(stat: &Stat, taken: i64) -> bool {
    let coarse = stat.ctime % 1_000_000_000 == 0;
    stat.ctime > taken - if coarse { COARSE_TICK } else { TICK }
}

/// Both lists side by side, in order.
pub(super) fn pairs<'r, 'n>(
    then: &'r Entries,
    now: &'n Survey,
) -> impl Iterator<Item = Pair<'r, 'n>> {
    let mut then = then.iter().peekable();
    let mut now = now.files().enumerate().peekable();
    std::iter::from_fn(move || {
        let order = match (then.peek(), now.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(entry), Some((_, source))) => entry.order().cmp(&source.order()),
        };
        match order {
            Ordering::Less => then.next().map(Pair::Then),
            Ordering::Greater => now.next().map(|(at, source)| Pair::Now(at, source)),
            Ordering::Equal => {
                let (entry, (at, source)) = (then.next()?, now.next()?);
                Some(Pair::Both(entry, at, source))
            }
        }
    })
}

/// Takes over the digests of files that have not changed since they were
/// recorded, and reads what else is needed to tell.
pub(super) fn recall(then: &Entries, now: &mut Seen, by_content: bool) {
    let mut digests = vec![None; now.survey.len()];
    let mut wanted = vec![by_content; now.survey.len()];
    for pair in pairs(then, &now.survey) {
        let Pair::Both(entry, at, source) = pair else {
            continue;
        };
        match entry.trust {
            Trust::Sound if entry.stat == source.stat => digests[at] = entry.digest,
            Trust::Young if is_alike(&entry.stat, &source.stat) => wanted[at] = true,
            _ => {}
        }
    }
    for (digest, known) in digests.iter_mut().zip(&now.digests) {
        *digest = known.or(*digest);
    }
    now.digests = digests;
    now.read(|at, _| wanted[at]);
}

/// What has changed since the record; `now` has been through `recall`.
pub(super) fn changes<'a>(
    then: &'a Entries,
    now: &'a Seen,
    by_content: bool,
) -> impl Iterator<Item = (What, PathBuf)> + 'a {
    pairs(then, &now.survey).filter_map(move |pair| match pair {
        Pair::Now(_, source) => Some((What::Added, source.path())),
        Pair::Then(entry) if entry.trust == Trust::Gone => Some((What::Unsettled, path(&entry))),
        Pair::Then(entry) => Some((What::Removed, path(&entry))),
        Pair::Both(entry, at, source) => {
            change(&entry, &source, now.digest(at), by_content).map(|what| (what, path(&entry)))
        }
    })
}

fn change(
    then: &Entry<'_>,
    now: &Source<'_>,
    digest: Option<Digest>,
    by_content: bool,
) -> Option<What> {
    let content = || match digest {
        None => Some(What::Unreadable),
        Some(_) => (digest != then.digest).then_some(What::Changed),
    };
    match then.trust {
        Trust::Gone => Some(What::Added),
        Trust::Moved => Some(What::Unsettled),
        _ if by_content => content(),
        _ if !is_alike(&then.stat, &now.stat) => Some(What::Changed),
        Trust::Young => content(),
        Trust::Sound => None,
    }
}

/// All that counts by time, as in mise. The rest moves with a copy that keeps times, such as a
/// cache of CI makes. Times after 2262 are all one to us, and so say nothing.
fn is_alike(then: &Stat, now: &Stat) -> bool {
    (then.size, then.mtime) == (now.size, now.mtime) && now.mtime < i64::MAX
}

/// The path of an entry.
pub(super) fn path(entry: &Entry<'_>) -> PathBuf {
    Path::new(OsStr::from_bytes(entry.dir)).join(OsStr::from_bytes(entry.name))
}
