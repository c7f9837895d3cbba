//! Is a task's work still good? Answers with a reason, from a stored manifest
//! of inputs, outputs and the definition. A manifest is written after success
//! only and set aside before the work starts, so a killed run is never fresh.
//!
//! Inside, from the bottom: `inputs`, `reason`, `bytes` → `entries` (a list of files)
//! → `manifest` (the stored form), `key` (what keeps values in it from being guessed), `compare` (a list against the disk),
//! `claim` (who is at work) → `record` (what is written after a success) →
//! `check` (the verdict) → `Freshness`.

mod bytes;
mod check;
mod claim;
mod compare;
mod entries;
mod inputs;
mod key;
mod manifest;
mod reason;
mod record;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use check::{Check, Depth};
use claim::Claim;
use compare::Seen;
use key::Key;
use nix::fcntl::{Flock, FlockArg};

use crate::files::{Index, threads};
use crate::plan::FreshSpec;

pub use check::{Findings, Success};
pub use reason::{Change, Reason};

/// How strict the check is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode {
    /// Compare contents instead of times.
    pub by_content: bool,
    /// An output as old as the newest source is still good.
    pub equal_is_fresh: bool,
    /// Nothing is fresh.
    pub force: bool,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to do.
    Fresh,
    /// Has to run, because of this.
    Stale(Reason),
}

/// Where manifests are kept, and how strict checks are.
#[derive(Debug)]
pub struct Freshness {
    dir: PathBuf,
    mode: Mode,
    /// Read when the first record is, if there is one.
    key: OnceLock<Option<Key>>,
    /// What has been looked at since the last process started.
    index: Index,
    /// What is known of tasks that are about to run, or do; by identity.
    held: HashMap<String, Held>,
    /// Checks that were made ahead of their turn.
    foreseen: HashMap<String, Check>,
}

/// What is kept of a task from its check to its end.
#[derive(Debug, Default)]
struct Held {
    /// Its sources before the work.
    before: Option<Seen>,
    claim: Option<io::Result<Claim>>,
}

impl Freshness {
    /// Manifests below the state directory.
    pub fn new(state: &Path, mode: Mode) -> Self {
        Self {
            dir: state.join("fresh"),
            mode,
            key: OnceLock::new(),
            index: Index::default(),
            held: HashMap::new(),
            foreseen: HashMap::new(),
        }
    }

    /// Decides; reads, never writes. The notes are for the reader.
    pub fn verdict(
        &self,
        spec: &FreshSpec,
        dependency_ran: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Verdict {
        let check = self.examine(spec, dependency_ran, Depth::First, threads());
        notes.extend(check.findings.notes);
        match check.findings.causes.into_iter().next() {
            Some(reason) => Verdict::Stale(reason),
            None => Verdict::Fresh,
        }
    }

    /// Everything that there is to say; reads, never writes.
    pub fn explain(&self, spec: &FreshSpec, dependency_runs: Option<&str>) -> Findings {
        self.examine(spec, dependency_runs, Depth::All, threads()).findings
    }

    /// Decides for a task whose turn it is, and keeps what it has seen for
    /// `begin`. What a skipped task's record has to learn is written.
    pub fn check(
        &mut self,
        spec: &FreshSpec,
        dependency_ran: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Verdict {
        let foreseen = self.foreseen.remove(&spec.identity).filter(|_| dependency_ran.is_none());
        let check =
            foreseen.unwrap_or_else(|| self.examine(spec, dependency_ran, Depth::First, threads()));
        notes.extend(check.findings.notes.iter().cloned());
        let Some(reason) = check.findings.causes.first().cloned() else {
            if let Some((head, lists)) = check.renewal {
                self.renew(spec, &head, &lists);
            }
            return Verdict::Fresh;
        };
        let held = Held { before: check.sources, claim: None };
        self.held.insert(spec.identity.clone(), held);
        Verdict::Stale(reason)
    }

    /// Makes the checks of tasks whose turn comes next, side by side.
    pub fn foresee(&mut self, specs: &[&FreshSpec]) {
        let threads = threads().min(specs.len());
        if threads < 2 || self.mode.force {
            return;
        }
        let next = std::sync::atomic::AtomicUsize::new(0);
        let this = &*self;
        let work = || {
            let mut done = Vec::new();
            while let Some(spec) =
                specs.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            {
                done.push((spec.identity.clone(), this.examine(spec, None, Depth::First, 1)));
            }
            done
        };
        let done = std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut done = work();
            done.extend(helpers.into_iter().filter_map(|h| h.join().ok()).flatten());
            done
        });
        self.foreseen.extend(done);
    }

    /// True where the check of this task has been made.
    pub fn has_foreseen(&self, spec: &FreshSpec) -> bool {
        self.foreseen.contains_key(&spec.identity)
    }

    /// Something is about to run, or runs: what has been seen may change.
    pub fn disturb(&mut self) {
        self.index.clear();
        self.foreseen.clear();
    }

    /// Sets the last success aside: the work is about to start.
    ///
    /// # Errors
    /// Where the state directory cannot be written: the record still stands.
    pub fn begin(&mut self, spec: &FreshSpec) -> io::Result<()> {
        let mut held = self.held.remove(&spec.identity).unwrap_or_default();
        let before = held.before.take();
        held.before = Some(self.before(spec, before));
        let _guard = self.guard();
        let set_aside = match fs::rename(self.path(spec), self.aside(spec)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        held.claim = Some(Claim::new(&self.dir.join(format!("{}.turn", spec.identity))));
        self.held.insert(spec.identity.clone(), held);
        set_aside
    }

    /// The work did not come to a good end.
    pub fn abandon(&mut self, spec: &FreshSpec) {
        self.held.remove(&spec.identity);
    }

    /// For as long as it is held, nobody else sets records aside or writes
    /// them.
    fn guard(&self) -> Option<Flock<File>> {
        let open = || File::open(&self.dir);
        let dir = open().or_else(|_| fs::create_dir_all(&self.dir).and_then(|()| open())).ok()?;
        Flock::lock(dir, FlockArg::LockExclusive).ok()
    }

    fn key(&self) -> Option<Key> {
        *self.key.get_or_init(|| Key::load(&self.dir))
    }

    fn path(&self, spec: &FreshSpec) -> PathBuf {
        self.dir.join(format!("{}.fresh", spec.identity))
    }

    /// Where the last success is kept while its task is at work, and after a
    /// failure.
    fn aside(&self, spec: &FreshSpec) -> PathBuf {
        self.dir.join(format!("{}.last", spec.identity))
    }
}
