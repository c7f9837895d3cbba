//! One call of the binary: its environment, its input, the watchdog over it, and what came
//! out. Knows the directories of a project, nothing of what lies in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::project::{Layout, Project};
use super::text;

/// How long a process may take before the watchdog ends it and the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `PATH` on which the words `mise` and `mep` mean the binary of the project.
pub(super) const BINARY_ON_PATH: &str = "[BIN]:/usr/local/bin:/usr/bin:/bin";

/// Held while a file is written and while a process is started. Between its fork and its exec
/// a child holds every descriptor of this process: a script that another test thread is just
/// writing could not be executed then ("text file busy").
static FORK_OR_WRITE: Mutex<()> = Mutex::new(());

pub(crate) fn fork_or_write() -> MutexGuard<'static, ()> {
    FORK_OR_WRITE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command line of the binary, ready to run in a project.
#[must_use = "nothing runs before `.run()`"]
pub(crate) struct Run<'p> {
    project: &'p Project,
    program: &'static str,
    args: Vec<String>,
    env: BTreeMap<String, Option<String>>,
    cwd: String,
    stdin: Option<String>,
    patience: Duration,
}

impl<'p> Run<'p> {
    pub(super) fn new<I>(project: &'p Project, program: &'static str, args: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        Run {
            project,
            program,
            args: args.collect(),
            env: BTreeMap::new(),
            cwd: String::new(),
            stdin: None,
            patience: PATIENCE,
        }
    }

    /// Sets a variable. `[P]`, `[HOME]`, `[BIN]` in the value (and in arguments) stand for the
    /// directories of the project.
    pub(crate) fn env(mut self, key: &str, value: &str) -> Self {
        self.env.insert(key.to_owned(), Some(value.to_owned()));
        self
    }

    /// Takes a variable out of the default environment.
    pub(crate) fn env_remove(mut self, key: &str) -> Self {
        self.env.insert(key.to_owned(), None);
        self
    }

    /// Makes the words `mise` and `mep` reach the binary in what this call starts.
    pub(crate) fn binary_on_path(self) -> Self {
        self.env("PATH", BINARY_ON_PATH)
    }

    /// The working directory, relative to the project.
    pub(crate) fn cwd(mut self, relative: &str) -> Self {
        relative.clone_into(&mut self.cwd);
        self
    }

    /// What the process reads; `/dev/null` otherwise.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// Another time limit than 30 s.
    pub(crate) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Runs to the end of the process and of its output. Panics, with what was printed so far,
    /// when that takes too long.
    #[track_caller]
    pub(crate) fn run(self) -> Output {
        let name = format!("{} {}", self.program, text::command_line(&self.args));
        let mut running = Running::start(self.command(), self.stdin.as_deref());
        match running.finish(self.patience) {
            Ok(status) => Output::new(name, status, &running, self.project.layout()),
            Err(still) => panic!(
                "`{name}` took more than {:?}: {still}\n{}{}",
                self.patience,
                text::section("stdout so far", &running.stdout.text()),
                text::section("stderr so far", &running.stderr.text()),
            ),
        }
    }

    fn command(&self) -> Command {
        let layout = self.project.layout();
        let mut command = Command::new(layout.bin().join(self.program));
        command
            .args(self.args.iter().map(|arg| layout.expand(arg)))
            .current_dir(layout.project().join(&self.cwd))
            .env_clear()
            .envs(layout.environment())
            .process_group(0)
            .stdin(self.stdin.as_ref().map_or_else(Stdio::null, |_| Stdio::piped()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (key, value) in &self.env {
            match value {
                Some(value) => command.env(key, layout.expand(value)),
                None => command.env_remove(key),
            };
        }
        command
    }
}

/// What one call printed and how it ended. Directories of the project read `[P]`, `[HOME]`,
/// `[BIN]`, `[TMP]`, and durations `Finished in [t]`.
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; `None` when a signal ended the process.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    command: String,
}

impl Output {
    fn new(command: String, status: ExitStatus, running: &Running, layout: &Layout) -> Self {
        let normal = |stream: &Stream| text::hide_durations(&layout.normalise(&stream.text()));
        Output {
            stdout: normal(&running.stdout),
            stderr: normal(&running.stderr),
            code: status.code(),
            signal: status.signal(),
            command,
        }
    }

    /// The whole of stdout.
    #[track_caller]
    pub(crate) fn stdout(&self, expected: &str) -> &Self {
        self.expect("stdout", expected, &self.stdout);
        self
    }

    /// The whole of stderr.
    #[track_caller]
    pub(crate) fn stderr(&self, expected: &str) -> &Self {
        self.expect("stderr", expected, &self.stderr);
        self
    }

    /// The exit code.
    #[track_caller]
    pub(crate) fn code(&self, expected: i32) -> &Self {
        assert!(
            self.code == Some(expected),
            "`{}` {}, expected exit code {expected}\n{}",
            self.command,
            self.ending(),
            self.transcript()
        );
        self
    }

    #[track_caller]
    fn expect(&self, stream: &str, expected: &str, actual: &str) {
        assert!(
            expected == actual,
            "`{}`: {stream} differs (- expected, + actual)\n{}\nall of it: {}\n{}",
            self.command,
            text::diff(expected, actual),
            self.ending(),
            self.transcript()
        );
    }

    /// "ended with exit code 3" or "was ended by signal 9".
    pub(crate) fn ending(&self) -> String {
        match (self.code, self.signal) {
            (Some(code), _) => format!("ended with exit code {code}"),
            (None, Some(signal)) => format!("was ended by signal {signal}"),
            (None, None) => "ended in an unknown way".to_owned(),
        }
    }

