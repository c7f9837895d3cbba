//! What is ours to end: the processes of this run, those that tasks leave
//! behind, and what an earlier run left when it was killed.

mod ledger;
mod strays;

use std::collections::HashSet;
use std::path::Path;

use crate::model::{JobId, Leaks, Leftover};
use crate::sys::processes::{self, Process};
use ledger::Ledger;
pub(super) use ledger::VARIABLE;
use strays::Strays;
pub(super) use strays::{Found, Target};

/// The ownership of one run.
#[derive(Debug)]
pub(super) struct Ownership {
    /// None where the state directory cannot be written: then nobody can clean
    /// up after a `kill -9`.
    ledger: Option<Ledger>,
    strays: Strays,
}

impl Ownership {
    /// Takes the run's processes into our care. Returns what an earlier run of
    /// the project had left, which has been ended.
    pub(super) fn begin(state: &Path, project: &Path) -> (Self, Vec<Leftover>) {
        let recovered = ledger::recover(state, project);
        let ledger = Ledger::open(state, project).ok();
        (Self { ledger, strays: Strays::new() }, recovered)
    }

    /// Takes note of a group that has just been started.
    pub(super) fn note(&mut self, group: u32) {
        if let Some(ledger) = &mut self.ledger {
            ledger.note(group);
        }
    }

    /// What the processes of a job carry in their environment.
    pub(super) fn mark(&self, job: JobId) -> Option<String> {
        self.ledger.as_ref().map(|ledger| ledger.mark(job))
    }

    /// The members of a group whose leader has ended; `None` where all of them
    /// have ended, too, and wait for a parent that does not care.
    pub(super) fn in_group(group: u32) -> Option<Vec<Leftover>> {
        let (dead, alive): (Vec<Process>, Vec<Process>) =
            processes::all().into_iter().filter(|p| p.group == group).partition(|p| p.zombie);
        let none = alive.is_empty() && !dead.is_empty();
        (!none).then(|| alive.iter().map(|p| strays::leftover(p.pid, false)).collect())
    }

    /// From now on there are programs that carry no mark.
    pub(super) fn expect_unmarked(&mut self) {
        self.strays.expect_unmarked();
    }

    /// Those of our children that nobody in `running` answers for. `owner` gets
    /// the job of the mark that a process carries, and says whose it is.
    pub(super) fn find(
        &mut self,
        running: &HashSet<u32>,
        leaks: impl Fn(JobId) -> Leaks,
        owner: impl Fn(Option<JobId>) -> Option<JobId>,
    ) -> Found {
        let ledger = self.ledger.as_ref();
        let marked = |pid| ledger.and_then(|ledger| ledger.job_of(pid));
        let guests = self.strays.has_guests();
        let owner = |pid| match marked(pid) {
            None if guests => None,
            mark => owner(mark),
        };
        self.strays.find(running, leaks, owner)
    }
}
