//! A process on a terminal of its own: keys are typed into it, and a test waits for the texts
//! that appear. Knows terminals and signals, nothing of any feature.
//!
//! The process leads a session whose controlling terminal is the pseudo-terminal, wherever the
//! tests themselves run. Nothing here sleeps to be in time for something: every step waits for
//! a text, a stop or an end, and fails with the whole screen when that takes too long.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _, pipe};
use std::num::NonZero;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::termios::{Termios, tcgetattr};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, setsid, tcgetpgrp};

use super::project::{Layout, Project};
use super::run::{BINARY_ON_PATH, fork_or_write};
use super::text;

/// How long one step may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_Z: &str = "\x1a";

/// A command line, ready to start on a terminal of 100 columns and without colours.
#[must_use = "nothing starts before `.start()`"]
pub(crate) struct OnTerminal<'p> {
    project: &'p Project,
    program: OsString,
    args: Vec<String>,
    env: BTreeMap<&'static str, String>,
    cwd: &'static str,
    columns: u16,
    rows: u16,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Killed(Signal),
}

/// What the two threads that watch a process tell the test.
enum News {
    Shown(Vec<u8>),
    Ended(End),
    Stopped(Signal),
    Closed,
}

/// The test's end of the terminal, open as long as both of its parts are.
struct Keyboard {
    keys: File,
    /// Dropped, it ends the thread that reads the screen.
    _reading: PipeWriter,
}

/// A terminal with a running process on it. Dropped, it ends whatever still runs there.
pub(crate) struct Terminal<'p> {
    layout: &'p Layout,
    name: String,
    leader: Pid,
    /// `None` once it was closed.
    keyboard: Option<Keyboard>,
    news: Receiver<News>,
    shown: Vec<u8>,
    /// The widths it has had, each from which byte of `shown` on.
    columns: Vec<(usize, u16)>,
    /// Up to where the text on the screen was expected already, in [`Terminal::screen`].
    seen: usize,
    end: Option<End>,
    stopped: Option<Signal>,
    closed: bool,
}

impl<'p> OnTerminal<'p> {
    /// Calls the binary as `mep`.
    pub(crate) fn mep(project: &'p Project, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let program = project.layout().bin().join("mep");
        OnTerminal::new(project, program.into()).args(args)
    }

    /// Calls it as `mise`.
    pub(crate) fn mise(project: &'p Project, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let program = project.layout().bin().join("mise");
        OnTerminal::new(project, program.into()).args(args)
    }

    /// Runs a script by `sh`, in which `mep` and `mise` mean the binary.
    pub(crate) fn script(project: &'p Project, text: &str) -> Self {
        OnTerminal::new(project, "/bin/sh".into()).args(["-c", text]).env("PATH", BINARY_ON_PATH)
    }

    /// Starts an interactive shell, which prompts with `> `, in the same way.
    pub(crate) fn shell(project: &'p Project) -> Self {
        let shell = OnTerminal::new(project, "/bin/sh".into()).args(["-i"]);
        shell.env("PATH", BINARY_ON_PATH).env("PS1", "> ")
    }

    fn new(project: &'p Project, program: OsString) -> Self {
        let env = [("NO_COLOR", "1"), ("TERM", "xterm-256color")];
        OnTerminal {
            project,
            program,
            args: Vec::new(),
            env: env.map(|(key, value)| (key, value.to_owned())).into(),
            cwd: "",
            columns: 100,
            rows: 30,
        }
    }

    fn args(mut self, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        self.args = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        self
    }

    /// Sets a variable; placeholders stand for the directories of the project.
    pub(crate) fn env(mut self, key: &'static str, value: &str) -> Self {
        self.env.insert(key, value.to_owned());
        self
    }

    /// The working directory, relative to the project.
    pub(crate) fn cwd(mut self, relative: &'static str) -> Self {
        self.cwd = relative;
        self
    }

    /// The width of the terminal.
    pub(crate) fn columns(mut self, columns: u16) -> Self {
        self.columns = columns;
        self
    }

    /// The height of the terminal.
    pub(crate) fn rows(mut self, rows: u16) -> Self {
        self.rows = rows;
        self
    }

