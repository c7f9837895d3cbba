//! Starting child processes and hearing of their ends. Knows commands and
//! pids, not tasks.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::signal::with_blocked;
use crate::model::EnvMap;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{spawn, start};
#[cfg(target_os = "linux")]
pub use linux::{spawn, start};

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
    pub env: &'a Arc<EnvMap>,
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
    /// Ctrl-C, and what nobody can block or should.
    const DIE_OF: [Signal; 7] = [
        Signal::SIGINT,
        Signal::SIGKILL,
        Signal::SIGSTOP,
        Signal::SIGILL,
        Signal::SIGFPE,
        Signal::SIGBUS,
        Signal::SIGSEGV,
    ];

    /// Starts one in `group`; `None` where the group is gone already.
    pub fn start(group: u32) -> Option<Self> {
        // It inherits what we block, and so dies of nothing but Ctrl-C that a group is
        // sent. A stop, before it has become `cat`, would stop us as well: we wait for it
        // to get there.
        let others = Signal::iterator().filter(|signal| !Self::DIE_OF.contains(signal));
        let blocked: Vec<Signal> = others.collect();
        let spawn = || {
            Command::new("cat")
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(group as i32)
                .spawn()
        };
        let mut child = with_blocked(&blocked, spawn).ok()?;
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
    /// A signal killed it; true where it left a dump of its memory.
    Killed(u32, i32, bool),
    /// It stopped on a signal.
    Stopped(u32, i32),
}

/// All news of children that waits to be heard, and whether there is no child
/// left; never blocks. With a list only of those: somebody else waits for the
/// others.
pub fn news(only: Option<&[u32]>) -> (Vec<News>, bool) {
    let mut heard = Vec::new();
    let mut all_of = |pid: Option<u32>| loop {
        match next_news(pid.map(|pid| Pid::from_raw(pid as i32)), &mut heard) {
            Ok(true) => {}
            end => return end == Err(Errno::ECHILD),
        }
    };
    let childless = match only {
        None => all_of(None),
        Some(pids) => {
            for pid in pids {
                all_of(Some(*pid));
            }
            false
        }
    };
    (heard, childless)
}

/// Takes one piece of news; false where there is none.
fn next_news(of: Option<Pid>, heard: &mut Vec<News>) -> nix::Result<bool> {
    let flags = libc::WNOHANG | libc::WUNTRACED;
    let mut status = 0;
    // SAFETY: the status outlives the call. No wrapper tells of a death by a
    // real-time signal: it takes the news and then has no name for it.
    #[expect(unsafe_code, reason = "every wrapper loses deaths by real-time signals")]
    let pid = unsafe { libc::waitpid(of.map_or(-1, Pid::as_raw), &raw mut status, flags) };
    match pid {
        0 => return Ok(false),
        ..0 if Errno::last() == Errno::EINTR => return Ok(true),
        ..0 => return Err(Errno::last()),
        _ => {}
    }
    let pid = pid as u32;
    if libc::WIFEXITED(status) {
        heard.push(News::Exited(pid, libc::WEXITSTATUS(status) as u8));
    } else if libc::WIFSIGNALED(status) {
        heard.push(News::Killed(pid, libc::WTERMSIG(status), libc::WCOREDUMP(status)));
    } else if libc::WIFSTOPPED(status) {
        heard.push(News::Stopped(pid, libc::WSTOPSIG(status)));
    }
    Ok(true)
}

