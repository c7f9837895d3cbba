//! The human view of a plan: the commands in an order that works. Starts
//! nothing, writes nothing, asks nothing.

use std::io::Write;

use crate::model::{Event, JobView};
use crate::plan::{Invocation, Plan, echo};
use crate::report::{Look, Report};

/// Prints every command line that would run.
pub(super) fn print(plan: &Plan, views: &[JobView], mut look: Look, err: &mut dyn Write) {
    look.total = false;
    let whole = look.columns.is_none();
    let mut nowhere = std::io::sink();
    let mut report = Report::new(views, look, &mut nowhere, err);
    for id in plan.graph.order().unwrap_or_default() {
        for command in &plan.jobs[id.0 as usize].commands {
            report.event(&Event::Command(id, shown(command, whole)));
        }
    }
}

fn shown(command: &Invocation, whole: bool) -> String {
    let line = |script: &str| if whole { script.to_string() } else { echo::first_command(script) };
    match command {
        Invocation::Shell { script, args, .. } => line(&echo::with_args(script.preview(), args)),
        Invocation::Shebang { script, .. } => line(script.preview()),
        Invocation::File { shown, args, .. } => echo::with_args(shown, args),
    }
}
