//! Processes that a task leaves behind: found, named, and ended where they are
//! ours to end. What left the session (servers, agents, daemons) is spared
//! unless the task says otherwise. Knows pids, groups and sessions, no events.

use foldhash::HashSet;
use nix::unistd::{getpgrp, getsid};

use crate::model::{JobId, Leaks, Leftover};
use crate::sys::processes::{self, Process};

/// What was found when a task had ended.
#[derive(Debug, Default)]
pub(in crate::run) struct Found {
    /// Processes by the job that left them.
    pub(in crate::run) left: Vec<(JobId, Leftover)>,
    /// What of it has to be ended.
    pub(in crate::run) to_end: Vec<Target>,
    /// There was nobody at all.
    pub(in crate::run) nobody: bool,
}

/// What a signal is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Target {
    /// A whole group.
    Group(u32),
    /// One process: its group is our own.
    One(u32),
}

/// Remembers what has been told of.
#[derive(Debug)]
pub(super) struct Strays {
    /// Not ours to end, or told of.
    spared: HashSet<u32>,
    session: u32,
    /// Whoever became us by an `exec` has left us children: what loses its parent
    /// may be one of theirs.
    guests: bool,
    /// Templates ask programs, which carry no mark.
    unmarked: bool,
}

impl Strays {
    /// What there is already is not ours: it was given us by an `exec`.
    pub(super) fn new() -> Self {
        let session = getsid(None).map_or(0, |session| session.as_raw() as u32);
        let spared = HashSet::from_iter(processes::adopted());
        Self { guests: !spared.is_empty(), spared, session, unmarked: false }
    }

    /// From now on there are programs that carry no mark.
    pub(super) fn expect_unmarked(&mut self) {
        self.unmarked = true;
    }

    /// True where what carries no mark may be somebody else's.
    pub(super) fn has_guests(&self) -> bool {
        self.guests
    }

    /// Those of our children that belong to no process in `running`. `owner`
    /// says whose a process is: `None` means that it is not for us to say yet.
    pub(super) fn find(
        &mut self,
        running: &HashSet<u32>,
        leaks: impl Fn(JobId) -> Leaks,
        owner: impl Fn(u32) -> Option<JobId>,
    ) -> Found {
        let mut found = Found::default();
        let children = if self.unmarked { processes::children() } else { processes::adopted() };
        let unknown =
            children.into_iter().filter(|c| !running.contains(c) && !self.spared.contains(c));
        let orphans: Vec<Process> = unknown.filter_map(processes::look).collect();
        found.nobody = orphans.is_empty();
        let ours = |p: &Process| !p.zombie && !running.contains(&p.group);
        for orphan in orphans.into_iter().filter(ours) {
            let Some(job) = owner(orphan.pid) else {
                continue;
            };
            let away = orphan.session != self.session;
            let spared = away && leaks(job) != Leaks::Kill;
            if spared {
                self.spared.insert(orphan.pid);
            } else {
                let own_group = orphan.group == getpgrp().as_raw() as u32;
                let target =
                    if own_group { Target::One(orphan.pid) } else { Target::Group(orphan.group) };
                found.to_end.push(target);
            }
            found.left.push((job, leftover(orphan.pid, spared)));
        }
        found
    }
}

pub(super) fn leftover(pid: u32, spared: bool) -> Leftover {
    Leftover { pid, command: processes::command_line(pid), spared }
}
