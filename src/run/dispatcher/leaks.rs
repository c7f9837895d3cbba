//! What tasks leave behind, in the course of a run: named, ended, or spared.

use super::Dispatcher;
use crate::model::{Cause, Event, JobId, Leaks};
use crate::run::ownership::{Found, Ownership};
use crate::sys::processes;

impl Dispatcher<'_> {
    /// From now on what loses its parent is ours.
    pub(super) fn take_ownership(&mut self) {
        self.units.adopts = processes::adopt_orphans();
        if !self.options.owned {
            return;
        }
        self.ownership = Some(Ownership::begin(self.options.id));
        if !self.options.recovered.is_empty() {
            self.tell(Event::Recovered(self.options.recovered.clone()));
        }
    }

    /// The leader of a group has ended, and others in it have not.
    pub(super) fn end_left(&mut self, group: u32) {
        let Some(job) = self.units.job(group) else {
            return;
        };
        let Some(left) = Ownership::in_group(group) else {
            self.units.forsake(group);
            return self.settle(group);
        };
        if self.units.end_left(group) && !left.is_empty() {
            self.tell(Event::Leaked(job, left));
        }
    }

    /// A command of this job has ended: was that all? The cause where it is
    /// not, and that is a failure.
    pub(super) fn leaked(&mut self, job: JobId, in_group: bool) -> Option<Cause> {
        let mine = |marked: Option<JobId>| marked.filter(|marked| *marked == job);
        let leaked = self.look_for_strays(mine) || in_group;
        let fails = leaked && self.job(job).policy.leaks == Some(Leaks::Fail);
        let why = "it left processes behind, which `leaks = \"fail\"` forbids";
        fails.then(|| Cause::Error(vec![why.into()]))
    }

    /// All jobs have ended: what is still there is ended as well. True where
    /// that has to be waited for.
    pub(super) fn sweep(&mut self) -> bool {
        let lingered = self.units.have_lingered();
        if lingered || self.strays_seen {
            let last = self.last_ended;
            self.look_for_strays(|marked| marked.or(last));
        }
        !self.units.is_quiet()
    }

    fn look_for_strays(&mut self, owner: impl Fn(Option<JobId>) -> Option<JobId>) -> bool {
        let Some(ownership) = self.ownership.as_mut().filter(|_| !self.units.are_alone()) else {
            self.strays_seen = false;
            return false;
        };
        let mut known = self.units.groups();
        known.extend(self.foreground.sentinel());
        let jobs = &self.plan.jobs;
        let leaks = |id: JobId| jobs[id.0 as usize].policy.leaks.unwrap_or_default();
        let Found { left, to_end, nobody } = ownership.find(&known, leaks, owner);
        self.strays_seen = !nobody;
        for target in to_end {
            self.units.end_stray(target);
        }
        let any = !left.is_empty();
        for (job, process) in left {
            self.tell(Event::Leaked(job, vec![process]));
        }
        any
    }
}
