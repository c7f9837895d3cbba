//! The loop round the scheduler: starts what may start, hears of output,
//! ends, signals and timers, and tells everybody by events. The only owner of
//! processes.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use nix::sys::signal::Signal;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::direct::Endings;
use super::foreground::Foreground;
use super::fresh::{Freshness, Mode, Verdict};
use super::launch::{Launcher, streams};
use super::limits::{Limits, Sharing};
use super::ownership::Ownership;
use super::pipes::{Pipe, SIZE};
use super::prompt::Answer;
use super::rehearsal;
use super::remote::{self, Remote};
use super::signals::Signals;
use super::state::{Needs, State};
use super::units::{Unit, Units};
use crate::model::{
    Cause, Event, Exit, JobId, JobView, Leftover, Outcome, RUN_VARIABLE, SkipReason, Stream,
};
use crate::plan::{Action, EdgeKind, FreshSpec, Invocation, Job, Plan};
use crate::sys::process::Plug;
use crate::sys::turns;
use attempts::Attempts;
use pending::{Rendered, Text};
pub use telling::Emit;
use telling::Untold;

mod admission;
mod attempts;
mod ending;
mod leaks;
mod pending;
mod spared;
mod telling;

/// How long post tasks may take after an interrupt.
const CLEANUP: Duration = Duration::from_secs(30);

/// So many tasks are checked ahead of their turn: as many as may be checked in
/// vain if one of them runs.
const FORESEEN: usize = 256;

/// What a failed task means for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The run ends.
    Stop,
    /// What does not depend on it goes on.
    GoOn,
    /// Everything goes on, also what depends on it: mise's `-c`.
    Ignore,
}

/// Whether anybody still reads what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// Go on.
    Yes,
    /// Standard output was closed: end the run.
    No,
}

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct RunOptions<'a> {
    /// Slots.
    pub jobs: usize,
    /// What a failure means for the rest.
    pub on_failure: OnFailure,
    /// Strictness of the freshness check.
    pub fresh: Mode,
    /// Our state directory.
    pub state: &'a Path,
    /// Whole scripts in the command lines.
    pub show_full_cmd: bool,
    /// How long the whole run may take.
    pub timeout: Option<Duration>,
    /// What tasks leave behind is ours to end.
    pub owned: bool,
    /// The id of this run, which its processes carry.
    pub id: Option<&'a str>,
    /// What dead runs had left, and has been ended.
    pub recovered: Vec<Leftover>,
    /// How what there is is shared with others.
    pub sharing: Sharing<'a>,
    /// How often to tell that time has passed.
    pub tick: Option<Duration>,
    /// By job, see [`Needs::urgency`]; those without an entry are not urgent.
    pub urgency: &'a [u64],
    /// A seed: what is ready starts in random order, whatever is urgent.
    pub shuffle: Option<u64>,
    /// Who else may end it.
    pub remote: Option<&'a Remote>,
}

impl RunOptions<'_> {
    fn urgency_of(&self, id: JobId) -> u64 {
        match self.shuffle {
            Some(seed) => shuffled(seed, id),
            None => self.urgency.get(id.0 as usize).copied().unwrap_or(0),
        }
    }
}

/// A random number for each job, the same for the same seed; also of jobs
/// that join the run later.
fn shuffled(seed: u64, id: JobId) -> u64 {
    const FAR: u64 = 0x9E37_79B9_7F4A_7C15;
    fastrand::Rng::with_seed(seed ^ u64::from(id.0 + 1).wrapping_mul(FAR)).u64(..)
}

/// Why a run ends early, where no task is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interruption {
    /// Somebody asked for it.
    Signal(Signal),
    /// Nobody reads what it says.
    Deaf,
    /// Its time was up.
    TimedOut,
    /// Whoever started it in this process wants it to end.
    Ordered(Signal),
}

/// What a call brought into the plan when it was reached.
#[derive(Debug)]
pub struct Arrived {
    /// Of the new jobs, in order.
    pub views: Vec<Arc<JobView>>,
    /// What is wrong with the call; the new jobs are never asked for then.
    pub problems: Vec<String>,
}

/// Plans a call whose name is known now; the list says of each occurrence
/// whether it has succeeded.
pub type Arrive<'a> = dyn FnMut(&mut Plan, JobId, Vec<bool>) -> Arrived + 'a;

