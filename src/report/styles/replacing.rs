//! `replacing`: the latest line of each task, on standard error. Where that
//! is no terminal, all of them, one below the other.

use unicode_width::UnicodeWidthStr;

use super::super::look::cut;
use super::arrangement::{Arrangement, At, LABEL};
use super::labelled::Labelled;
use crate::model::{Cause, Dialect, Stream};

/// Columns between the beginning of a label and its text.
const TEXT: usize = 16;

/// The style.
#[derive(Debug, Default)]
pub(super) struct Replacing {
    lines: Labelled,
}

impl Replacing {
    fn row(at: &mut At<'_, '_>, text: &[u8]) {
        if is_hushed(at) {
            return;
        }
        let width = cut(&at.view.label, LABEL).width() + 2;
        let gap = " ".repeat(TEXT.saturating_sub(width).max(1));
        let head = at.palette().paint("2", at.look.dialect.as_str());
        let head = format!("{head} {}{gap}", at.label());
        at.outlet.write(Stream::Stderr, &[head.as_bytes(), text, b"\n"].concat());
    }

    fn said(at: &mut At<'_, '_>, stream: Stream, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        match stream {
            Stream::Stdout => Self::row(at, line),
            Stream::Stderr if is_hushed(at) => {}
            Stream::Stderr => at.outlet.write(stream, &[line, b"\n"].concat()),
        }
    }
}

/// A quiet run of mise shows nothing at all in this style.
fn is_hushed(at: &At<'_, '_>) -> bool {
    at.look.hushed
}

impl Arrangement for Replacing {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        Self::row(at, line.as_bytes());
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let mut lines = Vec::new();
        self.lines.each(at.job, stream, bytes, |line| lines.push(line.to_vec()));
        for line in lines {
            Self::said(at, stream, &line);
        }
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            Self::said(at, stream, &last);
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
    }
}
