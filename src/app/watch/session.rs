//! The loop of a watch: waits for files, signals, the end of a run or of
//! standard input, and does what `policy` says. Idle, it sleeps.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::ground::{Found, Ground};
use super::loops::{Counts, Loops};
use super::policy::{Act, Policy, Words};
use super::scope::Scope;
use super::targets::{joined, scope_of};
use super::{Clear, Watch};
use crate::app::asked::{Asked, RunFlags};
use crate::app::run::run;
use crate::config::Loaded;
use crate::files::{News, Refusal, Watcher};
use crate::model::{Blame, Exit, Problem};
use crate::run::{self, Order, Remote};
use crate::sys::{Context, signal};

/// Time between two looks where the system cannot tell us of changes.
const LOOK: Duration = Duration::from_millis(500);

/// What can happen.
enum Input {
    Files(News),
    Signal(Signal),
    Ended(Result<Exit, Vec<Problem>>),
    /// Standard input has ended.
    Over,
}

/// A run, to be done by the other thread.
struct Job {
    ctx: Arc<Context>,
    loaded: Loaded,
    flags: RunFlags,
}

struct Session<'a> {
    call: &'a Watch<'a>,
    loaded: Loaded,
    scope: Scope,
    ground: Ground,
    policy: Policy,
    loops: Loops,
    jobs: Sender<Job>,
    remote: Remote,
    /// Files that have changed and are not acted on yet.
    changed: Vec<PathBuf>,
    /// How the watch ends when the run has.
    over: Option<Exit>,
    /// When to look at the files, where we have to.
    look_at: Option<Instant>,
    every: Duration,
}

/// Runs tasks, and again when files change, until a signal ends it.
///
/// # Errors
/// All that keeps the watch from starting.
pub fn watch(call: &Watch<'_>) -> Result<Exit, Vec<Problem>> {
    let loaded = (call.front.load)()?;
    let scope = scope_of(call, &loaded)?;
    let (tell, inputs) = channel();
    listen(&tell, call.flags.stdin_quit);
    let watcher = match call.flags.poll {
        Some(_) => None,
        None => watcher(&tell, call),
    };
    thread::scope(|threads| {
        let (jobs, asked) = channel();
        threads.spawn(move || work(call, &asked, &tell));
        let flags = &call.flags;
        let mut session = Session {
            policy: Policy::new(flags.debounce, flags.delay, flags.on_busy),
            ground: Ground::new(watcher),
            loops: Loops::default(),
            loaded,
            scope,
            call,
            jobs,
            remote: Remote::default(),
            changed: Vec::new(),
            over: None,
            look_at: None,
            every: flags.poll.unwrap_or(LOOK),
        };
        Ok(session.all(&inputs))
    })
}

/// The thread of the runs: one for all of them, which keeps what is dear to
/// make.
fn work(call: &Watch<'_>, asked: &Receiver<Job>, tell: &Sender<Input>) {
    for Job { ctx, loaded, flags } in asked {
        let mut warn = |text: &str| (call.front.warn)(text);
        let (dialect, options) = (call.dialect, call.options);
        let asked = Asked { ctx: &ctx, dialect, loaded, options, flags: &flags };
        let ended = run(asked, call.palette, &mut warn);
        if tell.send(Input::Ended(ended)).is_err() {
            return;
        }
    }
}

/// Threads for signals and for the end of standard input, which last as long
/// as the process.
fn listen(tell: &Sender<Input>, stdin: bool) {
    let signals = tell.clone();
    thread::spawn(move || run::signals(&mut |signal| signals.send(Input::Signal(signal)).is_ok()));
    if stdin {
        let end = tell.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while std::io::stdin().read(&mut buffer).is_ok_and(|read| read > 0) {}
            let _ = end.send(Input::Over);
        });
    }
}

fn watcher(tell: &Sender<Input>, call: &Watch<'_>) -> Option<Watcher> {
    let tell = tell.clone();
    let made = Watcher::new(move |news| drop(tell.send(Input::Files(news))));
    if let Err(refusal) = &made {
        (call.front.warn)(&why_poll(refusal));
    }
    made.ok()
}

