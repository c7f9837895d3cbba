//! Named locks: files that one task of the machine holds at a time, and who
//! holds them. Knows tasks as numbers, and nothing of when to ask again.
//!
//! Inside one run a lock can be held by a chain of tasks, each called by the
//! one before it: who waits for what it has called lends it its locks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Names, in the order in which they are taken.
pub(super) type Names = BTreeSet<String>;

/// The variable that tells nested runs what those who started them hold.
pub(super) const VARIABLE: &str = "MEP_LOCKS";

/// All locks that this run knows of.
#[derive(Debug)]
pub(super) struct Locks {
    dir: PathBuf,
    project: PathBuf,
    /// Held by whoever started this run, which waits for us.
    lent: Names,
    held: BTreeMap<String, Hold>,
}

#[derive(Debug)]
struct Hold {
    /// Locked as long as it is open; `None` for what was lent to us.
    _file: Option<File>,
    /// The last one has it, the others wait for that one.
    holders: Vec<Holder>,
}

#[derive(Debug, Clone)]
struct Holder {
    who: usize,
    text: HolderText,
}

/// What a lock's file says of its holder.
#[derive(Debug, Clone)]
struct HolderText {
    task: String,
    pid: u32,
    since: SystemTime,
    project: PathBuf,
}

/// Why not.
#[derive(Debug)]
pub(super) enum Denied {
    /// Somebody has this one.
    Held {
        name: String,
        /// Whom we hear nothing of.
        elsewhere: bool,
    },
    /// It cannot be asked for.
    Broken(String),
}

/// What has been got but is not recorded yet.
#[derive(Debug)]
pub(super) struct Got(Vec<(String, Option<File>)>);

impl Locks {
    /// `lent` is the value of the variable.
    pub(super) fn new(state: &Path, project: &Path, lent: &str) -> Self {
        Self {
            dir: state.join("locks"),
            project: project.to_path_buf(),
            lent: lent.split_ascii_whitespace().map(String::from).collect(),
            held: BTreeMap::new(),
        }
    }

    /// Takes all of the names or none. `lends` says whether a task waits for
    /// the one that asks.
    pub(super) fn ask(
        &self,
        who: usize,
        names: &Names,
        lends: impl Fn(usize) -> bool,
    ) -> Result<Got, Denied> {
        let mut got = Vec::new();
        for name in names {
            let file = match self.held.get(name).and_then(|hold| hold.holders.last()) {
                Some(holder) if holder.who == who || lends(holder.who) => None,
                Some(_) => return Err(Denied::Held { name: name.clone(), elsewhere: false }),
                None if self.lent.contains(name) => None,
                None => Some(self.open(name)?),
            };
            got.push((name.clone(), file));
        }
        Ok(Got(got))
    }

    fn open(&self, name: &str) -> Result<File, Denied> {
        let path = self.dir.join(name);
        let broken = |what: &str, path: &Path, error: std::io::Error| {
            Denied::Broken(format!(
                "cannot take the lock {name}: {what} {}: {error}",
                path.display()
            ))
        };
        fs::create_dir_all(&self.dir).map_err(|e| broken("cannot create", &self.dir, e))?;
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|e| broken("cannot open", &path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(Denied::Held { name: name.to_string(), elsewhere: true })
            }
            Err(TryLockError::Error(e)) => Err(broken("cannot lock", &path, e)),
        }
    }

    /// Records what has been got.
    pub(super) fn take(&mut self, who: usize, task: &str, Got(got): Got) {
        let text = HolderText {
            task: task.to_string(),
            pid: std::process::id(),
            since: SystemTime::now(),
            project: self.project.clone(),
        };
        for (name, mut file) in got {
            if let Some(file) = &mut file {
                // It is for people; the lock holds without it as well.
                let _ = text.write(file);
            }
            let new = || Hold { _file: file, holders: Vec::new() };
            let holders = &mut self.held.entry(name).or_insert_with(new).holders;
            if holders.iter().all(|holder| holder.who != who) {
                holders.push(Holder { who, text: text.clone() });
            }
        }
    }

    /// Lets go of everything that a task holds; true where there was something.
    pub(super) fn release(&mut self, who: usize) -> bool {
        let mut any = false;
        self.held.retain(|_, hold| {
            let before = hold.holders.len();
            hold.holders.retain(|holder| holder.who != who);
            any |= hold.holders.len() < before;
            !hold.holders.is_empty()
        });
        any
    }

    /// The value of the variable for what a task starts; `None` where it is
    /// what we were given ourselves.
    pub(super) fn lent_by(&self, who: usize, lends: impl Fn(usize) -> bool) -> Option<String> {
        let has = |hold: &Hold| hold.holders.iter().any(|h| h.who == who || lends(h.who));
        let own = self.held.iter().filter(|(_, hold)| has(hold)).map(|(name, _)| name);
        let own: Names = own.cloned().collect();
        if own.is_empty() {
            return None;
        }
        let all: Vec<&str> = own.union(&self.lent).map(String::as_str).collect();
        Some(all.join(" "))
    }

    /// Who has it, as a person would say it.
    pub(super) fn holder(&self, name: &str) -> String {
        let ours = self.held.get(name).and_then(|hold| hold.holders.last()).map(|h| h.text.clone());
        let text = ours.or_else(|| HolderText::read(&self.dir.join(name)));
        text.map_or_else(|| "another run".into(), |text| text.to_string())
    }
}