    /// Starts it.
    pub(crate) fn start(self) -> Terminal<'p> {
        let (rows, columns) = (self.rows, self.columns);
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let (master, leader) = {
            // Also keeps both ends of the terminal out of the children of other tests until
            // they are marked.
            let _guard = fork_or_write();
            let pair = openpty(&size, None).expect("the system has a free pseudo-terminal");
            for end in [&pair.master, &pair.slave] {
                let marked = fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
                marked.expect("an open descriptor can be marked");
            }
            (pair.master, self.spawn(pair.slave))
        };
        let (sender, news) = channel();
        let keys = File::from(master);
        let screen = keys.try_clone().expect("an open descriptor can be doubled");
        let (no_longer, _reading) = pipe().expect("the system has a free pipe");
        follow_screen(screen, no_longer, sender.clone());
        follow_process(leader, sender);
        Terminal {
            layout: self.project.layout(),
            name: text::command_line(&self.args),
            leader,
            keyboard: Some(Keyboard { keys, _reading }),
            news,
            shown: Vec::new(),
            columns: vec![(0, self.columns)],
            seen: 0,
            end: None,
            stopped: None,
            closed: false,
        }
    }

    #[expect(clippy::zombie_processes, reason = "a thread waits for it, and for its stops too")]
    fn spawn(&self, terminal: OwnedFd) -> Pid {
        let layout = self.project.layout();
        let twin = || Stdio::from(terminal.try_clone().expect("an open descriptor can be doubled"));
        let mut command = Command::new(&self.program);
        command
            .args(self.args.iter().map(|arg| layout.expand(arg)))
            .current_dir(layout.project().join(self.cwd))
            .env_clear()
            .envs(layout.environment())
            .envs(self.env.iter().map(|(key, value)| (key, layout.expand(value))))
            .stdin(twin())
            .stdout(twin())
            .stderr(twin());
        // SAFETY: between fork and exec only setsid, sigaction and ioctl are called, which do not
        // allocate and take no lock.
        #[expect(unsafe_code, reason = "a controlling terminal is taken by the new process itself")]
        unsafe {
            command.pre_exec(take_terminal);
        }
        let child = command.spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Pid::from_raw(child.id() as i32)
    }
}

/// The signals that a terminal sends. Whoever starts the tests may have them ignored, as `nohup`
/// and a script's `&` do, and each process would inherit that.
const SIGNALS: [Signal; 8] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGHUP,
    Signal::SIGTERM,
    Signal::SIGCONT,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
];

/// Leads a new session, and makes standard input its controlling terminal.
fn take_terminal() -> io::Result<()> {
    setsid()?;
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    for signal in SIGNALS {
        // SAFETY: the default action runs no code of ours.
        #[expect(unsafe_code, reason = "sigaction is unsafe in every wrapper")]
        unsafe {
            sigaction(signal, &default)?;
        }
    }
    // SAFETY: TIOCSCTTY takes a number and touches no memory of ours.
    #[expect(unsafe_code, reason = "there is no call for it but ioctl")]
    let taken = unsafe { libc::ioctl(0, libc::TIOCSCTTY as _, 0) };
    if taken == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn follow_screen(mut screen: File, no_longer: PipeReader, news: Sender<News>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while wait_readable(&screen, &no_longer) {
            // When the last process has left the terminal, Linux answers with an error.
            let Ok(length @ 1..) = screen.read(&mut buffer) else { break };
            let _ = news.send(News::Shown(buffer[..length].to_vec()));
        }
        drop(screen);
        let _ = news.send(News::Closed);
    });
}

/// True when there is something on the screen, false when `no_longer` was closed.
fn wait_readable(screen: &File, no_longer: &PipeReader) -> bool {
    let awaited = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut ends = [screen.as_raw_fd(), no_longer.as_raw_fd()].map(awaited);
    // SAFETY: poll writes to two elements, which outlive the call.
    #[expect(unsafe_code, reason = "the wrapper is behind a feature that nothing else needs")]
    let ready = unsafe { libc::poll(ends.as_mut_ptr(), 2, -1) };
    ready > 0 && ends[1].revents == 0
}

