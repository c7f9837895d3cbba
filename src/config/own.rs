//! Our own keys: `mep.toml` and `[_.mep]` of a mise config. Unknown keys are
//! errors here; what a later version gives a meaning is kept by name.

use std::num::NonZeroU32;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::dep_table::dependencies;
use super::value::{At, Owner, Stops, Value, listed};
use crate::model::{
    Leaks, Lint, OwnKeys, Policy, PoolKind, Problem, RecordKeys, Retry, Spot, closest,
};
use crate::sys::duration;

pub(super) const TOP: [&str; 12] = [
    "tasks", "shim", "grace", "tools", "leaks", "jobserver", "record", "lint", "services", "queue",
    "cache", "clusters",
];
pub(super) const TASK: [&str; 9] =
    ["grace", "locks", "weight", "retry", "allow_failure", "finally", "leaks", "timeout", "lint"];
pub(super) const RETRY: [&str; 3] = ["count", "delay", "backoff"];
pub(super) const RECORD: [&str; 4] = ["enabled", "keep", "days", "megabytes"];

/// The keys of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnTable {
    pub(super) keys: OwnKeys,
    /// Per task, in written order.
    pub(super) tasks: Vec<OwnTask>,
}

/// What a file says of one task.
#[derive(Debug, Clone)]
pub(super) struct OwnTask {
    pub(super) name: String,
    /// Where that stands.
    pub(super) spot: Spot,
    pub(super) policy: Policy,
    /// What is wrong with it, which stops this task alone.
    pub(super) problems: Vec<Problem>,
}

/// Reads the table; mistakes are collected, what is right is kept.
pub(super) fn read(at: &At<'_>, table: &DeTable<'_>) -> (OwnTable, Vec<Problem>) {
    let mut own = OwnTable::default();
    let mut problems = Vec::new();
    for (key, value) in table {
        let keys = &mut own.keys;
        let done = match key.get_ref().as_ref() {
            "shim" => at.boolean("shim", value).map(|flag| keys.shim = Some(flag)),
            "grace" => span(at, "grace", value).map(|time| keys.grace = Some(time)),
            "leaks" => leaks(at, value).map(|leaks| keys.leaks = Some(leaks)),
            "jobserver" => pool(at, value).map(|kind| keys.jobserver = Some(kind)),
            "lint" => unlinted(at, value).map(|names| keys.unlinted = names),
            "tasks" => tasks(at, value, &mut own.tasks),
            "tools" => tools(at, value).map(|auto| keys.tools = Some(auto)),
            "record" => record(at, value).map(|record| keys.record = record),
            name if TOP.contains(&name) => Ok(()),
            _ => Err(at.unknown(key, &TOP)),
        };
        problems.extend(done.err());
    }
    (own, problems)
}

/// One word of a list of known ones.
fn word<T: Copy>(
    at: &At<'_>,
    key: &str,
    value: &Value<'_>,
    words: &[(&str, T)],
) -> Result<T, Problem> {
    let text = at.string(key, value)?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let (last, others) = known
            .split_last()
            .map_or((String::new(), &[][..]), |(last, others)| (last.clone(), others));
        at.wrong(key, value, &format!("{} or {last}", others.join(", ")))
    })
}

fn tools(at: &At<'_>, value: &Value<'_>) -> Result<bool, Problem> {
    word(at, "tools", value, &[("auto", true), ("off", false)])
}

fn leaks(at: &At<'_>, value: &Value<'_>) -> Result<Leaks, Problem> {
    let words = [("report", Leaks::Report), ("kill", Leaks::Kill), ("fail", Leaks::Fail)];
    word(at, "leaks", value, &words)
}

fn pool(at: &At<'_>, value: &Value<'_>) -> Result<PoolKind, Problem> {
    let words = [
        ("auto", PoolKind::Pipe),
        ("pipe", PoolKind::Pipe),
        ("fifo", PoolKind::Fifo),
        ("off", PoolKind::Off),
    ];
    word(at, "jobserver", value, &words)
}

