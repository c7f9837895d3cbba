//! A child in a process group of its own, by what the standard library has.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use super::{Child, Plug, Spawn};

/// Held while descriptors of ours are inherited by whatever starts.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

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
    let _turn = ONE_AT_A_TIME.lock();
    set_inherited(spec.inherit, true)?;
    let child = command.spawn();
    set_inherited(spec.inherit, false)?;
    let mut child = child?;
    Ok(Child {
        pid: child.id(),
        stdout: child.stdout.take().map(OwnedFd::from),
        stderr: child.stderr.take().map(OwnedFd::from),
    })
}

/// Starts a program that gets none of the descriptors that a child, started at
/// the same time, is to get.
///
/// # Errors
/// What the operating system says.
pub fn start(command: &mut Command) -> io::Result<std::process::Child> {
    let _turn = ONE_AT_A_TIME.lock();
    command.spawn()
}

fn set_inherited(fds: &[BorrowedFd<'_>], inherited: bool) -> io::Result<()> {
    let flags = if inherited { FdFlag::empty() } else { FdFlag::FD_CLOEXEC };
    fds.iter().try_for_each(|fd| Ok(fcntl(fd, FcntlArg::F_SETFD(flags)).map(drop)?))
}