struct Dispatcher<'a> {
    plan: &'a mut Plan,
    views: Vec<Arc<JobView>>,
    options: &'a RunOptions<'a>,
    arrive: &'a mut Arrive<'a>,
    emit: &'a mut Emit<'a>,
    untold: Untold,
    state: State,
    fresh: Freshness,
    limits: Limits,
    launcher: Launcher,
    units: Units,
    /// For output.
    buffer: Vec<u8>,
    answers: Sender<Answer>,
    texts: Sender<Rendered>,
    /// Jobs that wait for an answer or a text.
    pending: HashSet<JobId>,
    /// When each task that has not ended started, by occurrence.
    started: HashMap<usize, Instant>,
    /// When the first process of each task with a limit started.
    working: HashMap<usize, Instant>,
    attempts: Attempts,
    endings: Endings,
    ownership: Option<Ownership>,
    /// The last look found processes that are nobody's.
    strays_seen: bool,
    foreground: Foreground,
    first_failure: Option<u8>,
    last_ended: Option<JobId>,
    /// Why the run ends early, where no task is to blame.
    interrupted: Option<Interruption>,
    /// When post tasks have to be done, after that.
    cleanup_until: Option<Instant>,
    /// When the whole run has to be done.
    run_until: Option<Instant>,
    /// Ctrl-C came from the terminal's foreground, which was not ours.
    typed: bool,
    /// Nobody reads standard output any more.
    deaf: bool,
    /// Occurrences that we asked to end: whatever they say, they have not done
    /// all that makes a task fresh.
    cut: HashSet<usize>,
}

/// Runs the whole plan and returns how the program should end.
///
/// # Errors
/// Where the operating system refuses signals or pipes.
pub fn run<'a>(
    plan: &'a mut Plan,
    views: Vec<Arc<JobView>>,
    options: &'a RunOptions<'a>,
    arrive: &'a mut Arrive<'a>,
    emit: &'a mut Emit<'a>,
) -> std::io::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async {
        let (answers, answer_in) = channel(1);
        let (texts, text_in) = channel(16);
        let senders = (answers, texts);
        let mut dispatcher = Dispatcher::new(plan, views, options, (arrive, emit), senders);
        dispatcher.all(answer_in, text_in).await
    });
    runtime.shutdown_background();
    exit
}

impl<'a> Dispatcher<'a> {
    fn new(
        plan: &'a mut Plan,
        views: Vec<Arc<JobView>>,
        options: &'a RunOptions<'a>,
        (arrive, emit): (&'a mut Arrive<'a>, &'a mut Emit<'a>),
        (answers, texts): (Sender<Answer>, Sender<Rendered>),
    ) -> Self {
        let needs = needs(plan, 0, options);
        let state = State::new(&needs, plan.graph.edges(), options.jobs)
            .lenient(options.on_failure == OnFailure::Ignore);
        Self {
            plan,
            views,
            options,
            arrive,
            emit,
            untold: Untold::default(),
            state,
            fresh: Freshness::new(options.state, options.fresh),
            limits: Limits::new(options.state, options.jobs, &options.sharing),
            launcher: Launcher::new(options.show_full_cmd),
            units: Units::new(options.owned),
            ownership: None,
            strays_seen: false,
            buffer: vec![0; SIZE],
            answers,
            texts,
            pending: HashSet::new(),
            started: HashMap::new(),
            working: HashMap::new(),
            attempts: Attempts::default(),
            endings: Endings::default(),
            foreground: Foreground::new(),
            first_failure: None,
            last_ended: None,
            interrupted: None,
            cleanup_until: None,
            run_until: options.timeout.map(|limit| Instant::now() + limit),
            typed: false,
            deaf: false,
            cut: HashSet::new(),
        }
    }

