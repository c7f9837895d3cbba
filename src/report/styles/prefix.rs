//! `prefix`: each line with the label of its task, as it comes.

use super::arrangement::{Arrangement, At};
use super::labelled::{Frame, Labelled};
use crate::model::Stream;

/// The style.
#[derive(Debug, Default)]
pub(super) struct Prefix {
    lines: Labelled,
}

impl Arrangement for Prefix {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        at.outlet.line(&line);
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let whole = self.lines.push(at.job, stream, bytes, &Frame::of(at, stream));
        at.outlet.write(stream, &whole);
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for (stream, last) in self.lines.finish(at.job) {
            at.outlet.write(stream, &Frame::of(at, stream).around(&last));
        }
    }
}
