//! How jobs come to start: their turn, and what else they need. Knows nothing
//! of what they do then.

use super::Dispatcher;
use crate::model::{Cause, Event, JobId, Outcome};
use crate::run::limits::Admission;

impl Dispatcher<'_> {
    /// Starts what may start.
    pub(super) fn start_ready(&mut self) {
        self.limits.forget_groups(|group| self.units.lingers(group));
        let (free, events) = self.limits.look(self.plan);
        free.into_iter().for_each(|job| self.state.resume(job));
        events.into_iter().for_each(|event| self.tell(event));
        while let Some(job) = self.state.next() {
            match self.limits.admit(self.plan, &self.state, job) {
                Admission::Granted => {
                    self.state.start(job);
                    self.begin(job);
                }
                Admission::Aside => self.state.set_aside(job),
                Admission::Later => break,
                Admission::Refused(why) => self.refuse(job, why),
            }
        }
        self.limits.balance(&self.state);
    }

    fn refuse(&mut self, job: JobId, why: String) {
        self.state.start(job);
        self.tell(Event::Started(job));
        self.finish(job, Outcome::Failed(Cause::Error(vec![why])));
    }
}
