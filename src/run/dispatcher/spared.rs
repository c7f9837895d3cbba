//! Commands that run without their shell: when they may, and what the shell
//! would have said of their end. Knows nothing of how they are started.

use nix::sys::signal::Signal;

use super::Dispatcher;
use crate::model::{Event, Stream};
use crate::run::direct;
use crate::run::launch::streams;
use crate::run::units::Unit;
use crate::sys::process::{News, Plug};

impl Dispatcher<'_> {
    /// A shell that can be typed at has its own part in Ctrl-C and Ctrl-Z.
    pub(super) fn may_spare_shell(&self, input: Plug) -> bool {
        input != Plug::Inherit || !self.foreground.has_terminal()
    }

    /// The end of a command as its shell would have told of it.
    pub(super) fn as_of_shell(&mut self, pid: u32, news: News) -> News {
        let Some(unit) = self.units.get_mut(pid).filter(|unit| unit.spared) else {
            return news;
        };
        // What it is asked to end by, a shell ends by, whatever its program does.
        if unit.ending.is_some() {
            return News::Killed(pid, Signal::SIGTERM as i32, false);
        }
        let (news, words) = self.endings.of_shell(news);
        unit.last_words = words;
        news
    }

    /// What the shell would have written behind all that its program has.
    pub(super) fn last_words_of_shell(&mut self, unit: &mut Unit) {
        let Some(words) = unit.last_words.take() else {
            return;
        };
        let terminal = self.job(unit.job).inherits_terminal;
        match streams(&self.views[unit.job.0 as usize], terminal)[2] {
            Plug::Null => {}
            Plug::Pipe => self.tell(Event::Output(unit.job, Stream::Stderr, words.into_bytes())),
            Plug::Inherit => direct::say(&words),
        }
    }
}
