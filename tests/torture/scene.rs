//! A project in a temporary directory and calls of the built program in it, under a watchdog;
//! and what the system tells of processes that it has started. Knows no test.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

/// The variable that every process below a scene has in its environment.
const MARK: &str = "MEP_TORTURE_SCENE";

/// A project and its surroundings.
pub(crate) struct Scene {
    root: TempDir,
}

impl Scene {
    /// A project with this configuration.
    pub(crate) fn new(config: &str) -> Self {
        let root = tempfile::tempdir().expect("the temporary directory takes a directory");
        for name in ["p", "home", "tmp"] {
            fs::create_dir(root.path().join(name)).expect("a new directory takes directories");
        }
        let scene = Self { root };
        scene.write("mise.toml", config);
        scene
    }

    /// A path below the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join("p").join(path)
    }

    /// The directory above the project, which holds its home as well.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("a project takes files");
    }

    /// The text of a file; nothing where there is none.
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// Where the program keeps what it has to remember.
    pub(crate) fn state(&self) -> PathBuf {
        self.root.path().join("home/.local/state")
    }

    /// A call of the program: nothing to read, its output dropped.
    pub(crate) fn mep(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mep"));
        command.args(args);
        self.dress(&mut command);
        command
    }

    /// Gives a command the surroundings of this scene.
    pub(crate) fn dress(&self, command: &mut Command) {
        let home = self.root.path().join("home");
        command
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &home)
            .env("TMPDIR", self.root.path().join("tmp"))
            .env("XDG_STATE_HOME", self.state())
            .env("XDG_CACHE_HOME", home.join(".cache"))
            .env("MISE_CEILING_PATHS", self.root.path())
            .env(MARK, self.root.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
    }

    /// All live processes that come from this scene.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let mark = format!("{MARK}={}", self.root.path().display());
        let all = mep::sys::processes::all().into_iter().filter(|process| !process.zombie);
        let mine = all.filter(|process| {
            let environ = fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
            environ.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes())
        });
        let named = mine.map(|process| Process {
            pid: process.pid,
            command: mep::sys::processes::command_line(process.pid),
        });
        named.collect()
    }

    /// Waits until no process of the scene is left that `counts`; those that are, otherwise.
    pub(crate) fn survivors(&self, counts: impl Fn(&Process) -> bool) -> Vec<Process> {
        let begin = Instant::now();
        loop {
            let mut left = self.processes();
            left.retain(|process| counts(process));
            // What was killed may not have quite ended when the program does.
            if left.is_empty() || begin.elapsed() > Duration::from_secs(2) {
                return left;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Scene {
    /// Whatever a test has left is ended with it.
    fn drop(&mut self) {
        for process in self.processes() {
            signal(process.pid, Signal::SIGKILL);
        }
    }
}

/// A process of a scene.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) command: String,
}

/// Sends a signal; a process that is gone is fine.
pub(crate) fn signal(pid: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

/// Waits for the end of a child; panics where that takes too long, with its processes ended.
#[track_caller]
pub(crate) fn finish(child: &mut Child, patience: Duration, what: &str) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child is ours to wait for") {
            return status;
        }
        if begin.elapsed() > patience {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{what}: takes more than {patience:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// What a call has said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a call to its end, its output read from files so that nothing can block it.
#[track_caller]
pub(crate) fn run(scene: &Scene, command: &mut Command, patience: Duration) -> Said {
    let [out, err] = ["out", "err"].map(|name| scene.root().join(name));
    let file = |path: &Path| File::create(path).expect("a scene takes files");
    command.stdout(file(&out)).stderr(file(&err));
    let mut child = command.spawn().expect("the program starts");
    let status = finish(&mut child, patience, &format!("{command:?}"));
    let text = |path: &Path| {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|mut file| file.read_to_end(&mut bytes));
        read.expect("a file of ours can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Said { code: status.code(), stdout: text(&out), stderr: text(&err) }
}
