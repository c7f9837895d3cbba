//! `replacing`: the latest line of each task, in one row on the terminal.
//! Where standard error is none, all of them, one below the other.

use std::collections::HashMap;

use unicode_width::UnicodeWidthStr;

use super::super::look::cut;
use super::arrangement::{Arrangement, At, End, LABEL};
use super::labelled::{Frame, Labelled};
use super::tail::Tail;
use crate::model::{Cause, Dialect, Stream};

/// Columns between the beginning of a label and its text.
const TEXT: usize = 16;

/// The style.
#[derive(Debug, Default)]
pub(super) struct Replacing {
    lines: Labelled,
    /// What of each task's standard output has stood in its row.
    gone: HashMap<u32, Tail>,
    /// There were rows, which are gone when the run has ended.
    draws: bool,
}

impl Replacing {
    fn said(&mut self, at: &mut At<'_, '_>, stream: Stream, line: &[u8]) {
        // A quiet run of mise shows nothing at all in this style.
        if line.trim_ascii().is_empty() || at.look.hushed {
            return;
        }
        if stream == Stream::Stderr {
            return at.outlet.write(stream, &[line, b"\n"].concat());
        }
        let head = head(at);
        let Some(rows) = at.outlet.rows() else {
            return row(at, line);
        };
        rows.set(at.view.task, head, &String::from_utf8_lossy(line));
        self.gone.entry(at.view.task).or_default().push(line);
    }
}

/// A label, and the gap behind it.
fn head(at: &At<'_, '_>) -> (String, usize) {
    let width = cut(&at.view.label, LABEL).width() + 2;
    let gap = TEXT.saturating_sub(width).max(1);
    (format!("{}{}", at.label(), " ".repeat(gap)), width + gap)
}

/// A row where there are none to be redrawn.
fn row(at: &mut At<'_, '_>, text: &[u8]) {
    let program = at.palette().paint("2", at.look.dialect.as_str());
    let head = format!("{program} {}", head(at).0);
    at.outlet.write(Stream::Stderr, &[head.as_bytes(), text, b"\n"].concat());
}

impl Arrangement for Replacing {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        self.draws |= at.outlet.rows().is_some();
        match self.draws {
            _ if at.look.hushed => {}
            true => at.outlet.line(&line),
            false => row(at, line.as_bytes()),
        }
    }

    fn command(&mut self, at: &mut At<'_, '_>, text: &str) {
        let head = head(at);
        self.draws |= at.outlet.rows().is_some();
        match at.outlet.rows() {
            Some(rows) => rows.set(at.view.task, head, text),
            None => self.line(at, text),
        }
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let mut lines = Vec::new();
        self.lines.each(at.job, stream, bytes, |line| lines.push(line.to_vec()));
        for line in lines {
            self.said(at, stream, &line);
        }
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            self.said(at, stream, &last);
        }
    }

    fn failed(&mut self, at: &mut At<'_, '_>, cause: &Cause) {
        let ended = matches!(cause, Cause::Exit(_) | Cause::Signal(..));
        if ended && at.look.dialect == Dialect::Mise {
            let palette = at.palette();
            let [head, error] = ["mise", "ERROR"].map(|word| palette.paint("31", word));
            let line = format!("{head} {error} {} failed", at.view.program);
            at.outlet.line(&line);
        }
        if let Some(gone) = self.gone.remove(&at.view.task).filter(|_| *cause != Cause::Cancelled) {
            let frame = match at.look.dialect {
                Dialect::Mise => Frame::none(),
                Dialect::Mep => Frame::of(at, Stream::Stderr),
            };
            at.outlet.write(Stream::Stderr, &gone.framed(&frame));
        }
    }

    fn ended(&mut self, at: &mut At<'_, '_>, _end: End) {
        if at.view.last {
            self.gone.remove(&at.view.task);
            if let Some(rows) = at.outlet.rows() {
                rows.remove(at.view.task);
            }
        }
    }
}