    async fn all(
        &mut self,
        mut answers: Receiver<Answer>,
        mut texts: Receiver<Rendered>,
    ) -> std::io::Result<Exit> {
        let begin = Instant::now();
        let mut signals = Signals::listen()?;
        self.take_ownership();
        turns::take_short_ones();
        let mut clock = self.options.tick.map(ticks);
        loop {
            self.start_ready();
            self.pass_on();
            self.units.look_after_groups();
            if self.state.is_finished() && self.units.is_idle() && !self.sweep() {
                break;
            }
            if self.deaf && self.interrupted.is_none() {
                self.end_early(Interruption::Deaf, Signal::SIGTERM);
                continue;
            }
            let deadline = self.next_deadline();
            tokio::select! {
                _ = signals.child.recv() => self.reap(),
                pipes = self.units.output() => self.drain(pipes),
                Some(answer) = answers.recv() => self.answered(&answer),
                Some(text) = texts.recv() => self.rendered(text),
                order = remote::next(self.options.remote) => self.obey(order),
                signal = Signals::next(&mut signals.ending) => self.interrupt(signal),
                signal = Signals::next(&mut signals.stopping) => self.suspend(signal, false),
                () = self.limits.slot() => {}
                () = sleep_until(deadline) => self.timers(),
                () = tick(&mut clock) => self.tell(Event::Tick),
            }
        }
        self.tell_now(Event::Finished(begin.elapsed()));
        Ok(self.exit())
    }

    fn exit(&self) -> Exit {
        match (self.interrupted, self.first_failure) {
            (Some(Interruption::Signal(Signal::SIGINT)), _) if self.typed => Exit::CtrlC,
            (Some(Interruption::Signal(signal) | Interruption::Ordered(signal)), _) => {
                Exit::Signal(signal as u8)
            }
            (Some(Interruption::Deaf), _) => Exit::Signal(Signal::SIGPIPE as u8),
            (Some(Interruption::TimedOut), _) => Exit::Failure,
            (None, Some(code)) => Exit::Task(code),
            (None, None) => Exit::Success,
        }
    }

    // ---- the life of a job -----------------------------------------------

    fn job(&self, id: JobId) -> Arc<Job> {
        Arc::clone(&self.plan.jobs[id.0 as usize])
    }

    fn begin(&mut self, id: JobId) {
        let job = self.job(id);
        if self.attempts.failed(id) > 0 {
            return self.command(id, 0);
        }
        let occurrence = self.plan.graph.get(id).occurrence;
        self.started.entry(occurrence).or_insert_with(Instant::now);
        self.tell(Event::Started(id));
        match job.action {
            Action::Join => return self.finish(id, Outcome::Success),
            Action::Arrival(_) => return self.reached(id),
            Action::Gate | Action::Run => {}
        }
        let first = self.plan.graph.occurrences[occurrence].first == id;
        if first && job.skip {
            return self.finish(id, Outcome::Skipped(SkipReason::Asked));
        }
        if let Some(spec) = job.fresh.as_ref().filter(|_| first) {
            match self.verdict(id, spec) {
                Verdict::Fresh => return self.finish(id, Outcome::Fresh),
                Verdict::Stale(reason) => self.tell(Event::Reason(id, reason.to_string())),
            }
        }
        if job.confirm.is_some() {
            return self.ask(id);
        }
        self.proceed(id);
    }

    /// A call whose name is known now: what it means joins the run.
    fn reached(&mut self, id: JobId) {
        let ok = |last: JobId| self.state.outcome(last).is_some_and(Outcome::is_ok);
        let succeeded = self.plan.graph.occurrences.iter().map(|o| ok(o.last)).collect();
        self.pass_on();
        let (jobs, edges) = (self.plan.jobs.len(), self.plan.graph.edge_count());
        let Arrived { views, problems } = (self.arrive)(self.plan, id, succeeded);
        self.views.extend(views.iter().cloned());
        self.tell(Event::Joined(views, self.plan.secrets.clone()));
        let needs = needs(self.plan, jobs, self.options);
        self.state.grow(&needs, self.plan.graph.edges().skip(edges));
        if problems.is_empty() {
            self.finish(id, Outcome::Success);
        } else {
            self.finish(id, Outcome::Failed(Cause::Error(problems)));
        }
    }

    /// The work itself, after all questions.
    fn proceed(&mut self, id: JobId) {
        let job = self.job(id);
        let first = self.plan.graph.occurrence(id).first == id;
        if let Some(spec) = job.fresh.as_ref().filter(|_| first)
            && let Err(e) = self.fresh.begin(spec)
        {
            let note = format!("cannot set the record of task {} aside: {e}", job.name);
            self.tell(Event::Warning(id, note));
        }
        if job.commands.is_empty() {
            self.finish(id, Outcome::Success);
        } else {
            self.command(id, 0);
        }
    }

