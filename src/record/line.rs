//! One line of a record: an event's name, its time, its values, as JSON. Knows
//! no event.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{JobId, Redactor};

/// A line that is being written to the end of a buffer.
pub(super) struct Line<'b>(&'b mut Vec<u8>);

/// A line without a name: the buffer that it is written to, and its time.
pub(super) struct Blank<'b>(pub(super) &'b mut Vec<u8>, pub(super) Duration);

impl<'b> Blank<'b> {
    /// The line of that event.
    pub(super) fn event(self, event: &str) -> Line<'b> {
        Line::new(self.0, event, self.1)
    }
}

impl<'b> Line<'b> {
    /// Begins one: `at` is the time since the run began.
    pub(super) fn new(buffer: &'b mut Vec<u8>, event: &str, at: Duration) -> Self {
        buffer.extend_from_slice(b"{\"event\":\"");
        buffer.extend_from_slice(event.as_bytes());
        buffer.push(b'"');
        Self(buffer).span("ms", at)
    }

    fn key(&mut self, key: &str) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A number.
    pub(super) fn number(mut self, key: &str, value: impl Into<u64>) -> Self {
        self.key(key);
        // Writing to memory does not fail.
        let _ = write!(self.0, "{}", value.into());
        self
    }

    /// A job's number.
    pub(super) fn job(self, id: JobId) -> Self {
        self.number("job", id.0)
    }

    /// A time in milliseconds, to the microsecond.
    pub(super) fn span(mut self, key: &str, value: Duration) -> Self {
        self.key(key);
        let micros = value.as_micros() as u64;
        let _ = write!(self.0, "{}.{:03}", micros / 1000, micros % 1000);
        self
    }

    /// A text.
    pub(super) fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        string(self.0, value);
        self
    }

    /// A list of texts.
    pub(super) fn texts<T: AsRef<str>>(self, key: &str, values: &[T]) -> Self {
        self.list(key, values, |out, value| string(out, value.as_ref()))
    }

    /// A list of anything.
    pub(super) fn list<T>(
        mut self,
        key: &str,
        values: &[T],
        each: impl Fn(&mut Vec<u8>, &T),
    ) -> Self {
        self.key(key);
        self.0.push(b'[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.0.push(b',');
            }
            each(self.0, value);
        }
        self.0.push(b']');
        self
    }

    /// A `true`; what is false is left out.
    pub(super) fn flag(mut self, key: &str, value: bool) -> Self {
        if value {
            self.key(key);
            self.0.extend_from_slice(b"true");
        }
        self
    }

    /// Ends it.
    pub(super) fn end(self) {
        self.0.extend_from_slice(b"}\n");
    }
}

/// A text without its secrets.
pub(super) fn hidden<'t>(redactor: Option<&Redactor>, text: &'t str) -> Cow<'t, str> {
    redactor.map_or(text.into(), |redactor| redactor.text(text))
}

/// A text in quotes.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        let _ = serde_json::to_writer(out, text);
    }
}

/// A job, as it is told of before anything happens to it.
#[derive(Debug, Clone, Copy)]
pub struct TaskLine<'a> {
    /// Its number.
    pub job: JobId,
    /// Which execution of a task it is part of.
    pub task: u32,
    /// The task's name.
    pub name: &'a str,
    /// What lines of the run call it.
    pub label: &'a str,
    /// The words behind `run` that ask for its task again.
    pub rerun: &'a Arc<str>,
    /// The task's arguments.
    pub args: &'a [String],
    /// How many of them stand before `--`.
    pub dashes: Option<usize>,
    /// Where the task is defined.
    pub place: Option<(&'a Path, usize)>,
    /// It is there only because another task calls it.
    pub called: bool,
    /// Words do not say all of it: it was given variables.
    pub given_env: bool,
    /// It starts processes.
    pub works: bool,
    /// The entry of `run` that it begins with, where it is not all of its task.
    pub step: Option<usize>,
    /// The first and the last job of its task.
    pub ends: (bool, bool),
    /// Its output goes past us: to a terminal, or wherever ours goes.
    pub direct: bool,
}

impl TaskLine<'_> {
    pub(super) fn write(&self, buffer: &mut Vec<u8>, at: Duration, redactor: Option<&Redactor>) {
        let hide = |text| hidden(redactor, text);
        let mut line = Line::new(buffer, "task", at).job(self.job).number("task", self.task);
        line = line.text("name", self.name);
        if self.label != self.name {
            line = line.text("label", &hide(self.label));
        }
        if **self.rerun != *self.name {
            line = line.text("rerun", &hide(self.rerun));
        }
        if !self.args.is_empty() {
            let args: Vec<Cow<'_, str>> = self.args.iter().map(|arg| hide(arg)).collect();
            line = line.texts("args", &args);
        }
        if let Some(dashes) = self.dashes {
            line = line.number("dashes", dashes as u64);
        }
        if let Some((file, number)) = self.place {
            line = line.text("file", &file.to_string_lossy()).number("line", number as u64);
        }
        let (first, last) = self.ends;
        line.flag("first", first)
            .flag("last", last)
            .flag("works", self.works)
            .flag("called", self.called)
            .flag("given_env", self.given_env)
            .flag("direct", self.direct)
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_object() {
        let mut buffer = Vec::new();
        Line::new(&mut buffer, "x", Duration::from_micros(1_002_003))
            .job(JobId(7))
            .text("t", "a\"b\\\n\u{1}é")
            .texts("l", &["a", "\t"])
            .flag("no", false)
            .flag("yes", true)
            .end();
        let text = String::from_utf8(buffer).unwrap();
        assert_eq!(
            text,
            "{\"event\":\"x\",\"ms\":1002.003,\"job\":7,\"t\":\"a\\\"b\\\\\\n\\u0001é\",\
             \"l\":[\"a\",\"\\t\"],\"yes\":true}\n"
        );
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
