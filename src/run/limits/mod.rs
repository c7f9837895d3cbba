//! What a job needs besides its turn: the locks of its task, and slots of the
//! pool that is shared with other programs. Answers whether it may start,
//! and says when to ask again. Starts nothing itself.

mod locks;
mod pool;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::state::State;
use crate::model::{EnvMap, Event, JobId, PoolKind, Wait};
use crate::plan::{EdgeKind, Job, Plan};
use locks::{Denied, Got, Locks, Names};
use pool::Pool;

/// How often locks are tried that another run holds: it tells nobody.
const LOOK: Duration = Duration::from_millis(50);
/// How often groups are looked at: nobody tells of their end.
const SOON: Duration = Duration::from_millis(10);
/// A wait that lasts longer is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a run shares what there is with others.
#[derive(Debug, Clone)]
pub struct Sharing<'a> {
    /// The environment we were started with.
    pub env: &'a EnvMap,
    /// The project, as those who wait for us are told.
    pub project: PathBuf,
    /// The pool of job slots.
    pub pool: PoolKind,
}

/// Whether a job may start.
#[derive(Debug)]
pub(super) enum Admission {
    /// Now.
    Granted,
    /// Not yet: others go on without it.
    Aside,
    /// Not yet, and so no other that takes a slot.
    Later,
    /// Never.
    Refused(String),
}

/// The locks and the pool of a run, and who waits for them.
#[derive(Debug)]
pub(super) struct Limits {
    locks: Locks,
    pool: Pool,
    /// Set aside, each for a lock.
    waiting: BTreeMap<JobId, Waiting>,
    /// The first in the queue, if the pool keeps it there.
    kept: Option<Kept>,
    /// Groups of failed tasks that are being ended.
    groups: Vec<(usize, u32)>,
    /// Tasks that have ended, but for such groups.
    closing: Vec<usize>,
    /// A lock was let go of since the last look.
    released: bool,
    look_at: Instant,
}

#[derive(Debug)]
struct Waiting {
    names: Names,
    /// The lock it could not get.
    name: String,
    /// Held by another run.
    elsewhere: bool,
    since: Instant,
    told: bool,
}

#[derive(Debug)]
struct Kept {
    job: JobId,
    since: Instant,
    told: bool,
    /// It asked since the last balance.
    again: bool,
}

impl Limits {
    pub(super) fn new(state: &Path, slots: usize, sharing: &Sharing<'_>) -> Self {
        let lent = sharing.env.get(locks::VARIABLE).and_then(|value| value.to_str());
        Self {
            locks: Locks::new(state, &sharing.project, lent.unwrap_or_default()),
            pool: Pool::new(sharing.pool, slots, sharing.env),
            waiting: BTreeMap::new(),
            kept: None,
            groups: Vec::new(),
            closing: Vec::new(),
            released: false,
            look_at: Instant::now(),
        }
    }

    /// Gets all that the job needs, or nothing. The job is the one that
    /// `State::next` has named.
    pub(super) fn admit(&mut self, plan: &Plan, state: &State, id: JobId) -> Admission {
        let (load, weight) = (state.load(), state.slots_of(id));
        if weight > 0 && !self.pool.cover(load, weight) {
            self.keep(id);
            return Admission::Later;
        }
        let names = match self.waiting.remove(&id) {
            Some(before) => return self.try_again(plan, id, before),
            None => wanted(plan, state, id),
        };
        if names.is_empty() {
            return Admission::Granted;
        }
        let since = Instant::now();
        let new = Waiting { names, name: String::new(), elsewhere: false, since, told: false };
        self.try_again(plan, id, new)
    }

    fn try_again(&mut self, plan: &Plan, id: JobId, mut waiting: Waiting) -> Admission {
        match self.ask(plan, id, &waiting.names) {
            Ok(got) => {
                let who = plan.graph.get(id).occurrence;
                self.locks.take(who, &plan.jobs[id.0 as usize].name, got);
                Admission::Granted
            }
            Err(Denied::Broken(why)) => Admission::Refused(why),
            Err(Denied::Held { name, elsewhere }) => {
                (waiting.name, waiting.elsewhere) = (name, elsewhere);
                self.waiting.insert(id, waiting);
                Admission::Aside
            }
        }
    }

    fn ask(&self, plan: &Plan, id: JobId, names: &Names) -> Result<Got, Denied> {
        let who = plan.graph.get(id).occurrence;
        self.locks.ask(who, names, |holder| waits(plan, holder, who))
    }

    fn keep(&mut self, id: JobId) {
        match self.kept.as_mut().filter(|kept| kept.job == id) {
            Some(kept) => kept.again = true,
            None => {
                let since = Instant::now();
                self.kept = Some(Kept { job: id, since, told: false, again: true });
            }
        }
    }

    /// Gives back what the jobs that run do not need.
    pub(super) fn balance(&mut self, state: &State) {
        self.pool.balance(state.load());
        self.kept.take_if(|kept| !std::mem::take(&mut kept.again));
    }

    /// Takes note of the end of a job.
    pub(super) fn ended(&mut self, plan: &Plan, id: JobId) {
        self.waiting.remove(&id);
        if plan.graph.occurrence(id).last == id {
            self.closing.push(plan.graph.get(id).occurrence);
            self.let_go();
        }
    }

    /// What is left of a failed task is being ended: it has its locks till then.
    pub(super) fn lingers(&mut self, plan: &Plan, id: JobId, group: u32) {
        self.groups.push((plan.graph.get(id).occurrence, group));
    }

