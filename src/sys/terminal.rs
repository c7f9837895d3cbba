//! The controlling terminal: is there one, how wide, and whose group is in
//! its foreground.

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;

use nix::sys::signal::{SigSet, SigmaskHow, Signal, pthread_sigmask};
use nix::unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp};

/// The terminal this process may hand to its children.
#[derive(Debug)]
pub struct Terminal {
    tty: File,
    ours: Pid,
}

impl Terminal {
    /// The controlling terminal, where there is one and our group holds its
    /// foreground; a background job has nothing to hand over.
    pub fn in_foreground() -> Option<Self> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let tty = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let ours = getpgrp();
        let holder = tcgetpgrp(tty.as_fd()).ok()?;
        (holder == ours).then_some(Self { tty, ours })
    }

    /// Hands the foreground to `group`.
    pub fn give(&self, group: u32) {
        self.set(Pid::from_raw(group as i32));
    }

    /// Takes the foreground back.
    pub fn take(&self) {
        self.set(self.ours);
    }

    /// From the background tcsetpgrp raises SIGTTOU, which would stop us:
    /// it is blocked for the call.
    fn set(&self, group: Pid) {
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGTTOU);
        let mut before = SigSet::empty();
        let _ = pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&blocked), Some(&mut before));
        let _ = tcsetpgrp(self.tty.as_fd(), group);
        let _ = pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&before), None);
    }
}

/// Columns of the terminal behind standard error, else standard output.
pub fn columns() -> Option<usize> {
    let (w, _) = terminal_size()?;
    (w > 0).then_some(w)
}

fn terminal_size() -> Option<(usize, usize)> {
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
