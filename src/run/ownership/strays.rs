//! Processes that a task leaves behind: found, named, and ended where they are
//! ours to end. What left the session (servers, agents, daemons) is spared
//! unless the task says otherwise. Knows pids, groups and sessions, no events.

use std::collections::HashSet;

use nix::unistd::getsid;

use crate::model::{JobId, Leaks, Leftover};
use crate::sys::processes::{self, Process};

/// What was found when a task had ended.
#[derive(Debug, Default)]
pub(in crate::run) struct Found {
    /// Processes by the job that left them.
    pub(in crate::run) left: Vec<(JobId, Leftover)>,
    /// Groups to end.
    pub(in crate::run) groups: Vec<u32>,
}

/// Remembers what has been told of.
#[derive(Debug)]
pub(super) struct Strays {
    spared: HashSet<u32>,
    session: u32,
}

impl Strays {
    /// Nothing has been told of yet.
    pub(super) fn new() -> Self {
        let session = getsid(None).map_or(0, |session| session.as_raw() as u32);
        Self { spared: HashSet::new(), session }
    }

    /// Orphans that we were left and that belong to no process in `running`.
    /// `owner` says whose a process is: `None` means that it is not for us to
    /// say yet.
    pub(super) fn find(
        &mut self,
        running: &HashSet<u32>,
        leaks: impl Fn(JobId) -> Leaks,
        owner: impl Fn(u32) -> Option<JobId>,
    ) -> Found {
        let mut found = Found::default();
        let children = processes::children();
        let unknown =
            children.into_iter().filter(|c| !running.contains(c) && !self.spared.contains(c));
        let orphans: Vec<Process> = unknown.filter_map(processes::look).collect();
        for orphan in orphans.into_iter().filter(|p| !p.zombie && !running.contains(&p.group)) {
            let Some(job) = owner(orphan.pid) else {
                continue;
            };
            let away = orphan.session != self.session;
            let spared = away && leaks(job) != Leaks::Kill;
            if spared {
                self.spared.insert(orphan.pid);
            } else {
                found.groups.push(orphan.group);
            }
            found.left.push((job, leftover(orphan.pid, spared)));
        }
        found
    }
}

pub(super) fn leftover(pid: u32, spared: bool) -> Leftover {
    Leftover { pid, command: processes::command_line(pid), spared }
}