/// True where standard output is a pipe that nobody reads any more.
pub fn nobody_reads_stdout() -> bool {
    let stdout = io::stdout();
    let mut asked = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    let answered = poll(&mut asked, PollTimeout::ZERO).unwrap_or(0);
    answered > 0 && asked[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::ffi::OsString;
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use super::*;

    /// What differs from one child to the other.
    struct Asked<'a> {
        program: &'a str,
        cwd: &'a str,
        extra: &'a [(OsString, OsString)],
        input: Plug,
        inherit: &'a [BorrowedFd<'a>],
    }

    const PLAIN: Asked<'static> =
        Asked { program: "/bin/sh", cwd: "/", extra: &[], input: Plug::Null, inherit: &[] };

    /// Shows the variables as they came, which a shell changes.
    const ENVIRON: &str = r"tr '\0' '\n' </proc/$$/environ";

    /// Starts `sh -c script`; what it writes, and how it ends.
    fn said(script: &str, asked: &Asked<'_>) -> io::Result<(String, News)> {
        let env = Arc::new(EnvMap::from_iter([("B", "2"), ("PATH", "/usr/bin:/bin"), ("A", "1")]));
        let child = spawn(&Spawn {
            program: asked.program.into(),
            arg0: OsStr::new("sh"),
            args: &["-c".into(), OsString::from(script)],
            cwd: Path::new(asked.cwd),
            env: &env,
            extra: asked.extra,
            streams: [asked.input, Plug::Pipe, Plug::Null],
            inherit: asked.inherit,
        })?;
        let mut text = String::new();
        File::from(child.stdout.expect("a pipe")).read_to_string(&mut text)?;
        let mut heard = Vec::new();
        while heard.is_empty() {
            next_news(Some(Pid::from_raw(child.pid as i32)), &mut heard)?;
        }
        Ok((text, heard[0]))
    }

    #[test]
    fn variables_come_by_name_and_the_last_of_a_name_counts() {
        let extra: [(OsString, OsString); 4] = [
            ("C".into(), "3".into()),
            ("AB".into(), "x".into()),
            ("B".into(), "first".into()),
            ("B".into(), "last".into()),
        ];
        let (text, _) = said(ENVIRON, &Asked { extra: &extra, ..PLAIN }).expect("a child");
        assert_eq!(text, "A=1\nAB=x\nB=last\nC=3\nPATH=/usr/bin:/bin\n");
        let (text, _) = said(ENVIRON, &PLAIN).expect("a child");
        assert_eq!(text, "A=1\nB=2\nPATH=/usr/bin:/bin\n", "nothing is left of the call before");
    }

    #[test]
    fn a_child_has_a_group_a_place_and_the_descriptors_it_is_given() {
        let there = Asked { cwd: "/usr", ..PLAIN };
        let (text, end) = said("kill -0 -$$ && pwd && exit 7", &there).expect("a child");
        assert_eq!(text, "/usr\n");
        assert!(matches!(end, News::Exited(_, 7)), "{end:?}");
        let (read, write) = io::pipe().expect("a pipe");
        let ends = [read.as_fd(), write.as_fd()];
        let script = format!("echo through >&{} || exit 3", write.as_fd().as_raw_fd());
        let (_, end) = said(&script, &Asked { inherit: &ends, ..PLAIN }).expect("a child");
        assert!(matches!(end, News::Exited(_, 0)), "{end:?}");
        let (_, end) = said(&script, &PLAIN).expect("a child");
        assert!(matches!(end, News::Exited(_, 3)), "it was for that one alone: {end:?}");
        drop(write);
        let mut text = String::new();
        File::from(OwnedFd::from(read)).read_to_string(&mut text).expect("the pipe is read");
        assert_eq!(text, "through\n");
    }

    #[test]
    fn what_keeps_a_child_from_its_program_is_told() {
        let code = |asked| said("true", &asked).expect_err("no child").raw_os_error();
        assert_eq!(code(Asked { program: "/nowhere", ..PLAIN }), Some(Errno::ENOENT as i32));
        assert_eq!(code(Asked { program: "/etc/passwd", ..PLAIN }), Some(Errno::EACCES as i32));
        assert_eq!(code(Asked { cwd: "/nowhere", ..PLAIN }), Some(Errno::ENOENT as i32));
        let nul: [(OsString, OsString); 1] = [("A".into(), "a\0b".into())];
        let error = said("true", &Asked { extra: &nul, ..PLAIN }).expect_err("no child");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), Command::new("a\0").spawn().expect_err("none").to_string());
    }

    #[test]
    fn a_child_has_none_of_our_signals() {
        let (_, end) = said("kill -PIPE $$", &PLAIN).expect("a child");
        assert_eq!(end, News::Killed(number(end), Signal::SIGPIPE as i32, false));
        let (text, _) = said("exec cat /proc/self/status", &PLAIN).expect("a child");
        for line in ["SigBlk:\t0000000000000000\n", "SigCgt:\t0000000000000000\n"] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }

    fn number(news: News) -> u32 {
        let (News::Exited(pid, _) | News::Killed(pid, ..) | News::Stopped(pid, _)) = news;
        pid
    }
}
