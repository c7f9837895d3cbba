//! Keys as they are typed, byte by byte: the terminal's modes meanwhile, and how
//! they are set back on every way out. Knows no key by its name.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::termios::{
    InputFlags, LocalFlags, SetArg, SpecialCharacterIndices, Termios, tcgetattr, tcsetattr,
};
use nix::unistd::{getpgrp, tcgetpgrp};

use super::signal::{is_ignored, is_pending, stop_here, with_blocked, with_unblocked};
use super::terminal::size;

/// Signals that would end us before the terminal is as it was. They wait until
/// it is, and have their usual effect then.
const ENDING: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];

/// How often signals and the size of the window are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What comes from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A byte of a key.
    Byte(u8),
    /// Nothing, for as long as was asked for.
    Nothing,
    /// The window has another size.
    Resized,
    /// A signal that ends us as soon as keys are not listened to any more, or a
    /// terminal that is gone.
    End,
}

/// A terminal that gives away each key at once and shows none of them.
#[derive(Debug)]
pub struct Keyboard {
    tty: File,
    /// How it was set before.
    modes: Termios,
    size: Option<(usize, usize)>,
    ending: Vec<Signal>,
}

/// Listens to keys while `call` goes on.
///
/// # Errors
/// Where there is no terminal, or it cannot be set.
pub fn listen<T>(call: impl FnOnce(&mut Keyboard) -> T) -> io::Result<T> {
    let tty = match io::stdin() {
        stdin if stdin.is_terminal() => File::from(stdin.as_fd().try_clone_to_owned()?),
        _ => File::options().read(true).write(true).open("/dev/tty")?,
    };
    let modes = tcgetattr(&tty)?;
    let ending: Vec<Signal> = ENDING.into_iter().filter(|signal| !is_ignored(*signal)).collect();
    with_blocked(&ending.clone(), || {
        let mut keyboard = Keyboard { tty, modes, size: size(), ending };
        keyboard.enter()?;
        Ok(call(&mut keyboard))
    })
}

impl Keyboard {
    /// Columns and rows of the window.
    pub fn size(&self) -> (usize, usize) {
        self.size.filter(|(columns, rows)| *columns > 0 && *rows > 0).unwrap_or((80, 24))
    }

    /// Waits for what comes next. No byte more is taken than is asked for: what
    /// was typed ahead is left to whoever reads next.
    pub fn hear(&mut self, patience: Option<Duration>) -> Heard {
        let deadline = patience.map(|patience| Instant::now() + patience);
        loop {
            if is_pending(&self.ending) {
                return Heard::End;
            }
            let size = size();
            if size != self.size {
                self.size = size;
                return Heard::Resized;
            }
            let left = deadline.map_or(LOOK, |at| at.saturating_duration_since(Instant::now()));
            match self.read(left.min(LOOK)) {
                Some(heard) => return heard,
                None if left.is_zero() => return Heard::Nothing,
                None => {}
            }
        }
    }

    fn read(&mut self, wait: Duration) -> Option<Heard> {
        let wait = PollTimeout::try_from(wait).unwrap_or(PollTimeout::ZERO);
        let mut awaited = [PollFd::new(self.tty.as_fd(), PollFlags::POLLIN)];
        // A signal that interrupts it is none of ours.
        if poll(&mut awaited, wait).unwrap_or(0) == 0 {
            return None;
        }
        let mut byte = [0];
        match self.tty.read(&mut byte) {
            Ok(1) => Some(Heard::Byte(byte[0])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
            Ok(_) | Err(_) => Some(Heard::End),
        }
    }

    /// Stops us as Ctrl-Z does elsewhere, until somebody lets us go on.
    pub fn suspend(&mut self) {
        self.leave();
        // While the terminal is as it was, they may end us at once.
        with_unblocked(&self.ending, || stop_here(Signal::SIGTSTP, true));
        // A terminal that cannot be set any more tells so when it is read.
        let _ = self.enter();
        self.size = size();
    }

    /// A job in the background is stopped here, until it is brought back.
    fn enter(&mut self) -> io::Result<()> {
        if !self.is_ours() {
            with_unblocked(&self.ending, || stop_here(Signal::SIGTTIN, true));
        }
        let mut modes = self.modes.clone();
        modes
            .input_flags
            .remove(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IGNCR | InputFlags::IXON);
        modes.local_flags.remove(
            LocalFlags::ICANON
                | LocalFlags::ECHO
                | LocalFlags::ECHONL
                | LocalFlags::ISIG
                | LocalFlags::IEXTEN,
        );
        modes.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        modes.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        Ok(tcsetattr(&self.tty, SetArg::TCSADRAIN, &modes)?)
    }

    /// Sets the terminal back, unless somebody else has it now.
    fn leave(&self) {
        if self.is_ours() {
            let set = || tcsetattr(&self.tty, SetArg::TCSADRAIN, &self.modes).is_ok();
            // A terminal that is gone has no modes.
            let _done = with_blocked(&[Signal::SIGTTOU], set);
        }
    }

    fn is_ours(&self) -> bool {
        tcgetpgrp(&self.tty).is_ok_and(|group| group == getpgrp())
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.leave();
    }
}