    /// Forgets groups that are gone.
    pub(super) fn forget_groups(&mut self, lingers: impl Fn(u32) -> bool) {
        if !self.groups.is_empty() {
            self.groups.retain(|(_, group)| lingers(*group));
            self.let_go();
        }
    }

    fn let_go(&mut self) {
        let Self { groups, locks, released, .. } = self;
        self.closing.retain(|task| {
            let lingers = groups.iter().any(|(of, _)| of == task);
            *released |= !lingers && locks.release(*task);
            lingers
        });
    }

    /// When to look again.
    pub(super) fn next(&self) -> Option<Instant> {
        let told = |since: Instant, told: bool| (!told).then(|| since + PATIENCE);
        let waiting = self.waiting.values().flat_map(|w| {
            [told(w.since, w.told), w.elsewhere.then(|| self.look_at.max(w.since + LOOK))]
        });
        let kept = self.kept.as_ref().and_then(|kept| told(kept.since, kept.told));
        let now = (self.released && !self.waiting.is_empty()).then(Instant::now);
        let soon = (!self.closing.is_empty()).then(|| Instant::now() + SOON);
        waiting.flatten().chain(kept).chain(now).chain(soon).min()
    }

    /// Looks at those that wait: who may ask again, and what is to be told.
    pub(super) fn look(&mut self, plan: &Plan) -> (Vec<JobId>, Vec<Event>) {
        if self.waiting.is_empty() && self.kept.is_none() {
            self.released = false;
            return (Vec::new(), Vec::new());
        }
        let now = Instant::now();
        let mut events = Vec::new();
        if let Some(kept) = self.kept.as_mut().filter(|k| !k.told && k.since + PATIENCE <= now) {
            kept.told = true;
            events.push(Event::Waiting(kept.job, Wait::Slot));
        }
        let released = std::mem::take(&mut self.released);
        let due = now >= self.look_at;
        if due {
            self.look_at = now + LOOK;
        }
        let asked = self.waiting.iter().filter(|(_, w)| released || (w.elsewhere && due));
        let answers: Vec<(JobId, Result<(), Denied>)> =
            asked.map(|(id, w)| (*id, self.ask(plan, *id, &w.names).map(drop))).collect();
        let mut free = Vec::new();
        for (id, answer) in answers {
            match (answer, self.waiting.get_mut(&id)) {
                // Now it may be somebody else who has it.
                (Err(Denied::Held { name, elsewhere }), Some(waiting)) => {
                    (waiting.name, waiting.elsewhere) = (name, elsewhere);
                }
                _ => free.push(id),
            }
        }
        let late = |w: &&mut Waiting| !w.told && w.since + PATIENCE <= now;
        for (id, waiting) in self.waiting.iter_mut().filter(|(id, _)| !free.contains(id)) {
            if let Some(waiting) = Some(waiting).filter(late) {
                waiting.told = true;
                let holder = self.locks.holder(&waiting.name);
                events.push(Event::Waiting(*id, Wait::Lock(waiting.name.clone(), holder)));
            }
        }
        (free, events)
    }

    /// Waits for a slot of the pool, if a job needs one.
    pub(super) async fn slot(&mut self) {
        self.pool.token().await;
    }

    /// The variables that only this job's processes get.
    pub(super) fn variables(&mut self, plan: &Plan, id: JobId) -> Vec<(OsString, OsString)> {
        let job = &plan.jobs[id.0 as usize];
        let mut variables = Vec::new();
        if shares(job) {
            self.pool.open();
            variables = self.pool.variables(&job.env);
        }
        let who = plan.graph.get(id).occurrence;
        let lent = self.locks.lent_by(who, |holder| waits(plan, holder, who));
        variables.extend(lent.map(|names| (locks::VARIABLE.into(), names.into())));
        variables
    }

    /// The descriptors that only this job's processes get.
    pub(super) fn descriptors(&self, job: &Job) -> Vec<BorrowedFd<'_>> {
        if shares(job) { self.pool.ends() } else { Vec::new() }
    }
}

/// A job with the terminal is a person's, not a builder's.
fn shares(job: &Job) -> bool {
    !job.inherits_terminal
}

/// True where the task `holder` goes on only after `who` has ended.
fn waits(plan: &Plan, holder: usize, who: usize) -> bool {
    let last = |occurrence: usize| plan.graph.occurrences[occurrence].last;
    plan.graph.reaches(last(who), last(holder))
}

/// The locks that a task needs before its first job may start: its own, and
/// those of all that it will wait for while it holds them. If it took those
/// one by one, two tasks could wait for each other.
fn wanted(plan: &Plan, state: &State, id: JobId) -> Names {
    let own = &plan.jobs[id.0 as usize].policy.locks;
    let occurrence = plan.graph.occurrence(id);
    if own.is_empty() || occurrence.first != id {
        return Names::new();
    }
    let mut names: Names = own.iter().cloned().collect();
    let mut seen = vec![false; plan.jobs.len()];
    let mut stack = vec![occurrence.last];
    while let Some(at) = stack.pop() {
        if state.outcome(at).is_some() || std::mem::replace(&mut seen[at.0 as usize], true) {
            continue;
        }
        names.extend(plan.jobs[at.0 as usize].policy.locks.iter().cloned());
        let before = plan.graph.before(at).filter(|(_, kind)| *kind != EdgeKind::Done);
        stack.extend(before.map(|(from, _)| from));
    }
    names
}
