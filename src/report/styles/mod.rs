//! The arrangements of task output, one file for each, and which of them a
//! job's events go to.

mod arrangement;
mod failures;
mod grouped;
mod interleave;
mod keep_order;
mod labelled;
mod prefix;
mod replacing;
mod tail;
mod timed;

use super::screen::Screen;
use crate::model::{JobView, OutputStyle};
use std::sync::Arc;

pub(super) use arrangement::{Arrangement, At, End};

/// All of them: the tasks of one run may differ in style.
#[derive(Debug, Default)]
pub(super) struct Styles {
    interleave: interleave::Interleave,
    prefix: prefix::Prefix,
    keep_order: keep_order::KeepOrder,
    timed: timed::Timed,
    replacing: replacing::Replacing,
    grouped: grouped::Grouped,
    failures: failures::Failures,
}

impl Styles {
    /// More jobs came up.
    pub(super) fn expect(&mut self, views: &[Arc<JobView>]) {
        self.keep_order.expect(views);
    }

    /// The one of a job.
    pub(super) fn of(&mut self, style: OutputStyle) -> &mut dyn Arrangement {
        match style {
            OutputStyle::Interleave => &mut self.interleave,
            OutputStyle::Prefix => &mut self.prefix,
            OutputStyle::KeepOrder => &mut self.keep_order,
            OutputStyle::Timed => &mut self.timed,
            OutputStyle::Replacing => &mut self.replacing,
            OutputStyle::Grouped => &mut self.grouped,
            OutputStyle::Failures => &mut self.failures,
        }
    }

    /// Some time has passed.
    pub(super) fn tick(&mut self, outlet: &mut Screen<'_>) {
        self.timed.tick(outlet);
    }

    /// The run has ended.
    pub(super) fn finish(&mut self, outlet: &mut Screen<'_>) {
        self.keep_order.finish(outlet);
        self.timed.finish(outlet);
        self.grouped.finish(outlet);
        self.failures.finish(outlet);
    }
}