impl HolderText {
    fn write(&self, file: &mut File) -> std::io::Result<()> {
        let Self { task, pid, since, project } = self;
        let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{task}\n{pid}\n{since}\n{}", project.display())
    }

    fn read(path: &Path) -> Option<Self> {
        let mut text = String::new();
        File::open(path).ok()?.read_to_string(&mut text).ok()?;
        let mut lines = text.splitn(4, '\n');
        Some(Self {
            task: lines.next()?.to_string(),
            pid: lines.next()?.parse().ok()?,
            since: UNIX_EPOCH + Duration::from_secs(lines.next()?.parse().ok()?),
            project: lines.next()?.into(),
        })
    }
}

impl std::fmt::Display for HolderText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { task, pid, since, project } = self;
        let seconds = since.elapsed().unwrap_or_default().as_secs();
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let age = match seconds {
            0..60 => format!("{seconds}s"),
            60..3600 => format!("{minutes}m{}s", seconds % 60),
            _ => format!("{hours}h{minutes}m"),
        };
        write!(f, "{task} of pid {pid} in {} for {age}", project.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Names {
        list.iter().map(|name| name.to_string()).collect()
    }

    fn no_caller(_: usize) -> bool {
        false
    }

    #[test]
    fn all_or_none_and_free_again_by_release() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut one = Locks::new(dir.path(), Path::new("/p"), "");
        let two = Locks::new(dir.path(), Path::new("/q"), "");
        let got = one.ask(1, &names(&["b"]), no_caller).expect("free");
        one.take(1, "first", got);
        let denied = two.ask(1, &names(&["a", "b"]), no_caller);
        assert!(matches!(denied, Err(Denied::Held { name, elsewhere: true }) if name == "b"));
        assert!(one.ask(2, &names(&["a"]), no_caller).is_ok(), "nothing is kept of a failure");
        assert!(two.holder("b").starts_with("first of pid "), "{}", two.holder("b"));
        assert!(one.release(1) && !one.release(1));
        assert!(two.ask(1, &names(&["a", "b"]), no_caller).is_ok());
    }

    #[test]
    fn a_caller_lends_to_one_at_a_time() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut locks = Locks::new(dir.path(), Path::new("/p"), "given");
        let wanted = names(&["db", "given"]);
        let got = locks.ask(1, &wanted, no_caller).expect("free");
        locks.take(1, "caller", got);
        let got = locks.ask(2, &wanted, |holder| holder == 1).expect("lent");
        locks.take(2, "called", got);
        let second = locks.ask(3, &wanted, |holder| holder == 1);
        assert!(matches!(second, Err(Denied::Held { elsewhere: false, .. })));
        assert_eq!(locks.lent_by(1, no_caller).as_deref(), Some("db given"));
        assert_eq!(locks.lent_by(4, no_caller), None);
        locks.release(2);
        assert!(locks.ask(3, &wanted, |holder| holder == 1).is_ok());
        locks.release(1);
        assert!(locks.ask(9, &wanted, no_caller).is_ok());
    }

    #[test]
    fn ages_are_as_exact_as_people_need() {
        let said = |seconds| {
            let since = SystemTime::now() - Duration::from_secs(seconds);
            HolderText { task: "t".into(), pid: 1, since, project: "/p".into() }.to_string()
        };
        assert_eq!(said(5), "t of pid 1 in /p for 5s");
        assert_eq!(said(200), "t of pid 1 in /p for 3m20s");
        assert_eq!(said(7_500), "t of pid 1 in /p for 2h5m");
    }
}
