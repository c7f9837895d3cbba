//! The processes of a run and the groups they leave behind: what they are
//! waiting for, and when they are asked or forced to end. Knows nothing of
//! order, events or what a job means.

use std::task::Poll;
use std::time::{Duration, Instant};

use foldhash::{HashMap, HashSet};
use nix::sys::signal::Signal;

use super::launch::ScriptFile;
use super::ownership::Target;
use super::pipes::Pipe;
use crate::model::{JobId, Stream};
use crate::sys::process::News;
use crate::sys::signal as sending;

/// Time between TERM and KILL where nothing else is said.
const GRACE: Duration = Duration::from_secs(10);
/// How long output may still come after its process has ended.
const DRAIN: Duration = Duration::from_secs(10);
/// What a leader leaves has so long to end by itself: pipelines, loggers.
const SETTLE: Duration = Duration::from_secs(1);
/// How often groups without a leader are looked at: nobody tells of their end.
const LOOK: Duration = Duration::from_millis(10);

/// Why we ended a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The run ends.
    Cancelled,
    /// Its time was up: so long it had.
    TimedOut(Duration),
}

/// A job with a process, or between two of them.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) job: JobId,
    /// Index of the command that runs.
    pub(super) command: usize,
    /// Name of its program, for messages.
    pub(super) program: String,
    /// How its process ended, once it has.
    pub(super) ended: Option<News>,
    /// Pipes that are still open.
    pub(super) pipes: Vec<Pipe>,
    /// Ended by us.
    pub(super) ending: Option<Ending>,
    /// From TERM to KILL.
    pub(super) grace: Option<Duration>,
    /// When it has to be done, and how long its task may take.
    pub(super) deadline: Option<(Instant, Duration)>,
    /// It left processes behind.
    pub(super) leaked: bool,
    /// It runs in the place of its shell.
    pub(super) spared: bool,
    /// What that shell would have written at its end.
    pub(super) last_words: Option<String>,
    /// What is left of its group is not waited for any longer.
    forsaken: bool,
    kill_at: Option<Instant>,
    /// When what the leader left is asked to end.
    settled_at: Option<Instant>,
    drain_until: Option<Instant>,
    _script: Option<ScriptFile>,
}

impl Unit {
    pub(super) fn new(
        job: JobId,
        command: usize,
        program: String,
        script: Option<ScriptFile>,
    ) -> Self {
        Self {
            job,
            command,
            program,
            ended: None,
            pipes: Vec::new(),
            ending: None,
            grace: None,
            deadline: None,
            leaked: false,
            spared: false,
            last_words: None,
            forsaken: false,
            kill_at: None,
            settled_at: None,
            drain_until: None,
            _script: script,
        }
    }

    /// Its leader has ended as it should.
    pub(super) fn went_well(&self) -> bool {
        self.ending.is_none() && matches!(self.ended, Some(News::Exited(_, 0)))
    }

    fn forsake(&mut self) {
        self.pipes.clear();
        self.forsaken = true;
    }

    fn ask_to_end(&mut self, why: Ending, now: Instant) {
        self.ending = Some(why);
        self.kill_at = Some(now + self.grace.unwrap_or(GRACE));
    }
}

/// All of them, by process id.
#[derive(Debug, Default)]
pub(super) struct Units {
    running: HashMap<u32, Unit>,
    /// What is asked to end without a leader of ours, and when it is killed.
    lingering: Vec<(Target, Instant)>,
    /// Something has been lingering since somebody asked.
    lingered: bool,
    /// What loses its parent becomes our child.
    pub(super) adopts: bool,
    /// Nothing of what was started is there any more, nor what that has left.
    alone: bool,
    /// What a task leaves behind is ours to end.
    owned: bool,
}

impl Units {
    /// Nothing runs yet.
    pub(super) fn new(owned: bool) -> Self {
        Self { owned, ..Self::default() }
    }

    pub(super) fn insert(&mut self, pid: u32, unit: Unit) {
        self.have_company();
        self.running.insert(pid, unit);
    }

    /// News have been heard, and whether we have a child left.
    pub(super) fn heard(&mut self, childless: bool) {
        self.alone = self.adopts && childless;
    }

    /// Something has been started.
    pub(super) fn have_company(&mut self) {
        self.alone = false;
    }

    /// Nobody can have left anything behind.
    pub(super) fn are_alone(&self) -> bool {
        self.alone
    }