    /// Asks whether a task's work is still good.
    fn verdict(&mut self, id: JobId, spec: &FreshSpec) -> Verdict {
        if !self.is_calm() {
            self.fresh.disturb();
        }
        let ran = self.dependency_that_ran(id);
        if self.is_calm() && ran.is_none() && !self.fresh.has_foreseen(spec) {
            self.foresee(spec);
        }
        let mut notes = Vec::new();
        let verdict = self.fresh.check(spec, ran.as_deref(), &mut notes);
        notes.into_iter().for_each(|note| self.tell(Event::Warning(id, note)));
        verdict
    }

    /// Checks a task and those whose turn comes next, side by side.
    fn foresee(&mut self, spec: &FreshSpec) {
        let coming = self.state.coming().take(FORESEEN);
        let coming = coming.filter_map(|id| self.plan.jobs[id.0 as usize].fresh.as_deref());
        let specs: Vec<&FreshSpec> = std::iter::once(spec).chain(coming).collect();
        self.fresh.foresee(&specs);
    }

    /// True where nothing of ours is at work that could change a file.
    fn is_calm(&self) -> bool {
        self.units.is_idle() && !self.is_rendering()
    }

    /// A direct dependency with sources that did something in this run.
    fn dependency_that_ran(&self, id: JobId) -> Option<Arc<str>> {
        let plan = &self.plan;
        plan.graph
            .before(id)
            .filter(|(_, kind)| matches!(kind, EdgeKind::Depends | EdgeKind::Done))
            .find(|(from, _)| {
                plan.jobs[from.0 as usize].fresh.is_some()
                    && self.state.outcome(*from) == Some(&Outcome::Success)
            })
            .map(|(from, _)| Arc::clone(&plan.jobs[from.0 as usize].name))
    }

    /// Starts command number `index` of a job.
    fn command(&mut self, id: JobId, index: usize) {
        let job = self.job(id);
        match job.commands[index].late() {
            Some(late) => self.render(id, Text::Command(index), late),
            None => self.launch(id, index, &job.commands[index]),
        }
    }

    fn launch(&mut self, id: JobId, index: usize, command: &Invocation) {
        let job = self.job(id);
        let mut ready = match self.launcher.prepare(&job, command) {
            Ok(ready) => ready,
            Err(complaint) => return self.finish(id, Outcome::Failed(Cause::Error(complaint))),
        };
        self.tell(Event::Command(id, ready.shown.clone()));
        self.fresh.disturb();
        match ready.confine(&job) {
            Ok(notes) => notes.into_iter().for_each(|note| self.tell(Event::Warning(id, note))),
            Err(complaint) => return self.finish(id, Outcome::Failed(Cause::Error(complaint))),
        }
        let view = &self.views[id.0 as usize];
        let plugs = streams(view, job.inherits_terminal);
        if plugs[1..].contains(&Plug::Inherit) {
            self.pass_on();
        }
        let extra = self.extra(id);
        if !self.may_spare_shell(plugs[0]) {
            ready.direct = None;
        }
        let started = ready.start(&job, &extra, plugs, &self.limits.descriptors(&job));
        let (child, spared) = match started {
            Ok(started) => started,
            Err(complaint) => return self.finish(id, Outcome::Failed(Cause::Error(complaint))),
        };
        let mut unit = Unit::new(id, index, ready.name.clone(), ready.script);
        unit.grace = job.policy.grace;
        unit.spared = spared;
        unit.deadline = self.deadline(id);
        for (stream, fd) in [(Stream::Stdout, child.stdout), (Stream::Stderr, child.stderr)] {
            unit.pipes.extend(fd.and_then(|fd| Pipe::new(stream, fd).ok()));
        }
        self.tell(Event::Process(id, child.pid));
        self.units.insert(child.pid, unit);
        if plugs[0] == Plug::Inherit {
            self.foreground.offer(child.pid, !job.inherits_terminal);
        }
    }

