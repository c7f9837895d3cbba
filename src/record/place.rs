//! Where the runs of a project are on record, and what they are called. A name
//! says when a run began, whether it is nested and whether it has ended.

use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Ends the name of a run that goes on.
const LIVE: &str = ".run";
/// Ends the name of one that has ended.
const DONE: &str = ".ndjson";
/// Stands before these for a run that was started by another one.
const NESTED: &str = ".sub";

/// How far ahead of us the clock of a run may have been.
const AHEAD: Duration = Duration::from_secs(60);

/// The directory of one project.
#[derive(Debug, Clone)]
pub struct Place {
    dir: PathBuf,
}

/// A run on record, as far as its name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its file of events.
    pub path: PathBuf,
    /// Another run started it.
    pub nested: bool,
    /// It goes on, or was killed a moment ago.
    pub live: bool,
}

impl Place {
    /// Where the runs of `project` are.
    pub fn new(state: &Path, project: &Path) -> Self {
        let digest = blake3::hash(project.as_os_str().as_bytes()).to_hex();
        Self { dir: state.join("record").join(&digest[..16]) }
    }

    /// All runs, the newest first. One of the future is none that anybody has
    /// seen lately: the clock was wrong, and it comes last.
    pub fn runs(&self) -> Vec<Listed> {
        let listed = |dir: PathBuf, end: &'static str| {
            let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
            entries.filter_map(move |entry| Listed::new(&dir, &entry.file_name(), end))
        };
        let live = listed(self.live(), LIVE);
        let mut runs: Vec<Listed> = listed(self.dir.clone(), DONE).chain(live).collect();
        let now = unix_time() + AHEAD;
        runs.sort_by_cached_key(|run| std::cmp::Reverse((run.began() <= now, run.id.clone())));
        runs
    }

    /// The run of this id, without looking at the others.
    pub fn run(&self, id: &str) -> Option<Listed> {
        began(id)?;
        let names = [(false, false), (true, false), (false, true), (true, true)];
        let runs = names.map(|(nested, live)| {
            let path = if live { self.of_live(id, nested) } else { self.of_done(id, nested) };
            Listed { id: id.to_string(), path, nested, live }
        });
        runs.into_iter().find(|run| run.path.exists())
    }

    /// The file of the past of its tasks.
    pub(super) fn history(&self) -> PathBuf {
        self.dir.join("history")
    }

    /// Where the files of live runs are.
    pub(super) fn live(&self) -> PathBuf {
        self.dir.join("live")
    }

    /// The file of a run that goes on.
    pub(super) fn of_live(&self, id: &str, nested: bool) -> PathBuf {
        self.live().join(name(id, nested, LIVE))
    }

    /// The file of a run that has ended.
    pub(super) fn of_done(&self, id: &str, nested: bool) -> PathBuf {
        self.dir.join(name(id, nested, DONE))
    }

    /// The file of what the tasks of a run wrote.
    pub(super) fn log(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.log"))
    }

    /// Makes the directories, for their owner alone.
    pub(super) fn make(&self) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(self.live())
    }
}

fn name(id: &str, nested: bool, end: &str) -> String {
    let nested = if nested { NESTED } else { "" };
    format!("{id}{nested}{end}")
}

impl Listed {
    fn new(dir: &Path, name: &OsStr, end: &str) -> Option<Self> {
        let stem = name.to_str()?.strip_suffix(end)?;
        let id = stem.strip_suffix(NESTED);
        let nested = id.is_some();
        let id = id.unwrap_or(stem);
        began(id)?;
        Some(Self { id: id.to_string(), path: dir.join(name), nested, live: end == LIVE })
    }

    /// The live runs below `dir`.
    pub(super) fn live(dir: &Path) -> impl Iterator<Item = Self> + use<> {
        let dir = dir.to_path_buf();
        let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
        entries.filter_map(move |entry| Self::new(&dir, &entry.file_name(), LIVE))
    }

    /// When it began, since 1970.
    pub fn began(&self) -> Duration {
        began(&self.id).unwrap_or_default()
    }

    /// The process that made it.
    pub(super) fn pid(&self) -> Option<u32> {
        u32::from_str_radix(self.id.split_once('-')?.1, 36).ok()
    }
}

/// When the run of this id began; `None` where it is no id.
fn began(id: &str) -> Option<Duration> {
    let (time, pid) = id.split_once('-')?;
    u32::from_str_radix(pid, 36).ok()?;
    u64::from_str_radix(time, 36).ok().filter(|_| time.len() == 8).map(Duration::from_millis)
}

/// The id of a run: the names of later ones come after it.
pub(super) fn id(began: Duration, pid: u32) -> String {
    let mut id = [b'0'; 8];
    let mut rest = began.as_millis() as u64;
    for digit in id.iter_mut().rev() {
        *digit = digit_of(rest % 36);
        rest /= 36;
    }
    let mut text: String = id.iter().map(|digit| char::from(*digit)).collect();
    text.push('-');
    let mut digits = Vec::new();
    let mut rest = u64::from(pid);
    while digits.is_empty() || rest > 0 {
        digits.push(char::from(digit_of(rest % 36)));
        rest /= 36;
    }
    text.extend(digits.iter().rev());
    text
}

fn digit_of(value: u64) -> u8 {
    b"0123456789abcdefghijklmnopqrstuvwxyz"[value as usize]
}

/// Since 1970, by a clock that somebody may set.
pub(super) fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// What belongs to somebody else is not believed.
pub(super) fn is_ours(file: &std::fs::File) -> bool {
    file.metadata().is_ok_and(|data| data.uid() == nix::unistd::geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_and_by_whom() {
        let time = Duration::from_millis(1_790_000_000_123);
        let run = |pid| id(time, pid);
        assert_eq!(run(0).len(), 10);
        for pid in [0, 1, 35, 36, 4_194_304, u32::MAX] {
            let listed = Listed::new(Path::new("/d"), OsStr::new(&(run(pid) + DONE)), DONE);
            let listed = listed.expect("it is a name");
            assert_eq!((listed.began(), listed.pid()), (time, Some(pid)));
        }
        assert!(run(7) < id(time + Duration::from_millis(1), 3));
        for other in ["", "history", "live", "x.ndjson", "00000000-.ndjson", "0-1.ndjson"] {
            assert_eq!(Listed::new(Path::new("/d"), OsStr::new(other), DONE), None, "{other}");
        }
    }
}
