//! What happens is told behind the work it makes: while a line is written a
//! core could have run the next task. Told in order, and before anybody else
//! writes to the same place or waits. Knows nothing of what events mean.

use std::time::Instant;

use super::{Dispatcher, Listening};
use crate::model::Event;
use crate::run::pipes::SIZE;

/// Told of events, several at a time, each with the moment when it happened.
pub type Emit<'a> = dyn FnMut(&[(Instant, Event)]) -> Listening + 'a;

/// Events that nobody has been told of yet.
#[derive(Debug, Default)]
pub(super) struct Untold {
    events: Vec<(Instant, Event)>,
    /// Of output among them.
    bytes: usize,
}

impl Dispatcher<'_> {
    /// Takes an event to be told soon.
    pub(super) fn tell(&mut self, event: Event) {
        if let Event::Output(_, _, bytes) = &event {
            self.untold.bytes += bytes.len();
        }
        self.untold.events.push((Instant::now(), event));
        if self.untold.bytes >= SIZE {
            self.pass_on();
        }
    }

    /// Tells all that has happened.
    pub(super) fn pass_on(&mut self) {
        if self.untold.events.is_empty() {
            return;
        }
        self.deaf |= (self.emit)(&self.untold.events) == Listening::No;
        self.untold.events.clear();
        self.untold.bytes = 0;
    }

    /// Takes an event that has to be told before anything else is done.
    pub(super) fn tell_now(&mut self, event: Event) {
        self.tell(event);
        self.pass_on();
    }
}
