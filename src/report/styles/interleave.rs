//! `interleave`: output as the task writes it. It comes here only where
//! secrets have to be taken out; else the task writes to our own streams.

use std::collections::HashMap;

use super::super::lines::Flow;
use super::arrangement::{Arrangement, At};
use crate::model::{JobId, Stream};

/// The style.
#[derive(Debug, Default)]
pub(super) struct Interleave {
    open: HashMap<(JobId, bool), Flow>,
}

impl Arrangement for Interleave {
    fn line(&mut self, at: &mut At<'_, '_>, text: &str) {
        let line = at.labelled(text);
        at.outlet.line(&line);
    }

    fn output(&mut self, at: &mut At<'_, '_>, stream: Stream, bytes: &[u8]) {
        let flow = self.open.entry((at.job, stream == Stream::Stdout)).or_default();
        let shown = flow.push(bytes);
        at.outlet.write(stream, &shown);
    }

    fn close(&mut self, at: &mut At<'_, '_>) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if let Some(mut flow) = self.open.remove(&(at.job, stream == Stream::Stdout)) {
                at.outlet.write(stream, flow.finish());
            }
        }
    }
}