    /// Nothing of ours is at work.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty() && self.lingering.is_empty()
    }

    /// No group is left behind.
    pub(super) fn is_quiet(&self) -> bool {
        self.lingering.is_empty()
    }

    pub(super) fn job(&self, pid: u32) -> Option<JobId> {
        self.running.get(&pid).map(|unit| unit.job)
    }

    pub(super) fn get_mut(&mut self, pid: u32) -> Option<&mut Unit> {
        self.running.get_mut(&pid)
    }

    pub(super) fn ended(&mut self, pid: u32, news: News) {
        let now = Instant::now();
        if let Some(unit) = self.running.get_mut(&pid) {
            unit.ended = Some(news);
            unit.drain_until = Some(now + DRAIN);
            let ours = self.owned || !unit.went_well();
            unit.settled_at = ours.then_some(now + SETTLE);
        }
    }

    /// Waits until there is something to be had from pipes: from these.
    pub(super) async fn output(&self) -> Vec<(u32, Stream)> {
        std::future::poll_fn(|cx| {
            let all = self.running.iter().flat_map(|(pid, unit)| {
                let pid = *pid;
                unit.pipes.iter().map(move |pipe| (pid, pipe))
            });
            let ready = all.filter(|(_, pipe)| pipe.is_ready(cx));
            let ready: Vec<(u32, Stream)> = ready.map(|(pid, pipe)| (pid, pipe.stream)).collect();
            if ready.is_empty() { Poll::Pending } else { Poll::Ready(ready) }
        })
        .await
    }

    /// Reads from a pipe: whose it is, how many bytes there were, and whether
    /// any can follow. `None` where nobody reads it any more.
    pub(super) fn read(
        &mut self,
        pid: u32,
        stream: Stream,
        buffer: &mut [u8],
    ) -> Option<(JobId, usize, bool)> {
        let unit = self.running.get_mut(&pid)?;
        let at = unit.pipes.iter().position(|pipe| pipe.stream == stream)?;
        let (read, open) = unit.pipes[at].read(buffer);
        if !open {
            unit.pipes.remove(at);
        }
        Some((unit.job, read, open))
    }

    /// The unit, once its process has ended, its pipes are read, and what it
    /// has left is gone where that is ours to see to.
    pub(super) fn take_done(&mut self, pid: u32) -> Option<Unit> {
        let ours = self.owned && !self.alone;
        let done = |u: &Unit| {
            let waits = ours && u.went_well() && !u.forsaken;
            // The system is asked last.
            u.ended.is_some() && u.pipes.is_empty() && !(waits && sending::group_exists(pid))
        };
        self.running.get(&pid).filter(|u| done(u))?;
        self.running.remove(&pid)
    }

    /// What runs, by the numbers of the groups.
    pub(super) fn groups(&self) -> HashSet<u32> {
        let lingering = self.lingering.iter().map(|(target, _)| target.number());
        self.running.keys().copied().chain(lingering).collect()
    }

    /// The leaders that have not ended.
    pub(super) fn leaders(&self) -> impl Iterator<Item = u32> + '_ {
        self.running.iter().filter(|(_, unit)| unit.ended.is_none()).map(|(pid, _)| *pid)
    }

    /// What somebody who has ended has left is asked to end as well.
    pub(super) fn end_stray(&mut self, target: Target) {
        target.end(Signal::SIGTERM);
        self.linger(target, Instant::now() + GRACE);
    }

    /// After a failure or an interrupt nothing of the group may go on: what the
    /// leader left in it is asked to end, and killed after the grace.
    pub(super) fn end_group(&mut self, group: u32, unit: &Unit) {
        if !sending::group_exists(group) {
            return;
        }
        if unit.ending.is_none() {
            sending::end_group(group, Signal::SIGTERM);
        }
        let grace = unit.grace.unwrap_or(GRACE);
        let kill_at = unit.kill_at.unwrap_or_else(|| Instant::now() + grace);
        self.linger(Target::Group(group), kill_at);
    }

    fn linger(&mut self, target: Target, kill_at: Instant) {
        self.lingered = true;
        self.lingering.push((target, kill_at));
    }

    /// True once after something had to be ended without a leader of ours.
    pub(super) fn have_lingered(&mut self) -> bool {
        std::mem::take(&mut self.lingered)
    }

    /// Forgets groups that are gone, kills those whose time is up.
    pub(super) fn look_after_groups(&mut self) {
        let now = Instant::now();
        self.lingering.retain(|(target, kill_at)| {
            if *kill_at <= now {
                target.end(Signal::SIGKILL);
            }
            *kill_at > now && target.exists()
        });
    }

    /// Asks everything that runs to end, but for the jobs that are `spared`;
    /// `told` has heard of it already.
    pub(super) fn ask_all(
        &mut self,
        signal: Signal,
        told: Option<u32>,
        spared: impl Fn(JobId) -> bool,
    ) {
        let now = Instant::now();
        let asked = |unit: &Unit| unit.ending.is_none() && !spared(unit.job);
        for (pid, unit) in self.running.iter_mut().filter(|(_, unit)| asked(unit)) {
            unit.ask_to_end(Ending::Cancelled, now);
            if told != Some(*pid) {
                sending::end_group(*pid, signal);
            }
        }
    }

    /// From now on nothing that runs has more time to end than this.
    pub(super) fn limit_grace(&mut self, grace: Duration) {
        for unit in self.running.values_mut() {
            unit.grace = Some(grace);
        }
    }

    /// True while something of a group is asked to end.
    pub(super) fn lingers(&self, group: u32) -> bool {
        self.lingering.iter().any(|(known, _)| *known == Target::Group(group))
    }

    /// A signal to everything that runs.
    pub(super) fn send_all(&self, signal: Signal) {
        self.lingering.iter().for_each(|(target, _)| target.send(signal));
        for group in self.running.keys() {
            sending::send_to_group(*group, signal);
        }
    }

    /// The clock stood still so long.
    pub(super) fn postpone(&mut self, by: Duration) {
        for unit in self.running.values_mut() {
            let limit = unit.deadline.as_mut().map(|(at, _)| at);
            let times =
                [unit.kill_at.as_mut(), unit.settled_at.as_mut(), unit.drain_until.as_mut(), limit];
            times.into_iter().flatten().for_each(|time| *time += by);
        }
        self.lingering.iter_mut().for_each(|(_, at)| *at += by);
    }

    /// KILL to every group.
    pub(super) fn kill_all(&mut self) {
        self.lingering.drain(..).for_each(|(target, _)| target.end(Signal::SIGKILL));
        for group in self.running.keys() {
            sending::send_to_group(*group, Signal::SIGKILL);
        }
    }

    /// When something has to be done next.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let times = self.running.values().flat_map(|u| {
            let drain = u.drain_until.filter(|_| !u.pipes.is_empty() || u.leaked);
            let alive = u.ended.is_none();
            let look = (!alive && u.pipes.is_empty()).then(|| Instant::now() + LOOK);
            let limit = u.deadline.filter(|_| alive && u.ending.is_none()).map(|(at, _)| at);
            [u.kill_at, limit, drain, u.settled_at, look]
        });
        let look_again = (!self.lingering.is_empty()).then(|| Instant::now() + LOOK);
        times.flatten().chain(look_again).min()
    }

    /// Does what is due.
    pub(super) fn timers(&mut self) -> Due {
        let now = Instant::now();
        let mut found = Due::default();
        for (pid, unit) in &mut self.running {
            let limit = unit.deadline.filter(|(at, _)| *at <= now).map(|(_, limit)| limit);
            if let Some(limit) = limit.filter(|_| unit.ended.is_none() && unit.ending.is_none()) {
                unit.ask_to_end(Ending::TimedOut(limit), now);
                sending::end_group(*pid, Signal::SIGTERM);
            }
            if take_due(&mut unit.kill_at, now) {
                sending::send_to_group(*pid, Signal::SIGKILL);
            }
            if unit.ended.is_none() {
                continue;
            }
            if take_due(&mut unit.settled_at, now) {
                if sending::group_exists(*pid) {
                    found.left.push(*pid);
                } else if self.owned {
                    unit.drain_until = Some(now);
                }
            }
            if (!unit.pipes.is_empty() || unit.leaked) && take_due(&mut unit.drain_until, now) {
                unit.forsake();
            }
            if unit.pipes.is_empty() {
                found.drained.push(*pid);
            }
        }
        found
    }

    /// Neither the output of a leader that has ended nor what is left of its
    /// group is waited for.
    pub(super) fn forsake(&mut self, pid: u32) {
        if let Some(unit) = self.running.get_mut(&pid) {
            unit.forsake();
        }
    }

    /// What a leader left in its group is asked to end; its output is waited
    /// for until then. True where the leader had ended well: then it has leaked.
    pub(super) fn end_left(&mut self, pid: u32) -> bool {
        let Some(unit) = self.running.get_mut(&pid) else {
            return false;
        };
        sending::end_group(pid, Signal::SIGTERM);
        let kill_at = Instant::now() + unit.grace.unwrap_or(GRACE);
        unit.kill_at = Some(kill_at);
        unit.drain_until = Some(kill_at + SETTLE);
        unit.leaked = unit.went_well();
        unit.leaked
    }
}

impl Target {
    fn number(self) -> u32 {
        match self {
            Self::Group(number) | Self::One(number) => number,
        }
    }

    fn send(self, signal: Signal) {
        match self {
            Self::Group(group) => sending::send_to_group(group, signal),
            Self::One(pid) => sending::send_to_process(pid, signal),
        }
    }

    /// One that stands still hears of it only when it goes on.
    fn end(self, signal: Signal) {
        self.send(signal);
        self.send(Signal::SIGCONT);
    }

    fn exists(self) -> bool {
        match self {
            Self::Group(group) => sending::group_exists(group),
            Self::One(pid) => sending::process_exists(pid),
        }
    }
}

/// What has come up by time alone.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Leaders that have ended, and something of their group has not.
    pub(super) left: Vec<u32>,
    /// Leaders that have ended, and whose output is waited for no longer.
    pub(super) drained: Vec<u32>,
}

fn take_due(time: &mut Option<Instant>, now: Instant) -> bool {
    let due = time.is_some_and(|time| time <= now);
    if due {
        *time = None;
    }
    due
}
