//! A process that may not touch everything. The kernel's rules hold for whoever
//! sets them and for what that one starts, so this executable is started a
//! second time, as a launcher: it takes the rules upon itself and becomes the
//! program. Where a rule cannot be enforced, the program is never run.
//! Knows paths and system calls, not tasks.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use super::process::{self, Child, Spawn};
use crate::model::EnvMap;
#[cfg(not(target_os = "linux"))]
use elsewhere::{confine, support as here};
#[cfg(target_os = "linux")]
use linux::{confine, support as here};

/// What the launcher is called: a name that nobody can type as a command.
const LAUNCHER: &str = "mep/sandbox launcher";

/// This executable, even where its file is gone by now.
const OURSELVES: &str = "/proc/self/exe";

/// The launcher's code where it did not become the program; nobody sees it.
const NOT_RUN: u8 = 127;

/// What a process and all that it starts may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Besides the system, only these are read and executed; `None` is
    /// everything.
    pub read: Option<Vec<PathBuf>>,
    /// Besides temporary files and devices, only these are written.
    pub write: Option<Vec<PathBuf>>,
    /// No sockets but local ones.
    pub deny_net: bool,
}

/// A kind of rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// The network.
    Net,
}

/// Why there is no process.
#[derive(Debug)]
pub enum Refusal {
    /// What `process::spawn` would say.
    Start(io::Error),
    /// A rule that this kernel cannot enforce, and what it lacks.
    Unenforceable(Rule, String),
}

/// Which rules this kernel enforces, in words.
pub fn support() -> &'static str {
    here()
}

impl Rules {
    /// Nothing is forbidden.
    pub fn is_empty(&self) -> bool {
        self.read.is_none() && self.write.is_none() && !self.deny_net
    }
}

/// Starts a child as `process::spawn` does, under rules. Returns when it has
/// become the program, or has not.
///
/// # Errors
/// Those of the start, and rules that cannot be enforced.
pub fn spawn(spec: &Spawn<'_>, rules: &Rules) -> Result<Child, Refusal> {
    if rules.is_empty() {
        return process::spawn(spec).map_err(Refusal::Start);
    }
    let (mut news, report) = io::pipe().map_err(Refusal::Start)?;
    let args = words(report.as_raw_fd(), spec, rules);
    let variables = spec.env.iter().filter(|(key, _)| !is_for_loader(key));
    let env: Arc<EnvMap> = Arc::new(variables.collect());
    let extra: Vec<_> = spec.extra.iter().filter(|(key, _)| !is_for_loader(key)).cloned().collect();
    let inherit: Vec<_> = spec.inherit.iter().copied().chain([report.as_fd()]).collect();
    let launcher = Spawn {
        program: PathBuf::from(OURSELVES),
        arg0: OsStr::new(LAUNCHER),
        args: &args,
        cwd: spec.cwd,
        env: &env,
        extra: &extra,
        streams: spec.streams,
        inherit: &inherit,
    };
    let child = process::spawn(&launcher).map_err(Refusal::Start)?;
    drop(report);
    let mut text = Vec::new();
    // Closed without a word: it has become the program.
    news.read_to_end(&mut text).map_err(Refusal::Start)?;
    if text.is_empty() {
        return Ok(child);
    }
    let _ = waitpid(Pid::from_raw(child.pid as i32), None);
    Err(Refusal::read(&text))
}

/// A variable by which the program's loader runs code of somebody's choice: the
/// launcher is not to, before it has closed itself in.
fn is_for_loader(key: &OsStr) -> bool {
    key.as_encoded_bytes().starts_with(b"LD_") || key == "GLIBC_TUNABLES"
}

/// The launcher's life, where `argv` says that this process is one. Returns
/// only where it did not become the program.
pub fn enter(argv: &[OsString]) -> Option<u8> {
    if argv.first()? != LAUNCHER {
        return None;
    }
    if let Some(order) = Order::read(&argv[1..]) {
        order.carry_out();
    }
    Some(NOT_RUN)
}

/// What a launcher is told to do.
struct Order<'a> {
    report: RawFd,
    rules: Rules,
    /// Names and values in turn, of which the launcher itself knows nothing.
    variables: &'a [OsString],
    program: &'a OsStr,
    arg0: &'a OsStr,
    args: &'a [OsString],
}

