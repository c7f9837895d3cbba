//! What is ours to end: the processes of this run, those that tasks leave
//! behind, and what an earlier run left when it was killed.

mod strays;
mod survivors;

use crate::model::{JobId, Leaks, Leftover, RUN_VARIABLE};
use crate::sys::processes::{self, Process};
use foldhash::HashSet;
use strays::Strays;
pub(super) use strays::{Found, Target};
pub use survivors::recover;

/// The ownership of one run.
#[derive(Debug)]
pub(super) struct Ownership {
    /// The run's id, where its processes carry it.
    run: Option<String>,
    strays: Strays,
}

impl Ownership {
    /// Takes the processes of the run of this id into our care.
    pub(super) fn begin(run: Option<&str>) -> Self {
        Self { run: run.map(str::to_string), strays: Strays::new() }
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
        let run = self.run.as_deref();
        let marked = |pid| run.and_then(|run| job_of(run, pid));
        let guests = self.strays.has_guests();
        let owner = |pid| match marked(pid) {
            None if guests => None,
            mark => owner(mark),
        };
        self.strays.find(running, leaks, owner)
    }
}

/// The job of `run` that a process belongs to.
fn job_of(run: &str, pid: u32) -> Option<JobId> {
    let mark = processes::variable(pid, RUN_VARIABLE)?;
    let (id, job) = mark.split_once('/')?;
    (id == run).then(|| job.parse().ok().map(JobId)).flatten()
}