    /// Both streams in full.
    pub(crate) fn transcript(&self) -> String {
        let mut out = text::section("stdout", &self.stdout);
        write!(out, "{}", text::section("stderr", &self.stderr))
            .expect("a String takes every text");
        out
    }
}

/// What a running process tells the thread that waits for it.
enum Event {
    Exited(ExitStatus),
    StreamClosed,
}

/// A started process with threads that feed and drain it.
struct Running {
    pid: u32,
    stdout: Stream,
    stderr: Stream,
    events: Receiver<Event>,
}

impl Running {
    fn start(mut command: Command, stdin: Option<&str>) -> Self {
        let mut child = {
            let _guard = fork_or_write();
            command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"))
        };
        feed(&mut child, stdin);
        let (sender, events) = channel();
        let running = Running {
            pid: child.id(),
            stdout: Stream::drain(child.stdout.take(), sender.clone()),
            stderr: Stream::drain(child.stderr.take(), sender.clone()),
            events,
        };
        thread::spawn(move || {
            let status = child.wait().expect("the child is ours to wait for");
            // A receiver that is gone has given up; so does this thread.
            let _ = sender.send(Event::Exited(status));
        });
        running
    }

    /// Waits for the process and for the end of both streams. When that takes too long, ends
    /// everything and says what was still there.
    fn finish(&mut self, patience: Duration) -> Result<ExitStatus, &'static str> {
        let deadline = Instant::now() + patience;
        let mut status = None;
        let mut open_streams = 2;
        while status.is_none() || open_streams > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Exited(exited)) => status = Some(exited),
                Ok(Event::StreamClosed) => open_streams -= 1,
                Err(RecvTimeoutError::Timeout) if status.is_none() => {
                    kill_tree(self.pid);
                    return Err("the process was still running");
                }
                Err(_) => {
                    kill_tree(self.pid);
                    return Err("the process has ended, but another one holds its output open");
                }
            }
        }
        status.ok_or("it ended without a status")
    }
}

fn feed(child: &mut Child, text: Option<&str>) {
    let (Some(mut pipe), Some(text)) = (child.stdin.take(), text) else {
        return;
    };
    let text = text.to_owned();
    // A process need not read its input: a broken pipe is no failure.
    thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
}

/// One output stream, readable while it still grows.
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Stream {
    fn drain(source: Option<impl Read + Send + 'static>, closed: Sender<Event>) -> Self {
        let mut source = source.expect("both streams are pipes");
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length @ 1..) = source.read(&mut buffer) {
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                sink.extend_from_slice(&buffer[..length]);
            }
            let _ = closed.send(Event::StreamClosed);
        });
        Stream(bytes)
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Kills the process group of `pid` and, since each task has a group of its own, every
/// descendant that `/proc` shows (elsewhere than on Linux: the group alone).
fn kill_tree(pid: u32) {
    let mut victims = vec![format!("-{pid}")];
    victims.extend(descendants(pid).iter().map(u32::to_string));
    let _ = Command::new("/bin/sh")
        .args(["-c", "kill -s KILL -- \"$@\" 2>/dev/null", "sh"])
        .args(victims)
        .status();
}

fn descendants(root: u32) -> Vec<u32> {
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&at) = found.get(next) {
        let children = processes.iter().filter(|(_, parent)| *parent == at);
        found.extend(children.map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

/// The parent of a process: the second field after the command name in parentheses.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::project::temporary_root;

    /// Runs `script` by a shell that stands in for the binary.
    fn shell(script: &str, change: impl FnOnce(Run<'_>) -> Run<'_>) -> Output {
        let root = temporary_root();
        let project = Project::at(root.path(), "/bin/sh".as_ref());
        change(project.mep(["-c", script])).run()
    }

    #[test]
    fn both_streams_and_the_code_are_taken() {
        shell("echo out; echo err >&2; exit 3", |run| run).stdout("out\n").stderr("err\n").code(3);
    }

    #[test]
    fn a_signal_is_no_exit_code() {
        let output = shell("kill -KILL $$", |run| run);
        assert_eq!((output.code, output.signal), (None, Some(9)));
    }

    #[test]
    fn directories_have_placeholders_both_ways() {
        shell("pwd; echo $HOME $X", |run| run.env("X", "[P]:[BIN]"))
            .stdout("[P]\n[HOME] [P]:[BIN]\n");
    }

    #[test]
    fn the_environment_holds_nothing_of_the_caller() {
        shell("echo ${CI-no} ${CARGO-no} ${LANG-no}", |run| run.env_remove("LANG"))
            .stdout("no no no\n");
    }

    #[test]
    fn there_is_nothing_to_read_unless_a_test_says_so() {
        shell("cat", |run| run).stdout("");
        shell("cat", |run| run.stdin("typed\n")).stdout("typed\n");
    }

    #[test]
    #[should_panic(expected = "(- expected, + actual)\n- two\n+ one\n")]
    fn a_wrong_text_is_shown_as_a_diff() {
        shell("echo one", |run| run).stdout("two\n");
    }

    #[test]
    #[should_panic(expected = "was still running\n--- stdout so far\n  begun\n")]
    fn what_takes_too_long_is_ended_and_shown() {
        shell("echo begun; setsid sleep 60", |run| run.patience(Duration::from_millis(300)));
    }

    #[test]
    #[should_panic(expected = "another one holds its output open")]
    fn an_output_held_open_by_another_process_is_named() {
        shell("exec 3>&1; (sleep 2 >&3) & exit 0", |run| run.patience(Duration::from_millis(300)));
    }
}