/// The words that `Order::read` reads.
fn words(report: RawFd, spec: &Spawn<'_>, rules: &Rules) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![report.to_string().into()];
    words.push(if rules.deny_net { "1" } else { "0" }.into());
    for list in [&rules.read, &rules.write] {
        words.push(list.as_ref().map_or("-".into(), |paths| paths.len().to_string().into()));
        words.extend(list.iter().flatten().map(|path| path.clone().into_os_string()));
    }
    let all = spec.env.iter().chain(spec.extra.iter().map(|(k, v)| (k.as_os_str(), v.as_os_str())));
    let held = all.filter(|(key, _)| is_for_loader(key));
    let held: Vec<OsString> = held.flat_map(|(key, value)| [key.into(), value.into()]).collect();
    words.push(held.len().to_string().into());
    words.extend(held);
    words.push(spec.program.clone().into_os_string());
    words.push(spec.arg0.to_os_string());
    words.extend_from_slice(spec.args);
    words
}

/// Takes a list off the front: how many words it has, or `-` for none, then the
/// words. The outer `None` is for words that are no list.
fn list<'w>(words: &mut &'w [OsString]) -> Option<Option<&'w [OsString]>> {
    let (count, rest) = words.split_first()?;
    *words = rest;
    if count == "-" {
        return Some(None);
    }
    let (items, rest) = rest.split_at_checked(count.to_str()?.parse().ok()?)?;
    *words = rest;
    Some(Some(items))
}

impl<'a> Order<'a> {
    fn read(words: &'a [OsString]) -> Option<Self> {
        let (report, words) = words.split_first()?;
        let (net, mut words) = words.split_first()?;
        let [read, write, variables] = [list(&mut words)?, list(&mut words)?, list(&mut words)?];
        let paths = |list: &[OsString]| list.iter().map(PathBuf::from).collect();
        let [program, arg0, args @ ..] = words else {
            return None;
        };
        let report = report.to_str()?.parse().ok().filter(|fd| *fd > 2)?;
        Some(Self {
            report,
            rules: Rules { read: read.map(paths), write: write.map(paths), deny_net: net != "0" },
            variables: variables?,
            program,
            arg0,
            args,
        })
    }

    /// Becomes the program, or says why not.
    fn carry_out(&self) {
        #[expect(unsafe_code, reason = "the number comes from the process that started us")]
        let report = unsafe { BorrowedFd::borrow_raw(self.report) };
        // Somebody else may have called us by this name, without anything open.
        if fcntl(report, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).is_err() {
            return;
        }
        let refusal = match confine(&self.rules) {
            Ok(()) => {
                let mut command = Command::new(self.program);
                for pair in self.variables.chunks_exact(2) {
                    command.env(&pair[0], &pair[1]);
                }
                Refusal::Start(command.arg0(self.arg0).args(self.args).exec())
            }
            Err((rule, lacks)) => Refusal::Unenforceable(rule, lacks),
        };
        // Where nobody hears it, nobody waits for the program either.
        let _ = nix::unistd::write(report, refusal.to_text().as_bytes());
    }
}

impl Refusal {
    /// One letter, then a number or a text.
    fn to_text(&self) -> String {
        match self {
            Self::Start(error) => format!("E{}", error.raw_os_error().unwrap_or_default()),
            Self::Unenforceable(Rule::Read, lacks) => format!("R{lacks}"),
            Self::Unenforceable(Rule::Write, lacks) => format!("W{lacks}"),
            Self::Unenforceable(Rule::Net, lacks) => format!("N{lacks}"),
        }
    }

    fn read(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(text);
        let (letter, rest) = text.split_at_checked(1).unwrap_or_default();
        let rule = match letter {
            "R" => Rule::Read,
            "W" => Rule::Write,
            "N" => Rule::Net,
            _ => {
                let number = rest.parse().unwrap_or_default();
                return Self::Start(io::Error::from_raw_os_error(number));
            }
        };
        Self::Unenforceable(rule, rest.to_string())
    }
}
