//! What a job waits for before its work can begin: an answer, or a text that
//! asks programs. Neither holds up the loop.

use std::sync::Arc;

use super::Dispatcher;
use crate::model::{Cause, Event, JobId, Outcome, SkipReason};
use crate::plan::LateText;
use crate::run::prompt::{self, Answer};

/// Which text of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// Its question.
    Question,
    /// The script of a command.
    Command(usize),
}

/// A text that is ready, or cannot be made.
#[derive(Debug)]
pub(super) struct Rendered {
    job: JobId,
    which: Text,
    text: Result<String, String>,
}

impl Dispatcher<'_> {
    /// Renders a text beside the loop.
    pub(super) fn render(&mut self, job: JobId, which: Text, late: &Arc<LateText>) {
        self.pending.insert(job);
        self.strays_seen = true;
        self.units.have_company();
        if let Some(ownership) = &mut self.ownership {
            ownership.expect_unmarked();
        }
        let (late, texts) = (Arc::clone(late), self.texts.clone());
        tokio::task::spawn_blocking(move || {
            let text = late.render();
            let _ = texts.blocking_send(Rendered { job, which, text });
        });
    }

    pub(super) fn rendered(&mut self, Rendered { job: id, which, text }: Rendered) {
        if !self.pending.remove(&id) {
            return;
        }
        let job = self.job(id);
        match (text, which) {
            (Err(error), _) => self.finish(id, Outcome::Failed(Cause::Error(vec![error]))),
            (Ok(text), Text::Question) => self.put(id, &text),
            (Ok(text), Text::Command(index)) => {
                let command = job.commands[index].with_script(text);
                self.launch(id, index, &command);
            }
        }
        // Its programs were left to it meanwhile.
        self.reap();
    }

    /// True while programs run that somebody else waits for.
    pub(super) fn is_rendering(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Asks before the work begins.
    pub(super) fn ask(&mut self, id: JobId) {
        let job = self.job(id);
        match job.confirm.as_deref() {
            None => self.proceed(id),
            Some((message, _)) => match message.late() {
                Some(late) => self.render(id, Text::Question, late),
                None => self.put(id, message.text()),
            },
        }
    }

    /// Puts a question.
    fn put(&mut self, id: JobId, text: &str) {
        let job = self.job(id);
        let default = job.confirm.as_deref().map_or("yes", |(_, default)| default);
        match prompt::default_answer(default) {
            Err(error) => self.finish(id, Outcome::Failed(Cause::Error(vec![error]))),
            Ok(_) if !prompt::can_ask() => {
                let why =
                    "task requires confirmation but there was nobody to ask; pass --yes to accept";
                self.finish(id, Outcome::Failed(Cause::Error(vec![why.into()])));
            }
            Ok(default) => {
                self.pending.insert(id);
                self.tell_now(Event::Asking(id));
                prompt::ask(id, text, default, self.answers.clone());
            }
        }
    }

    pub(super) fn answered(&mut self, answer: &Answer) {
        if !self.pending.remove(&answer.job) {
            return;
        }
        if answer.yes {
            self.proceed(answer.job);
        } else {
            let why = vec!["aborted by user".to_string()];
            self.finish(answer.job, Outcome::Failed(Cause::Error(why)));
        }
    }

    /// The run ends: nobody waits for answers and texts any more.
    pub(super) fn drop_pending(&mut self) {
        let dropped: Vec<JobId> =
            self.pending.iter().copied().filter(|id| !self.state.may_go_on(*id)).collect();
        for id in dropped {
            self.pending.remove(&id);
            let only_asked = self.job(id).commands.is_empty();
            let outcome = if only_asked {
                Outcome::Skipped(SkipReason::Stopped)
            } else {
                Outcome::Failed(Cause::Cancelled)
            };
            self.finish(id, outcome);
        }
    }
}