fn span(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Duration, Problem> {
    let text = at.string(key, value)?;
    duration::parse(&text).ok_or_else(|| at.wrong(key, value, "a duration like \"10s\""))
}

fn tasks(at: &At<'_>, value: &Value<'_>, found: &mut Vec<OwnTask>) -> Result<(), Problem> {
    for (name, value) in at.table("tasks", value)? {
        let (spot, name) = (at.spot(name.span()), name.get_ref().to_string());
        let stops = Stops::Task(&name);
        let whole = At { owner: Owner::Words("`tasks`"), stops, ..*at };
        let each = At { owner: Owner::Named("task", &name), stops, ..*at };
        let mut task =
            OwnTask { name: name.clone(), spot, policy: Policy::default(), problems: Vec::new() };
        match whole.table(&task.name, value) {
            Ok(table) => {
                for (key, value) in table {
                    let done = entry(&each, &mut task.policy, key, value);
                    task.problems.extend(done.err());
                }
            }
            Err(problem) => task.problems.push(problem),
        }
        found.push(task);
    }
    Ok(())
}

type Key<'i> = toml::Spanned<std::borrow::Cow<'i, str>>;

fn entry(
    at: &At<'_>,
    policy: &mut Policy,
    key: &Key<'_>,
    value: &Value<'_>,
) -> Result<(), Problem> {
    match key.get_ref().as_ref() {
        "grace" => policy.grace = Some(span(at, "grace", value)?),
        "timeout" => policy.timeout = Some(span(at, "timeout", value)?),
        "leaks" => policy.leaks = Some(leaks(at, value)?),
        "allow_failure" => policy.allow_failure = Some(at.boolean("allow_failure", value)?),
        "finally" => policy.finally = dependencies(at, "finally", value)?,
        "locks" => policy.locks = locks(at, value)?,
        "lint" => policy.unlinted = unlinted(at, value)?,
        "weight" => {
            let wanted = "a whole number, 1 or more";
            let weight = number(value).and_then(NonZeroU32::new);
            let weight = weight.ok_or_else(|| at.wrong("weight", value, wanted))?;
            policy.weight = Some((weight, at.spot(value.span())));
        }
        "retry" => policy.retry = Some((retry(at, value)?, at.spot(value.span()))),
        name if closest(name, TASK, 1).is_empty() => {
            let help = format!("keys of mise belong into its config; mep's are {}", listed(&TASK));
            return Err(at.unknown(key, &TASK).help(help));
        }
        _ => return Err(at.unknown(key, &TASK)),
    }
    Ok(())
}

fn number(value: &Value<'_>) -> Option<u32> {
    match value.get_ref() {
        DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// `{ enabled = true, keep = 50, days = 30, megabytes = 100 }`
fn record(at: &At<'_>, value: &Value<'_>) -> Result<RecordKeys, Problem> {
    let mut keys = RecordKeys::default();
    let inside = At { owner: Owner::Words("`record`"), ..*at };
    let positive = |name: &str, value: &Value<'_>| {
        let wrong = || inside.wrong(name, value, "a whole number, 1 or more");
        number(value).filter(|number| *number > 0).map(Some).ok_or_else(wrong)
    };
    for (key, value) in at.table("record", value)? {
        match key.get_ref().as_ref() {
            "enabled" => keys.enabled = Some(inside.boolean("enabled", value)?),
            "keep" => keys.keep = positive("keep", value)?,
            "days" => keys.days = positive("days", value)?,
            "megabytes" => keys.megabytes = positive("megabytes", value)?,
            _ => return Err(inside.unknown(key, &RECORD)),
        }
    }
    Ok(keys)
}

/// `lint = ["-publish-without-build"]`: of what to be silent.
fn unlinted(at: &At<'_>, value: &Value<'_>) -> Result<Vec<Lint>, Problem> {
    let names = at.string_list("lint", value)?;
    let known = |name: &str| Lint::ALL.into_iter().find(|lint| lint.name() == name);
    let found = names.iter().enumerate().map(|(i, text)| {
        if let Some(lint) = text.strip_prefix('-').and_then(known) {
            return Ok(lint);
        }
        let written = value.get_ref().as_array().and_then(|items| items.get(i)).unwrap_or(value);
        let bare = text.trim_start_matches('-');
        let near = closest(bare, Lint::ALL.map(Lint::name), 1);
        let help = match near.first() {
            Some(near) => format!("did you mean `-{near}`?"),
            None => format!("they are {}", listed(&Lint::ALL.map(Lint::name))),
        };
        let text = match known(text) {
            Some(_) => format!("`{text}` in `lint` of {} turns nothing off", at.owner),
            None => format!("`{bare}` in `lint` of {} is nothing that is looked for", at.owner),
        };
        Err(at.mistake("config::lint", text, written, "not this").help(help))
    });
    found.collect()
}

/// Names of locks: they are files, so a name is a plain word.
fn locks(at: &At<'_>, value: &Value<'_>) -> Result<Vec<String>, Problem> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '@' | '+');
    let mut names = at.string_list("locks", value)?;
    let good = |name: &String| {
        !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(plain)
    };
    if let Some(bad) = names.iter().position(|name| !good(name)) {
        let written = value.get_ref().as_array().and_then(|items| items.get(bad));
        let text = format!("`{}` of {} is no name for a lock", names[bad], at.owner);
        let problem = at.mistake("config::lock", text, written.unwrap_or(value), "not this");
        let letters = "letters, digits, `-`, `_`, `.`, `:`, `@` and `+`";
        return Err(problem.help(format!("up to 100 bytes of {letters}, no `.` in front")));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// `2`, or `{ count = 2, delay = "1s", backoff = 2 }`.
fn retry(at: &At<'_>, value: &Value<'_>) -> Result<Retry, Problem> {
    let plain = |count| Retry { count, delay: Duration::ZERO, backoff: 1.0 };
    if let Some(count) = number(value) {
        return Ok(plain(count));
    }
    let DeValue::Table(table) = value.get_ref() else {
        return Err(at.wrong("retry", value, "a number, or a table with `count`"));
    };
    let mut retry = plain(0);
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "count" => {
                let wanted = "a whole number";
                retry.count =
                    number(value).ok_or_else(|| at.wrong("retry.count", value, wanted))?;
            }
            "delay" => retry.delay = span(at, "retry.delay", value)?,
            "backoff" => retry.backoff = factor(at, value)?,
            _ => return Err(at.unknown(key, &RETRY)),
        }
    }
    if !table.contains_key("count") {
        return Err(at.wrong("retry", value, "a number, or a table with `count`"));
    }
    Ok(retry)
}

fn factor(at: &At<'_>, value: &Value<'_>) -> Result<f64, Problem> {
    let factor = match value.get_ref() {
        DeValue::Float(text) => text.as_str().parse().ok(),
        _ => number(value).map(f64::from),
    };
    let sane = |factor: &f64| factor.is_finite() && *factor >= 1.0;
    let wanted = "a number, 1 or more";
    factor.filter(sane).ok_or_else(|| at.wrong("retry.backoff", value, wanted))
}
