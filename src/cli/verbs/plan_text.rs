//! A plan for people: what becomes of each task, and how long it is likely to take. Knows no
//! flags and no JSON.

use std::fmt::Write as _;

use crate::app::{PlannedTask, Preview, Verdict};
use crate::model::format_elapsed;
use crate::plan::{Link, echo};
use crate::record::{skip_kind, skip_words};

/// Why a task without sources runs.
pub(super) const ALWAYS: &str = "it has no `sources`, so it always runs";

/// So many tasks of unknown length are named.
const NAMED: usize = 3;

/// So many variables that all tasks get are named; the JSON has all.
const NAMES: usize = 8;

/// The whole plan, in an order that works.
pub(super) fn text(plan: &Preview) -> String {
    let mut text = String::new();
    let common = common(plan);
    for at in &plan.order {
        task(plan, *at, &common, &mut text);
    }
    if !common.is_empty() {
        let _ = writeln!(text, "\nenv of all of them: {}", first(&common, NAMES));
    }
    if plan.tasks.iter().any(PlannedTask::works) {
        times(plan, &mut text);
    } else {
        text.push_str("nothing to run\n");
    }
    text
}

/// Variables that every one of several tasks gets: they are named once.
fn common(plan: &Preview) -> Vec<&str> {
    let [first, others @ ..] = &plan.tasks[..] else {
        return Vec::new();
    };
    let all = |name: &&String| others.iter().all(|task| task.env.contains(name));
    let names = first.env.iter().filter(all).filter(|_| !others.is_empty());
    names.map(String::as_str).collect()
}

fn task(plan: &Preview, at: usize, common: &[&str], text: &mut String) {
    let task = &plan.tasks[at];
    let _ = writeln!(text, "{}", headline(plan, at));
    if !matches!(task.verdict, Verdict::Runs(_)) {
        return;
    }
    let names = |links: Vec<usize>| -> Vec<&str> {
        links.into_iter().map(|at| plan.tasks[at].words.as_str()).collect()
    };
    let before = plan.links.iter().filter(|l| l.task == at && l.link != Link::Call);
    let callers = plan.links.iter().filter(|l| l.needs == at && l.link == Link::Call);
    let lists = [
        ("after", names(before.map(|l| l.needs).collect())),
        ("called by", names(callers.map(|l| l.task).collect())),
        ("env", task.env.iter().map(String::as_str).filter(|n| !common.contains(n)).collect()),
    ];
    for (what, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        let _ = writeln!(text, "  {what} {}", list.join(", "));
    }
    if let Some(question) = &task.confirm {
        let _ = writeln!(text, "  asks {}", question.lines().next().unwrap_or_default());
    }
    for command in &task.commands {
        let late = if command.is_late { "  (as it is written)" } else { "" };
        let _ = writeln!(text, "  $ {}{late}", echo::first_command(&command.text));
    }
    for call in &task.late_calls {
        let _ = writeln!(text, "  calls {call}  (as it is written)");
    }
    if let Some(time) = task.time.filter(|_| task.works()) {
        let _ = writeln!(text, "  takes about {}", format_elapsed(time));
    }
}

fn headline(plan: &Preview, at: usize) -> String {
    let task = &plan.tasks[at];
    let words = &task.words;
    let calls = plan.links.iter().any(|l| l.task == at && l.link == Link::Call);
    let idle = !task.works() && task.late_calls.is_empty() && !calls;
    match &task.verdict {
        Verdict::Fresh => format!("{words} is up to date"),
        Verdict::Skipped(why) => format!("{words} is skipped: {}", skip_words(skip_kind(*why))),
        Verdict::Runs(reasons) => match &reasons[..] {
            [] if idle => format!("{words} has no command"),
            [] => format!("{words} runs: {ALWAYS}"),
            [one] => format!("{words} runs: {one}"),
            [first, more @ ..] => format!("{words} runs: {first}, and {} more", more.len()),
        },
    }
}

fn times(plan: &Preview, text: &mut String) {
    let unknown: Vec<&str> =
        plan.tasks.iter().filter(|t| t.is_unknown()).map(|t| t.words.as_str()).collect();
    if plan.critical.is_empty() {
        text.push_str("\nhow long it takes is not known: nothing of it is on record\n");
        return;
    }
    let way: Vec<&str> = plan.critical.iter().map(|at| plan.tasks[*at].words.as_str()).collect();
    let jobs = if plan.jobs == 1 { "job" } else { "jobs" };
    let _ = writeln!(
        text,
        "\nthe longest way is {}, about {}\nall of it takes about {} with {} {jobs}",
        way.join(" → "),
        format_elapsed(plan.critical_time),
        format_elapsed(plan.total),
        plan.jobs
    );
    if !unknown.is_empty() {
        let _ = writeln!(text, "how long these take is not known: {}", first(&unknown, NAMED));
    }
}

/// So many names, and how many more there are.
fn first(names: &[&str], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let named = names[..names.len() - more].join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}
