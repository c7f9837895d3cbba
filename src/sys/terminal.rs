//! The controlling terminal: is there one, how wide, and whose group is in
//! its foreground.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use nix::sys::signal::Signal;
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

use super::signal::with_blocked;

/// The terminal this process may hand to its children.
#[derive(Debug)]
pub struct Terminal {
    tty: File,
    ours: Pid,
    /// How it was set before anybody had it.
    modes: Option<Termios>,
}

impl Terminal {
    /// The controlling terminal, where standard input is one.
    pub fn open() -> Option<Self> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let tty = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let modes = tcgetattr(&tty).ok();
        Some(Self { tty, ours: getpgrp(), modes })
    }

    /// True while our own group has the foreground; a background job has
    /// nothing to hand over.
    pub fn is_ours(&self) -> bool {
        self.is_held_by(self.ours.as_raw() as u32)
    }

    /// True while that group has the foreground.
    pub fn is_held_by(&self, group: u32) -> bool {
        tcgetpgrp(self.tty.as_fd()).is_ok_and(|holder| holder.as_raw() as u32 == group)
    }

    /// Sets the modes back, after a task that could not do so itself.
    pub fn restore_modes(&self) {
        if let Some(modes) = &self.modes {
            self.unstopped(|tty| tcsetattr(tty, SetArg::TCSADRAIN, modes).is_ok());
        }
    }

    /// Hands the foreground to `group`.
    pub fn give(&self, group: u32) {
        self.set(Pid::from_raw(group as i32));
    }

    /// Takes the foreground back.
    pub fn take(&self) {
        self.set(self.ours);
    }

    fn set(&self, group: Pid) {
        self.unstopped(|tty| tcsetpgrp(tty.as_fd(), group).is_ok());
    }

    /// From the background these calls raise SIGTTOU, which would stop us: it
    /// is blocked meanwhile.
    fn unstopped(&self, call: impl FnOnce(&File) -> bool) {
        // A terminal that is gone has nothing to hand over.
        let _done = with_blocked(&[Signal::SIGTTOU], || call(&self.tty));
    }
}

/// Columns of the terminal behind standard error, else standard output.
pub fn columns() -> Option<usize> {
    let (w, _) = size()?;
    (w > 0).then_some(w)
}

/// Columns of the terminal behind standard error while we may write to it as
/// we like; nothing while it belongs to another group.
pub fn own_columns() -> Option<usize> {
    let held = tcgetpgrp(std::io::stderr().as_fd()).is_ok_and(|holder| holder != getpgrp());
    (!held).then(|| columns().unwrap_or(80))
}

/// Columns and rows of that terminal; 0 where it does not tell.
pub fn size() -> Option<(usize, usize)> {
    let fds = [std::io::stderr().is_terminal(), std::io::stdout().is_terminal()];
    if !fds.contains(&true) {
        return None;
    }
    let mut size = nix::libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    let fd = if fds[0] { 2 } else { 1 };
    // SAFETY: TIOCGWINSZ writes one winsize to the pointer, which outlives the call.
    #[expect(unsafe_code, reason = "the window size is only to be had by ioctl")]
    let result = unsafe { nix::libc::ioctl(fd, nix::libc::TIOCGWINSZ, &raw mut size) };
    (result == 0).then_some((size.ws_col as usize, size.ws_row as usize))
}
