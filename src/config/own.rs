//! Our own keys: `mep.toml` and `[_.mep]` of a mise config. Unknown keys are
//! errors here; what a later version gives a meaning is kept by name.

use std::time::Duration;

use toml::de::DeTable;

use super::value::{At, Value};
use crate::model::{LaterKey, OwnKeys, Problem};
use crate::sys::duration;

const TOP: [&str; 9] =
    ["tasks", "shim", "grace", "tools", "leaks", "services", "queue", "cache", "clusters"];
const TASK: [&str; 8] =
    ["grace", "locks", "weight", "retry", "allow_failure", "finally", "leaks", "timeout"];

/// The keys of one file.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnTable {
    pub(super) keys: OwnKeys,
    /// Per task, in written order.
    pub(super) tasks: Vec<(String, OwnTask)>,
}

/// `[tasks."x"]` of `mep.toml`.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnTask {
    pub(super) grace: Option<Duration>,
    pub(super) later: Vec<LaterKey>,
}

/// Reads the table; mistakes are collected, what is right is kept.
pub(super) fn read(at: &At<'_>, table: &DeTable<'_>) -> (OwnTable, Vec<Problem>) {
    let mut own = OwnTable::default();
    let mut problems = Vec::new();
    for (key, value) in table {
        let done = match key.get_ref().as_ref() {
            "shim" => at.boolean("shim", value).map(|flag| own.keys.shim = Some(flag)),
            "grace" => span(at, value).map(|time| own.keys.grace = Some(time)),
            "tasks" => tasks(at, value, &mut own.tasks),
            "tools" => tools(at, value).map(|auto| own.keys.tools = Some(auto)),
            name if TOP.contains(&name) => Ok(()),
            _ => Err(at.unknown(key, &TOP)),
        };
        problems.extend(done.err());
    }
    (own, problems)
}

fn tools(at: &At<'_>, value: &Value<'_>) -> Result<bool, Problem> {
    match at.string("tools", value)?.as_str() {
        "auto" => Ok(true),
        "off" => Ok(false),
        _ => Err(at.wrong("tools", value, "\"auto\" or \"off\"")),
    }
}

fn span(at: &At<'_>, value: &Value<'_>) -> Result<Duration, Problem> {
    let text = at.string("grace", value)?;
    duration::parse(&text).ok_or_else(|| at.wrong("grace", value, "a duration like \"10s\""))
}

fn tasks(
    at: &At<'_>,
    value: &Value<'_>,
    found: &mut Vec<(String, OwnTask)>,
) -> Result<(), Problem> {
    for (name, value) in at.table("tasks", value)? {
        let at = At {
            file: at.file,
            owner: format!("task `{}`", name.get_ref()),
            blame: at.blame.clone(),
            offset: at.offset,
        };
        let mut task = OwnTask::default();
        for (key, value) in at.table(name.get_ref(), value)? {
            match key.get_ref().as_ref() {
                "grace" => task.grace = Some(span(&at, value)?),
                other => match TASK.into_iter().find(|known| *known == other) {
                    Some(known) => task.later.push(LaterKey {
                        key: known,
                        spot: at.spot(key.span()),
                        harmless: false,
                    }),
                    None => return Err(at.unknown(key, &TASK)),
                },
            }
        }
        found.push((name.get_ref().to_string(), task));
    }
    Ok(())
}
