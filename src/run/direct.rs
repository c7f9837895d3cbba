//! Simple commands without their shell: the program is started as the shell would have started it,
//! where all that anybody could see of it is the same. Everything else, and everything that goes
//! wrong, is left to the shell. Knows one shell, by what it does: dash.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::{AccessFlags, access, getegid, geteuid, getgid, getuid};

use crate::plan::script;
use crate::sys::process::{Child, News, Spawn};
use crate::sys::sandbox::{self, Rules};
use crate::sys::signal;

/// Variables that the shell does not hand on as it gets them, or that say what it is to be.
const OF_THE_SHELL: [&str; 8] =
    ["IFS", "OPTIND", "PPID", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "POSIXLY_CORRECT"];

/// The words of a command that needs no shell.
#[derive(Debug)]
pub struct Direct {
    words: Vec<OsString>,
}

/// True for the system's `sh`, where that is a shell known here.
pub fn is_known(sh: &Path) -> bool {
    let of_the_system = ["/bin/sh", "/usr/bin/sh"].iter().any(|path| sh == Path::new(path));
    let is_dash =
        |real: PathBuf| ["/bin/dash", "/usr/bin/dash"].iter().any(|path| real == Path::new(path));
    of_the_system && sh.canonicalize().is_ok_and(is_dash) && has_one_identity()
}

/// A shell drops what it has been lent.
fn has_one_identity() -> bool {
    getuid() == geteuid() && getgid() == getegid()
}

impl Direct {
    /// What a script of a shell comes down to, where that is one program.
    pub fn of(shell: &[String], script: &str) -> Option<Self> {
        let words = script::is_plain_sh(shell).then(|| script::simple_command(script))??;
        Some(Self { words: words.into_iter().map(OsString::from).collect() })
    }

    /// Starts the program in the place of the shell that `shell` would start. `None` where that
    /// one is to be started after all: nothing has been run then.
    pub fn start(&self, shell: &Spawn<'_>, rules: &Rules) -> Option<Child> {
        let (arg0, args) = self.words.split_first()?;
        if !shell.env.iter().map(|(key, _)| key).all(is_handed_on)
            || !shell.extra.iter().all(|(key, _)| is_handed_on(key))
        {
            return None;
        }
        if let Some(program) = script::builtin_program(&self.words) {
            return sandbox::spawn(&Spawn { program, arg0, args, ..*shell }, rules).ok();
        }
        let program = program(arg0, value(shell, "PATH")?, shell.cwd)?;
        let mut extra = Vec::new();
        if let Some(place) = place(value(shell, "PWD"), shell.cwd).ok()? {
            extra.extend_from_slice(shell.extra);
            extra.push(("PWD".into(), place.into()));
        }
        let extra = if extra.is_empty() { shell.extra } else { &extra };
        let spec = Spawn { program, arg0, args, extra, ..*shell };
        sandbox::spawn(&spec, rules).ok()
    }
}

fn value<'s>(spec: &'s Spawn<'_>, name: &str) -> Option<&'s OsStr> {
    let extra = spec.extra.iter().rev().find(|(key, _)| key == name);
    extra.map(|(_, value)| value.as_os_str()).or_else(|| spec.env.get(name))
}

/// A shell drops names that it could not have given itself.
fn is_handed_on(name: &OsStr) -> bool {
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
    let bytes = name.as_bytes();
    bytes.first().is_some_and(is_letter)
        && bytes.iter().all(|b| is_letter(b) || b.is_ascii_digit())
        && !OF_THE_SHELL.iter().any(|special| name == *special)
}

/// `PWD`, where the shell would correct it.
fn place(given: Option<&OsStr>, cwd: &Path) -> io::Result<Option<PathBuf>> {
    let here = cwd.metadata()?;
    let is_here = |there: &Metadata| (there.dev(), there.ino()) == (here.dev(), here.ino());
    let given = given.map(Path::new).filter(|path| path.is_absolute());
    if given.is_some_and(|path| path.metadata().is_ok_and(|there| is_here(&there))) {
        return Ok(None);
    }
    cwd.canonicalize().map(Some)
}

/// The path by which the shell would execute a program; `None` where the first file of that name
/// is none that can be, and where a directory before it is not plainly one.
fn program(name: &OsStr, path: &OsStr, cwd: &Path) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        let there = cwd.join(name);
        return is_executable(&there, &there.metadata().ok()?).then(|| name.into());
    }
    for dir in path.as_bytes().split(|byte| *byte == b':') {
        // What is behind a `%` or a `~` has a meaning to some shells, and a relative directory
        // or a doubled slash shows in what a script sees as its own name.
        let is_plain = dir.starts_with(b"/") && !dir.ends_with(b"/");
        if !is_plain || dir.iter().any(|byte| b"%~".contains(byte)) {
            return None;
        }
        let full = Path::new(OsStr::from_bytes(dir)).join(name);
        match full.metadata() {
            Ok(found) => return is_executable(&full, &found).then_some(full),
            Err(error) if is_absent(&error) => {}
            Err(_) => return None,
        }
    }
    None
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn is_executable(path: &Path, found: &Metadata) -> bool {
    found.is_file() && access(path, AccessFlags::X_OK).is_ok()
}

/// What the shell that was spared would have made of the end of its program, and what it would
/// have written about it. dash has waited for the program, tells its end in words and ends with a
/// number; an older one has become the program, and so nothing is different.
#[derive(Debug, Default)]
pub struct Endings {
    waits: Option<bool>,
}

impl Endings {
    /// The news of the shell in place of those of the program.
    pub fn of_shell(&mut self, news: News) -> (News, Option<String>) {
        let News::Killed(pid, number, dumped) = news else {
            return (news, None);
        };
        if !*self.waits.get_or_insert_with(waits) {
            return (news, None);
        }
        let silent = [Signal::SIGINT, Signal::SIGPIPE].iter().any(|s| *s as i32 == number);
        let dumped = if dumped { " (core dumped)" } else { "" };
        let text = (!silent).then(|| format!("{}{dumped}\n", signal::description(number)));
        (News::Exited(pid, 128 + number as u8), text)
    }
}

/// Asks the shell itself, the first time that it matters.
fn waits() -> bool {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "/bin/sh -c 'kill -9 $$'"]).stdin(Stdio::null());
    shell.output().is_ok_and(|output| {
        output.status.code() == Some(128 + Signal::SIGKILL as i32) && output.stderr == b"Killed\n"
    })
}

/// Writes words of the shell to where the program has written its own.
pub(super) fn say(words: &str) {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "printf %s \"$1\" >&2", "sh", words]).stdin(Stdio::null());
    let _ = shell.stdout(Stdio::null()).status();
}