fn why_poll(refusal: &Refusal) -> String {
    let every = LOOK.as_millis();
    let (why, next) = match refusal {
        Refusal::Limit => (
            "the system's limit of watches is reached",
            "; to raise it, run: sudo sysctl fs.inotify.max_user_watches=1048576 \
             fs.inotify.max_user_instances=1024",
        ),
        Refusal::Gone => ("the system cannot watch files", ""),
        Refusal::Other(text) => (text.as_str(), ""),
    };
    format!("{why}: looking at the files every {every} ms instead{next}")
}

impl Session<'_> {
    fn all(&mut self, inputs: &Receiver<Input>) -> Exit {
        self.take();
        if self.call.flags.postpone {
            self.say("Waiting for changes");
        } else {
            let act = self.policy.begin(self.scope.all());
            self.act(Some(act));
        }
        loop {
            let wakes = self.policy.deadline().into_iter().chain(self.look_at).min();
            let heard = match wakes {
                Some(at) => inputs.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => inputs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let exit = match heard {
                Ok(input) => self.input(input),
                Err(RecvTimeoutError::Timeout) => self.timers(),
                // Nobody could tell us of anything any more.
                Err(RecvTimeoutError::Disconnected) => Some(Exit::Failure),
            };
            if let Some(exit) = exit {
                return exit;
            }
        }
    }

    /// Returns how the watch ends, where it does.
    fn input(&mut self, input: Input) -> Option<Exit> {
        match input {
            Input::Files(news) => {
                let found = self.ground.heard(&self.scope, news);
                self.found(found);
                self.check_limit();
                None
            }
            Input::Ended(ended) => self.ended(ended),
            Input::Over => self.leave(Exit::Success, self.call.flags.stop_signal),
            Input::Signal(Signal::SIGTSTP) => {
                if !self.policy.is_busy() {
                    signal::stop_here(Signal::SIGTSTP, false);
                }
                None
            }
            Input::Signal(signal) => self.leave(Exit::Signal(signal as u8), signal),
        }
    }

    fn timers(&mut self) -> Option<Exit> {
        let now = Instant::now();
        if self.look_at.is_some_and(|at| at <= now) {
            let found = self.ground.look(&self.scope);
            self.look_at = Some(Instant::now() + self.every);
            self.found(found);
        }
        let act = self.policy.timer(now);
        self.act(act);
        None
    }

    /// Ends the watch, with what runs.
    fn leave(&mut self, exit: Exit, signal: Signal) -> Option<Exit> {
        if !self.policy.is_busy() {
            return Some(exit);
        }
        self.over.get_or_insert(exit);
        self.remote.give(Order::Stop(signal, self.call.flags.stop_timeout));
        None
    }

    fn ended(&mut self, ended: Result<Exit, Vec<Problem>>) -> Option<Exit> {
        let exit = ended.unwrap_or_else(|problems| {
            (self.call.front.problems)(&problems);
            Exit::Failure
        });
        match (exit, self.over) {
            (Exit::CtrlC, _) => return Some(exit),
            (_, Some(over)) => return Some(over),
            // By nobody of ours: the end of standard output.
            (Exit::Signal(13), None) => return Some(exit),
            _ => {}
        }
        let act = self.policy.ended();
        if self.call.flags.bell {
            to_terminal(b"\x07");
        }
        if act.is_none() {
            self.say(&waiting(exit));
        }
        self.act(act);
        None
    }

    fn found(&mut self, found: Vec<Found>) {
        for (path, change) in found {
            match self.loops.change(Instant::now(), &path) {
                Counts::Yes => {}
                Counts::No => continue,
                Counts::NoMore => {
                    self.mute(&path);
                    continue;
                }
            }
            if self.call.flags.print_events && !change.config {
                self.say(&format!("{} has changed", self.shown(&path)));
            }
            if !self.changed.contains(&path) {
                self.changed.push(path);
            }
            let act = self.policy.changed(Instant::now(), change);
            self.act(act);
        }
    }

    /// A task changes what it is watched for.
    fn mute(&self, path: &Path) {
        (self.call.front.warn)(&format!(
            "{0} changes each time it is run for, so its changes do not count for now; \
             name it in `outputs` or in a .gitignore",
            self.shown(path)
        ));
    }

    fn act(&mut self, act: Option<Act>) {
        let Some(act) = act else {
            return;
        };
        match act {
            Act::Run(words) => self.start(&words),
            Act::Reload => self.reload(),
            Act::Stop => {
                self.remote
                    .give(Order::Stop(self.call.flags.stop_signal, self.call.flags.stop_timeout));
            }
            Act::Signal => {
                self.changed.clear();
                self.remote.give(Order::Pass(self.call.flags.signal));
            }
        }
    }

    fn start(&mut self, words: &BTreeSet<Words>) {
        self.clear();
        let ordered = self.scope.targets.iter().map(|t| &t.words).filter(|w| words.contains(*w));
        let words = joined(ordered);
        let changed = std::mem::take(&mut self.changed);
        self.loops.begin(Instant::now(), &changed);
        if let Some(files) = self.files(&changed) {
            self.say(&format!("{files} changed: running {}", words.join(" ")));
        }
        self.remote = Remote::default();
        let flags = RunFlags {
            words: words.clone(),
            remote: Some(self.remote.clone()),
            ..self.call.run.clone()
        };
        // What is recorded is the run, so that it can be repeated.
        let mut ctx = (**self.call.ctx).clone();
        ctx.words.truncate(1);
        ctx.words.push("run".into());
        ctx.words.extend(flags.skip_deps.then(|| "--skip-deps".into()));
        ctx.words.extend(words.into_iter().map(Into::into));
        // Whoever works there only ends with the watch.
        let _ = self.jobs.send(Job { ctx: Arc::new(ctx), loaded: self.loaded.clone(), flags });
    }

    // ---- files ------------------------------------------------------------

    /// Watches what the scope says.
    fn take(&mut self) {
        self.ground.take(&self.scope);
        self.check_limit();
        for (dir, why) in std::mem::take(&mut self.ground.refused) {
            (self.call.front.warn)(&format!("{} is not watched: {why}", self.shown(&dir)));
        }
        if self.ground.is_polling() {
            self.look_at.get_or_insert(Instant::now() + self.every);
        }
    }

    fn check_limit(&mut self) {
        if self.ground.limited {
            (self.call.front.warn)(&why_poll(&Refusal::Limit));
            self.ground.poll_instead(&self.scope);
            self.look_at = Some(Instant::now() + self.every);
        }
    }

    /// Reads the configuration again; a broken one leaves everything as it is.
    fn reload(&mut self) {
        let files = std::mem::take(&mut self.changed);
        let read = (self.call.front.load)().and_then(|loaded| {
            let stops = |problem: &&Problem| !matches!(problem.blame, Blame::Task(_));
            let problems: Vec<Problem> =
                loaded.project.problems.iter().filter(stops).cloned().collect();
            match problems.is_empty() {
                true => scope_of(self.call, &loaded).map(|scope| (loaded, scope)),
                false => Err(problems),
            }
        });
        let files = self.files(&files).unwrap_or_default();
        let all = match read {
            Ok((loaded, scope)) => {
                (self.loaded, self.scope) = (loaded, scope);
                self.take();
                self.say(&format!("{files} changed: the configuration is read again"));
                Some(self.scope.all())
            }
            Err(problems) => {
                (self.call.front.problems)(&problems);
                self.say(&format!("{files} changed: the configuration before it stays in force"));
                None
            }
        };
        let act = self.policy.reloaded(Instant::now(), all);
        self.act(act);
    }

    // ---- words ------------------------------------------------------------

    fn say(&self, text: &str) {
        if !self.call.flags.quiet {
            (self.call.front.say)(text);
        }
    }

    /// The first of some files, and how many more there are.
    fn files(&self, files: &[PathBuf]) -> Option<String> {
        let first = self.shown(files.first()?);
        Some(match files.len() {
            1 => first,
            n => format!("{first} and {} more", n - 1),
        })
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.call.ctx.cwd).unwrap_or(path).display().to_string()
    }

    fn clear(&self) {
        let bytes: &[u8] = match self.call.flags.clear {
            Clear::No => return,
            Clear::Screen => b"\x1b[H\x1b[2J\x1b[3J",
            Clear::Reset => b"\x1bc\x1b[H\x1b[2J\x1b[3J",
        };
        to_terminal(bytes);
    }
}

fn to_terminal(bytes: &[u8]) {
    let mut stdout = std::io::stdout();
    if stdout.is_terminal() {
        // A terminal that is gone is noticed by the run.
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    }
}

fn waiting(exit: Exit) -> String {
    match exit {
        Exit::Success => "Waiting for changes".to_string(),
        _ => format!("Failed with {}, waiting for changes", exit.code()),
    }
}