fn follow_process(leader: Pid, news: Sender<News>) {
    thread::spawn(move || {
        loop {
            let heard = match waitpid(leader, Some(WaitPidFlag::WUNTRACED)) {
                Ok(WaitStatus::Exited(_, code)) => News::Ended(End::Exited(code)),
                Ok(WaitStatus::Signaled(_, signal, _)) => News::Ended(End::Killed(signal)),
                Ok(WaitStatus::Stopped(_, signal)) => News::Stopped(signal),
                Ok(_) => continue,
                Err(error) => panic!("the process is ours to wait for: {error}"),
            };
            let last = matches!(heard, News::Ended(_));
            // A receiver that is gone has given up; the process is waited for all the same.
            let _ = news.send(heard);
            if last {
                return;
            }
        }
    });
}

impl Terminal<'_> {
    /// Presses keys.
    #[track_caller]
    pub(crate) fn type_keys(&mut self, keys: &str) -> &mut Self {
        let keyboard = self.keyboard.as_mut().expect("a terminal that was closed has no keys");
        keyboard.keys.write_all(keys.as_bytes()).expect("the terminal takes a few keys");
        self
    }

    /// Waits until a text appears behind the one that was expected last.
    #[track_caller]
    pub(crate) fn expect(&mut self, wanted: &str) -> &mut Self {
        let until = self.wait(&format!("{wanted:?}"), |terminal| {
            let at = terminal.screen()[terminal.seen..].find(wanted)?;
            Some(terminal.seen + at + wanted.len())
        });
        self.seen = until;
        self
    }

    /// Waits until all these texts appear there, in whatever order.
    #[track_caller]
    pub(crate) fn expect_all<const N: usize>(&mut self, wanted: [&str; N]) -> &mut Self {
        let until = self.wait(&format!("all of {wanted:?}"), |terminal| {
            let screen = terminal.screen();
            let ends = wanted.map(|text| Some(screen[terminal.seen..].find(text)? + text.len()));
            let last = ends.into_iter().collect::<Option<Vec<_>>>()?.into_iter().max();
            Some(terminal.seen + last.unwrap_or(0))
        });
        self.seen = until;
        self
    }

    /// Waits for the end of the process and checks how it ended.
    #[track_caller]
    pub(crate) fn ends(&mut self, expected: End) -> &mut Self {
        let end = self.wait("the end", |terminal| terminal.end.filter(|_| terminal.closed));
        assert!(end == expected, "{end:?}, expected {expected:?}\n{}", self.transcript());
        self
    }

    /// Waits until the process is stopped, as by Ctrl-Z.
    #[track_caller]
    pub(crate) fn stops(&mut self) -> &mut Self {
        self.wait("a stop", |terminal| terminal.stopped.take());
        self
    }

    /// Waits until something holds that only asking can tell.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) -> &mut Self {
        self.wait(what, |terminal| holds(terminal).then_some(()));
        self
    }

    /// Waits until exactly this is to be seen, as [`Terminal::picture`] has it.
    #[track_caller]
    pub(crate) fn pictures(&mut self, expected: &str) -> &mut Self {
        let wanted = text::section("the picture", expected);
        self.until(&wanted, |terminal| terminal.picture() == expected)
    }

    /// Sends a signal to the process alone.
    #[track_caller]
    pub(crate) fn signal(&mut self, signal: Signal) -> &mut Self {
        assert_eq!(self.end, None, "{signal} for a process that has ended");
        kill(self.leader, signal).expect("a process that was not waited for takes a signal");
        self
    }

    /// Takes the terminal away, as closing its window does. The screen stays as it was.
    pub(crate) fn hang_up(&mut self) -> &mut Self {
        self.keyboard = None;
        self
    }

    /// All that appeared, with placeholders for directories and durations.
    pub(crate) fn screen(&self) -> String {
        let text = String::from_utf8_lossy(&self.shown).replace("\r\n", "\n");
        text::hide_durations(&self.layout.normalise(&text))
    }

    /// All that appeared as a terminal that never scrolls shows it: what was erased or
    /// overwritten is gone.
    pub(crate) fn picture(&self) -> String {
        let size = |columns| (NonZero::new(2000), NonZero::new(columns));
        let (Some(rows), Some(first)) = size(self.columns[0].1) else {
            panic!("a terminal has columns");
        };
        let mut emulator = vt100::Parser::new(rows, first, 0);
        let ends = self.columns[1..].iter().map(|(from, _)| *from).chain([self.shown.len()]);
        for ((from, columns), until) in self.columns.iter().zip(ends) {
            if let (Some(rows), Some(columns)) = size(*columns) {
                emulator.screen_mut().set_size(rows, columns);
            }
            emulator.process(&self.shown[*from..until]);
        }
        text::hide_durations(&self.layout.normalise(&emulator.screen().contents()))
    }

    /// Makes the terminal narrower or wider; who is in its foreground gets a signal.
    #[track_caller]
    pub(crate) fn resize(&mut self, columns: u16) -> &mut Self {
        let keyboard = self.keyboard.as_ref().expect("a terminal that was closed has no size");
        let size = Winsize { ws_row: 30, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let fd = keyboard.keys.as_raw_fd();
        // SAFETY: TIOCSWINSZ reads one winsize, which outlives the call.
        #[expect(unsafe_code, reason = "the window size is only to be set by ioctl")]
        let result = unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size) };
        assert_eq!(result, 0, "the terminal takes a size");
        self.columns.push((self.shown.len(), columns));
        self
    }

    /// All that appeared, exactly.
    #[track_caller]
    pub(crate) fn shows(&mut self, expected: &str) -> &mut Self {
        let screen = self.screen();
        assert!(
            expected == screen,
            "`{}`: the screen differs (- expected, + actual)\n{}",
            self.name,
            text::diff(expected, &screen)
        );
        self
    }

    /// Waits until all other processes of the terminal are gone.
    #[track_caller]
    pub(crate) fn leaves_nobody(&mut self) -> &mut Self {
        self.until("the end of all others", |terminal| terminal.others().is_empty())
    }

    /// The process that was started.
    pub(crate) fn leader(&self) -> Pid {
        self.leader
    }

    /// The process group that the keys of the terminal reach.
    pub(crate) fn foreground(&self) -> Option<Pid> {
        tcgetpgrp(&self.keyboard.as_ref()?.keys).ok()
    }

    /// Whether the terminal echoes, cooks lines, and all that `stty` tells.
    #[track_caller]
    pub(crate) fn modes(&self) -> Termios {
        let keyboard = self.keyboard.as_ref().expect("a terminal that was closed has no modes");
        tcgetattr(&keyboard.keys).expect("a terminal tells its modes")
    }

    /// The processes that still run on the terminal or were started there, without the one
    /// that leads them (elsewhere than on Linux: none).
    pub(crate) fn others(&self) -> Vec<String> {
        let members = session(self.leader);
        members.into_iter().filter(|(pid, _)| *pid != self.leader).map(|(_, name)| name).collect()
    }

    /// Takes in what happens until `found` finds something.
    #[track_caller]
    fn wait<T>(&mut self, what: &str, mut found: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let over = self.is_over();
            if let Some(value) = found(self) {
                return value;
            }
            let late = Instant::now() >= deadline;
            assert!(!late, "waited for {what} more than {PATIENCE:?}\n{}", self.transcript());
            assert!(!over, "waited for {what} until all was over\n{}", self.transcript());
            // Not every change is news: what `until` asks for is asked again now and then.
            match self.news.recv_timeout(Duration::from_millis(20)) {
                Ok(News::Shown(bytes)) => self.shown.extend_from_slice(&bytes),
                Ok(News::Stopped(signal)) => self.stopped = Some(signal),
                Ok(News::Ended(end)) => self.end = Some(end),
                Ok(News::Closed) => self.closed = true,
                Err(RecvTimeoutError::Timeout) => {}
                // Nothing is to be heard any more; there is still something to ask.
                Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// True once nothing can happen on the terminal any more.
    fn is_over(&self) -> bool {
        self.closed && self.end.is_some() && self.others().is_empty()
    }

    fn transcript(&self) -> String {
        let mut out = text::section(&format!("the screen of `{}`", self.name), &self.screen());
        out += &text::section("what a terminal makes of it", &self.picture());
        let (end, others) = (self.end, self.others());
        writeln!(out, "--- ended: {end:?}; also there: {others:?}").expect("a String takes it");
        out
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        for (pid, _) in session(self.leader) {
            let _ = kill(pid, Signal::SIGKILL);
        }
        if self.end.is_none() {
            let _ = kill(self.leader, Signal::SIGKILL);
        }
    }
}

/// The living processes of a session, by what `/proc` shows.
fn session(leader: Pid) -> Vec<(Pid, String)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = entries.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats.filter_map(|stat| member(&stat, leader)).collect()
}