    /// When the task of a job has to be done: its limit holds for all its
    /// commands together.
    fn deadline(&mut self, id: JobId) -> Option<(Instant, Duration)> {
        let limit = self.plan.jobs[id.0 as usize].timeout?;
        let occurrence = self.plan.graph.get(id).occurrence;
        let begin = *self.working.entry(occurrence).or_insert_with(Instant::now);
        Some((begin + limit, limit))
    }

    /// What only this process gets.
    fn extra(&mut self, id: JobId) -> Vec<(OsString, OsString)> {
        let job = &self.plan.jobs[id.0 as usize];
        let mut extra = job.variables();
        extra.extend(self.limits.variables(self.plan, id));
        let view = &self.views[id.0 as usize];
        let color = if view.labels_output { view.color.to_string() } else { String::new() };
        extra.push(("MISE_TASK_COLOR".into(), color.into()));
        let mark = self.options.id.map(|run| format!("{run}/{}", id.0));
        extra.extend(mark.map(|mark| (RUN_VARIABLE.into(), mark.into())));
        if !job.inherits_terminal {
            extra.push(("MISE_TASK_PGID_MANAGED".into(), "1".into()));
        }
        extra
    }

    /// Ends a job and reports it with all that it decides.
    fn finish(&mut self, id: JobId, outcome: Outcome) {
        let job = self.job(id);
        let last = self.plan.graph.occurrence(id).last == id;
        let done = outcome == Outcome::Success
            && last
            && !self.cut.contains(&self.plan.graph.get(id).occurrence);
        let notes = match job.fresh.as_ref().filter(|_| done) {
            Some(spec) => self.record(&job.name, spec),
            None => Vec::new(),
        };
        if let Some(spec) = job.fresh.as_ref().filter(|_| last && !done) {
            self.fresh.abandon(spec);
        }
        let consequences = self.state.end(id, outcome);
        if let Some(outcome) = self.state.outcome(id).cloned() {
            self.report(id, outcome);
        }
        // Behind the lines about the task, as in mise.
        notes.into_iter().for_each(|note| self.tell(Event::Warning(id, note)));
        for (id, outcome) in consequences {
            self.report(id, outcome);
        }
    }

    /// Remembers that a task is up to date; what there is to say about that.
    fn record(&mut self, name: &str, spec: &FreshSpec) -> Vec<String> {
        match self.fresh.record(spec) {
            Ok(missing) => missing
                .iter()
                .map(|pattern| format!("task {name} did not generate expected output: {pattern}"))
                .collect(),
            Err(e) => vec![format!("cannot record the success of task {name}: {e}")],
        }
    }

    /// Tells how a job ended, and what that means for the run.
    fn report(&mut self, id: JobId, outcome: Outcome) {
        let outcome = self.tolerated(id, outcome);
        self.limits.ended(self.plan, id);
        let occurrence = self.plan.graph.get(id).occurrence;
        let started = if self.plan.graph.occurrence(id).last == id {
            self.started.remove(&occurrence)
        } else {
            self.started.get(&occurrence).copied()
        };
        let elapsed = started.map_or(Duration::ZERO, |started| started.elapsed());
        let attempt = self.attempts.failed(id) + 1;
        self.last_ended = Some(id);
        self.tell(Event::Ended { job: id, outcome: outcome.clone(), elapsed, attempt });
        self.note_failure(&outcome);
    }

    fn note_failure(&mut self, outcome: &Outcome) {
        let Outcome::Failed(cause) = outcome else {
            return;
        };
        if matches!(cause, Cause::Cancelled | Cause::Inner(_)) {
            return;
        }
        self.first_failure.get_or_insert(cause.code());
        if self.options.on_failure == OnFailure::Stop {
            self.stop(Signal::SIGTERM);
        }
    }
}

/// What the scheduler has to know of the jobs from `from` on.
fn needs(plan: &Plan, from: usize, options: &RunOptions<'_>) -> Vec<Needs> {
    let ids = plan.graph.ids().skip(from);
    ids.map(|id| rehearsal::needs(plan, id, options.urgency_of(id))).collect()
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut clock = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    clock
}

async fn tick(clock: &mut Option<tokio::time::Interval>) {
    match clock {
        Some(clock) => drop(clock.tick().await),
        None => std::future::pending().await,
    }
}
