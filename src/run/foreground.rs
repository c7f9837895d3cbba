//! Who has the terminal. A process that inherits it gets its foreground, one
//! at a time, and it is taken back afterwards.
//!
//! Ctrl-C then goes to that process's group and not to us. So that it still
//! ends the run when the task itself takes it calmly, a sentinel sits in the
//! same group: a `cat` on a pipe of ours, which dies of the signal, and ends
//! by itself when we are gone. A task with `interactive` or `raw` has none:
//! Ctrl-C is its own business, as in a shell.

use std::collections::VecDeque;

use nix::sys::signal::Signal;

use crate::sys::process::{News, Sentinel};
use crate::sys::signal as sending;
use crate::sys::terminal::Terminal;

#[derive(Debug)]
struct Holder {
    group: u32,
    sentinel: Option<Sentinel>,
    /// We have sent the group a SIGINT: the sentinel dies of that one.
    told: bool,
}

/// The terminal's foreground and the queue for it.
#[derive(Debug)]
pub(super) struct Foreground {
    terminal: Option<Terminal>,
    holder: Option<Holder>,
    waiting: VecDeque<(u32, bool)>,
}

impl Foreground {
    /// The terminal of this process, if it has one to give.
    pub(super) fn new() -> Self {
        Self { terminal: Terminal::open(), holder: None, waiting: VecDeque::new() }
    }

    /// There is a terminal, and somebody may get it.
    pub(super) fn has_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// The group that has the foreground now.
    pub(super) fn holder(&self) -> Option<u32> {
        self.holder.as_ref().map(|h| h.group)
    }

    /// The process that listens for Ctrl-C in the holder's group.
    pub(super) fn sentinel(&self) -> Option<u32> {
        self.holder.as_ref()?.sentinel.as_ref().map(Sentinel::pid)
    }

    /// Gives the foreground to a group, now or when it is free. `watched`
    /// means that Ctrl-C in it is meant for the whole run.
    pub(super) fn offer(&mut self, group: u32, watched: bool) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        if self.holder.is_some() {
            return self.waiting.push_back((group, watched));
        }
        // Before the group can be typed at, so that nothing is missed.
        let sentinel = watched.then(|| Sentinel::start(group)).flatten();
        if terminal.is_ours() {
            terminal.give(group);
        }
        self.holder = Some(Holder { group, sentinel, told: false });
    }

    /// Takes note that the holder's group gets a SIGINT of ours: what the
    /// sentinel says of it is not typed.
    pub(super) fn told(&mut self) {
        if let Some(holder) = &mut self.holder {
            holder.told = holder.sentinel.is_some();
        }
    }

    /// Takes the foreground back from a group that has ended. True where
    /// Ctrl-C was typed and not heard of yet.
    pub(super) fn release(&mut self, group: u32, went_well: bool) -> bool {
        self.waiting.retain(|(g, _)| *g != group);
        if self.holder() != Some(group) {
            return false;
        }
        let holder = self.holder.take();
        let told = holder.as_ref().is_some_and(|h| h.told);
        let sentinel = holder.and_then(|h| h.sentinel);
        if let Some(terminal) = self.terminal.as_ref().filter(|t| t.is_held_by(group)) {
            terminal.take();
            if !went_well {
                terminal.restore_modes();
            }
        }
        if let Some((next, watched)) = self.waiting.pop_front() {
            self.offer(next, watched);
            sending::send_to_group(next, Signal::SIGCONT);
        }
        sentinel.is_some_and(Sentinel::was_interrupted) && !told
    }

    /// Takes note of news about the sentinel. `Some(true)` is a Ctrl-C;
    /// `None` means that the news are of somebody else.
    pub(super) fn heard(&mut self, news: News) -> Option<bool> {
        let holder = self.holder.as_mut()?;
        let pid = holder.sentinel.as_ref()?.pid();
        match news {
            News::Stopped(who, _) if who == pid => Some(false),
            News::Exited(who, _) | News::Killed(who, ..) if who == pid => {
                let heard =
                    matches!(news, News::Killed(_, signal, _) if signal == Signal::SIGINT as i32);
                holder.sentinel = heard.then(|| Sentinel::start(holder.group)).flatten();
                Some(heard && !std::mem::take(&mut holder.told))
            }
            _ => None,
        }
    }

    /// A group stopped. Want of the terminal is mended where we have it to
    /// give. Else, and after Ctrl-Z, all has to stand still, as it would if the
    /// task were in our own group: by the signal that is returned.
    pub(super) fn stopped(&mut self, group: u32, signal: i32) -> Option<Signal> {
        let wants = signal == Signal::SIGTTIN as i32 || signal == Signal::SIGTTOU as i32;
        if wants && self.holder().is_none() {
            self.offer(group, true);
        }
        let terminal = self.terminal.as_ref().filter(|_| self.holder() == Some(group))?;
        if wants && (terminal.is_ours() || terminal.is_held_by(group)) {
            self.go_on();
            return None;
        }
        if terminal.is_held_by(group) {
            terminal.take();
        }
        Some(if wants { Signal::SIGTTIN } else { Signal::SIGTSTP })
    }

    /// Gives the foreground back to its holder, after a stop.
    pub(super) fn go_on(&self) {
        let Some(group) = self.holder() else {
            return;
        };
        if let Some(terminal) = self.terminal.as_ref().filter(|t| t.is_ours()) {
            terminal.give(group);
        }
        sending::send_to_group(group, Signal::SIGCONT);
    }
}