/// A process, if it belongs to the session and is more than a zombie. `stat` is
/// `PID (NAME) STATE PARENT GROUP SESSION ...`.
fn member(stat: &str, leader: Pid) -> Option<(Pid, String)> {
    let (head, fields) = stat.rsplit_once(") ")?;
    let (pid, name) = head.split_once(" (")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let alive = !["Z", "X"].contains(fields.first()?);
    let session: i32 = fields.get(3)?.parse().ok()?;
    let pid = Pid::from_raw(pid.parse().ok()?);
    (alive && session == leader.as_raw()).then(|| (pid, format!("{name} ({pid})")))
}

#[cfg(test)]
mod tests {
    use nix::sys::termios::LocalFlags;

    use super::*;

    #[test]
    fn keys_are_read_and_texts_appear() {
        let project = Project::new();
        let script = "stty size; echo [P]; read -r line; echo \"got $line\"; exit 3";
        let mut terminal = OnTerminal::script(&project, script).columns(72).start();
        terminal.expect("30 72\n[P]\n").type_keys("a word\n").expect("got a word\n");
        terminal.ends(End::Exited(3)).shows("30 72\n[P]\na word\ngot a word\n");
    }

    #[test]
    fn ctrl_c_is_a_signal_for_the_foreground() {
        let project = Project::new();
        let mut terminal = OnTerminal::script(&project, "echo begun; exec sleep 600").start();
        terminal.expect("begun").type_keys(CTRL_C).ends(End::Killed(Signal::SIGINT));
        terminal.shows("begun\n^C");
    }

