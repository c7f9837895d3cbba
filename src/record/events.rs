//! Which line of the record an event is. Output is none: it goes into the log.

use std::borrow::Cow;
use std::time::Duration;

use super::line::{Blank, Line, hidden, string};
use crate::model::{Cause, Event, Leftover, Outcome, Redactor, SkipReason, Wait};
use crate::sys::processes;

/// Writes the line of an event that came so long after the run's begin. False
/// where it has none.
pub(super) fn write(
    buffer: &mut Vec<u8>,
    event: &Event,
    at: Duration,
    redactor: Option<&Redactor>,
) -> bool {
    let hide = |text| hidden(redactor, text);
    let blank = Blank(buffer, at);
    match event {
        Event::Started(job) => blank.event("started").job(*job).end(),
        Event::Command(job, text) => {
            blank.event("command").job(*job).text("text", &hide(text)).end()
        }
        Event::Process(job, pid) => {
            blank
                .event("process")
                .job(*job)
                .number("pid", *pid)
                .number("ticks", processes::now())
                .end();
        }
        Event::LateCall(job, text) => {
            blank.event("late_call").job(*job).text("text", &hide(text)).end()
        }
        Event::Reason(job, why) => blank.event("reason").job(*job).text("text", &hide(why)).end(),
        Event::Asking(job) => blank.event("asking").job(*job).end(),
        Event::Warning(job, text) => {
            blank.event("warning").job(*job).text("text", &hide(text)).end()
        }
        Event::Nowhere(job, dir) => {
            let text = format!("task directory does not exist: {}", hide(dir));
            blank.event("warning").job(*job).text("text", &text).end();
        }
        Event::Waiting(job, Wait::Lock(name, holder)) => {
            let line = blank.event("waiting").job(*job).text("for", "lock").text("lock", name);
            line.text("holder", &hide(holder)).end();
        }
        Event::Waiting(job, Wait::Slot) => {
            blank.event("waiting").job(*job).text("for", "slot").end()
        }
        Event::Retrying { job, cause, attempt: (attempt, of), delay } => {
            let line =
                blank.event("retrying").job(*job).number("attempt", *attempt).number("of", *of);
            with_cause(line.span("delay_ms", *delay), cause, redactor).end();
        }
        Event::Recovered(left) => leftovers(blank.event("recovered"), left, redactor).end(),
        Event::Leaked(job, left) => {
            leftovers(blank.event("leaked").job(*job), left, redactor).end()
        }
        Event::Ended { job, outcome, elapsed, attempt } => {
            let line = blank.event("ended").job(*job).text("outcome", name(outcome));
            let line = match outcome {
                Outcome::Success | Outcome::Fresh => line,
                Outcome::Failed(cause) | Outcome::Tolerated(cause) => {
                    with_cause(line, cause, redactor)
                }
                Outcome::Skipped(why) => line.text("reason", skip_kind(*why)),
            };
            line.span("elapsed_ms", *elapsed).number("attempt", *attempt).end();
        }
        Event::Interrupted(signal, _) => {
            blank.event("interrupted").number("signal", *signal as u64).end();
        }
        Event::TimedOut(limit) => blank.event("timed_out").span("limit_ms", *limit).end(),
        Event::Suspended => blank.event("suspended").end(),
        Event::Resumed => blank.event("resumed").end(),
        Event::Joined(..)
        | Event::Output(..)
        | Event::Handover
        | Event::Tick
        | Event::Finished(_) => return false,
    }
    true
}

/// The word for an end.
pub(super) fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "success",
        Outcome::Fresh => "fresh",
        Outcome::Failed(_) => "failed",
        Outcome::Tolerated(_) => "tolerated",
        Outcome::Skipped(_) => "skipped",
    }
}

/// The `reason` of an event that says that a task was skipped.
pub fn skip_kind(why: SkipReason) -> &'static str {
    match why {
        SkipReason::Dependency => "dependency",
        SkipReason::Stopped => "stopped",
        SkipReason::NotNeeded => "not_needed",
        SkipReason::Asked => "asked",
        SkipReason::Unchanged => "unchanged",
    }
}

fn with_cause<'b>(line: Line<'b>, cause: &Cause, redactor: Option<&Redactor>) -> Line<'b> {
    let hide = |text| hidden(redactor, text);
    match cause {
        Cause::Exit(code) => line.text("cause", "exit").number("code", *code),
        Cause::Signal(signal, program) => {
            let line = line.text("cause", "signal").number("signal", *signal as u64);
            line.text("program", &hide(program))
        }
        Cause::TimedOut(limit) => line.text("cause", "timeout").span("limit_ms", *limit),
        Cause::Cancelled => line.text("cause", "cancelled"),
        Cause::Inner(code) => line.text("cause", "inner").number("code", *code),
        Cause::Error(lines) => {
            let lines: Vec<Cow<'_, str>> = lines.iter().map(|text| hide(text)).collect();
            line.text("cause", "error").texts("lines", &lines)
        }
    }
}

fn leftovers<'b>(line: Line<'b>, left: &[Leftover], redactor: Option<&Redactor>) -> Line<'b> {
    line.list("processes", left, |out, left| {
        out.extend_from_slice(format!("{{\"pid\":{},\"command\":", left.pid).as_bytes());
        string(out, &hidden(redactor, &left.command));
        out.extend_from_slice(format!(",\"spared\":{}}}", left.spared).as_bytes());
    })
}
