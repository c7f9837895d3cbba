//! Starting child processes and hearing of their ends. Knows commands and
//! pids, not tasks.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Mutex;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::signal::with_blocked;
use crate::model::EnvMap;

/// Where a child's standard streams lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plug {
    /// The same as ours.
    Inherit,
    /// Nowhere.
    Null,
    /// A pipe to us (never for standard input).
    Pipe,
}

/// A process to be.
#[derive(Debug)]
pub struct Spawn<'a> {
    /// Path of the executable; looked up by the caller.
    pub program: PathBuf,
    /// What it sees as its own name.
    pub arg0: &'a OsStr,
    /// Arguments after that.
    pub args: &'a [OsString],
    /// Working directory.
    pub cwd: &'a std::path::Path,
    /// The complete environment.
    pub env: &'a EnvMap,
    /// Variables on top of `env`.
    pub extra: &'a [(OsString, OsString)],
    /// Standard input, output, error.
    pub streams: [Plug; 3],
    /// Descriptors that this child alone gets, under the same numbers.
    pub inherit: &'a [BorrowedFd<'a>],
}

/// A running child.
#[derive(Debug)]
pub struct Child {
    /// Its pid, which is its group's number as well.
    pub pid: u32,
    /// Read end of its standard output, where piped.
    pub stdout: Option<OwnedFd>,
    /// Read end of its standard error, where piped.
    pub stderr: Option<OwnedFd>,
}

/// A process that sits in another group and only notices Ctrl-C.
#[derive(Debug)]
pub struct Sentinel {
    pid: u32,
    /// Closed, it ends.
    pipe: Option<ChildStdin>,
}

impl Sentinel {
    /// Starts one in `group`; `None` where the group is gone already.
    pub fn start(group: u32) -> Option<Self> {
        // It inherits what we block. A stop of its group, before it has become
        // `cat`, would stop us as well: we wait for it to get there.
        let stops = [Signal::SIGTTIN, Signal::SIGTTOU, Signal::SIGTSTP];
        let spawn = || {
            Command::new("cat")
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(group as i32)
                .spawn()
        };
        let mut child = with_blocked(&stops, spawn).ok()?;
        Some(Self { pid: child.id(), pipe: child.stdin.take() })
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends it and says whether Ctrl-C had done so before.
    pub fn was_interrupted(mut self) -> bool {
        drop(self.pipe.take());
        let pid = Pid::from_raw(self.pid as i32);
        let _ = kill(pid, Signal::SIGCONT);
        let status = waitpid(pid, None);
        matches!(status, Ok(WaitStatus::Signaled(_, Signal::SIGINT, _)))
    }
}

/// News of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It exited with a code.
    Exited(u32, u8),
    /// A signal killed it.
    Killed(u32, i32),
    /// It stopped on a signal.
    Stopped(u32, i32),
}

/// Starts a child in a process group of its own. Only spawn attributes are
/// used, so that the standard library takes `posix_spawn`, not fork.
///
/// # Errors
/// What the operating system says of the program or the directory.
pub fn spawn(spec: &Spawn<'_>) -> io::Result<Child> {
    let plug = |p: Plug| match p {
        Plug::Inherit => Stdio::inherit(),
        Plug::Null => Stdio::null(),
        Plug::Pipe => Stdio::piped(),
    };
    let mut command = Command::new(&spec.program);
    command
        .arg0(spec.arg0)
        .args(spec.args)
        .current_dir(spec.cwd)
        .env_clear()
        .envs(spec.env.iter())
        .envs(spec.extra.iter().map(|(k, v)| (k, v)))
        .stdin(plug(spec.streams[0]))
        .stdout(plug(spec.streams[1]))
        .stderr(plug(spec.streams[2]))
        .process_group(0);
    let mut child = start(&mut command, spec.inherit)?;
    Ok(Child {
        pid: child.id(),
        stdout: child.stdout.take().map(OwnedFd::from),
        stderr: child.stderr.take().map(OwnedFd::from),
    })
}

/// Starts a program that gets these descriptors as they are numbered, and none
/// that another one, started at the same time, is to get.
///
/// # Errors
/// What the operating system says.
pub fn start(command: &mut Command, inherit: &[BorrowedFd<'_>]) -> io::Result<std::process::Child> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    set_inherited(inherit, true)?;
    let child = command.spawn();
    set_inherited(inherit, false)?;
    child
}

fn set_inherited(fds: &[BorrowedFd<'_>], inherited: bool) -> io::Result<()> {
    let flags = if inherited { FdFlag::empty() } else { FdFlag::FD_CLOEXEC };
    fds.iter().try_for_each(|fd| Ok(fcntl(fd, FcntlArg::F_SETFD(flags)).map(drop)?))
}

/// All news of children that waits to be heard; never blocks. With a list only
/// of those: somebody else waits for the others.
pub fn news(only: Option<&[u32]>) -> Vec<News> {
    let mut heard = Vec::new();
    match only {
        None => while next_news(None, &mut heard) {},
        Some(pids) => {
            for pid in pids {
                while next_news(Some(Pid::from_raw(*pid as i32)), &mut heard) {}
            }
        }
    }
    heard
}

/// Takes one piece of news; false where there is none.
fn next_news(of: Option<Pid>, heard: &mut Vec<News>) -> bool {
    let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED;
    match waitpid(of, Some(flags)) {
        Ok(WaitStatus::Exited(pid, code)) => {
            heard.push(News::Exited(pid.as_raw() as u32, code as u8));
        }
        Ok(WaitStatus::Signaled(pid, signal, _)) => {
            heard.push(News::Killed(pid.as_raw() as u32, signal as i32));
        }
        Ok(WaitStatus::Stopped(pid, signal)) => {
            heard.push(News::Stopped(pid.as_raw() as u32, signal as i32));
        }
        Ok(WaitStatus::StillAlive) => return false,
        Ok(_) | Err(Errno::EINTR) => {}
        Err(_) => return false,
    }
    true
}

/// True where standard output is a pipe that nobody reads any more.
pub fn nobody_reads_stdout() -> bool {
    let stdout = io::stdout();
    let mut asked = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    let answered = poll(&mut asked, PollTimeout::ZERO).unwrap_or(0);
    answered > 0 && asked[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR))
}