    #[test]
    fn a_stop_is_noticed_and_the_foreground_and_modes_are_told() {
        let project = Project::new();
        let script = "stty -echo; echo begun; kill -STOP $$; echo over";
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.expect("begun").stops();
        assert_eq!(terminal.foreground(), Some(terminal.leader()));
        assert!(!terminal.modes().local_flags.contains(LocalFlags::ECHO));
        terminal.signal(Signal::SIGCONT).ends(End::Exited(0)).shows("begun\nover\n");
    }

    #[test]
    fn who_is_left_behind_is_named_and_ended_with_the_terminal() {
        let project = Project::new();
        let script = "trap '' HUP; sleep 600 & echo begun; exit";
        let mut terminal = OnTerminal::script(&project, script).start();
        terminal.expect("begun").until("the end", |terminal| terminal.end.is_some());
        assert_eq!(terminal.others().len(), 1);
        let leader = terminal.leader();
        drop(terminal);
        let deadline = Instant::now() + PATIENCE;
        while !session(leader).is_empty() {
            assert!(Instant::now() < deadline, "still there: {:?}", session(leader));
            thread::yield_now();
        }
    }

    #[test]
    fn a_terminal_that_is_taken_away_hangs_up() {
        let project = Project::new();
        let mut terminal = OnTerminal::script(&project, "echo begun; exec sleep 600").start();
        terminal.expect("begun").hang_up().ends(End::Killed(Signal::SIGHUP));
    }

    #[test]
    #[should_panic(expected = "waited for \"more\" until all was over\n--- the screen of")]
    fn a_text_that_cannot_come_any_more_is_not_waited_for() {
        let project = Project::new();
        OnTerminal::script(&project, "echo all").start().expect("more");
    }
}
