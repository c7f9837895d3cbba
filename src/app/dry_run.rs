//! The human view of a plan: the commands in an order that works. Starts
//! nothing, writes nothing, asks nothing.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::forecast::Forecast;
use crate::model::{Event, JobId, JobView, Outcome, OutputStyle};
use crate::plan::{Action, Invocation, Plan, echo, script};
use crate::report::{Look, Report};
use crate::run::fresh::Freshness;

/// Prints every command line that would run, and what is up to date; `timed`
/// adds the times that mise prints even here.
pub(super) fn print(
    plan: &Plan,
    views: &[Arc<JobView>],
    look: Look,
    fresh: &Freshness,
    timed: bool,
    err: &mut dyn Write,
) {
    let begin = Instant::now();
    let whole = look.columns.is_none();
    let mut nowhere = std::io::sink();
    let mut shown_as = views.to_vec();
    if !timed {
        // The order of the lines says enough; none of them has to wait.
        shown_as
            .iter_mut()
            .map(Arc::make_mut)
            .for_each(|view| view.style = OutputStyle::Interleave);
    }
    let mut report = Report::new(shown_as, look, &mut nowhere, err);
    report.hide(&plan.secrets);
    let mut forecast = Forecast::new(plan, fresh);
    forecast.notes.drain(..).for_each(|note| report.event(&note));
    for id in plan.graph.order().unwrap_or_default() {
        let job = &plan.jobs[id.0 as usize];
        if forecast.is_fresh(plan.graph.get(id).occurrence) {
            if views[id.0 as usize].first {
                report.event(&ended(id, Outcome::Fresh, begin));
            }
            continue;
        }
        if let Action::Arrival(text) = &job.action {
            report.event(&Event::LateCall(id, text.to_string()));
        }
        for command in &job.commands {
            report.event(&Event::Command(id, shown(command, whole)));
            if !job.cwd.exists() {
                report.event(&Event::Nowhere(id, job.cwd.display().to_string()));
            }
        }
        if timed {
            report.event(&ended(id, Outcome::Success, begin));
        }
    }
    if timed {
        report.event(&Event::Finished(begin.elapsed()));
    }
}

fn ended(job: JobId, outcome: Outcome, begin: Instant) -> Event {
    Event::Ended { job, outcome, elapsed: begin.elapsed(), attempt: 1 }
}

/// A command as it is shown; its first line only, unless the `whole` of it is asked for.
pub(super) fn shown(command: &Invocation, whole: bool) -> String {
    let line = |script: &str| if whole { script.to_string() } else { echo::first_command(script) };
    match command {
        Invocation::Shell { shell, script, args, words } => {
            line(&script::fill(shell, script.text(), args, *words).shown)
        }
        Invocation::Shebang { script, .. } => line(script.text()),
        Invocation::File { shown, args, .. } => echo::plain(shown, args),
    }
}
