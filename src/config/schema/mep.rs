//! What can be written in `mep.toml` and under `[_.mep]`.

#![expect(dead_code, reason = "the types are described, never made")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use crate::model::Lint;

/// The keys of mep's own.
#[derive(JsonSchema)]
#[schemars(title = "mep.toml", deny_unknown_fields)]
pub(super) struct Own {
    /// Keys of tasks, by their names or aliases
    tasks: Option<BTreeMap<String, OwnTask>>,
    /// `mep` and `mise` inside a task mean this program
    shim: Option<bool>,
    /// Between TERM and KILL: `10s`
    grace: Option<String>,
    /// Whether a real mise is asked for tools
    tools: Option<Tools>,
    /// What becomes of what tasks leave behind
    leaks: Option<Leaks>,
    /// How the jobs are shared with make and others
    jobserver: Option<Jobserver>,
    /// What stays of the records of runs
    record: Option<Record>,
    /// Of what `tasks validate` is silent
    lint: Option<Vec<Silenced>>,
    /// Kept for a later version
    services: Option<Value>,
    /// Kept for a later version
    queue: Option<Value>,
    /// Kept for a later version
    cache: Option<Value>,
    /// Kept for a later version
    clusters: Option<Value>,
}

/// Keys of one task.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct OwnTask {
    /// Between TERM and KILL: `10s`
    grace: Option<String>,
    /// Held while it runs, by one task of the machine at a time
    locks: Option<Vec<String>>,
    /// It takes so many of the jobs
    #[schemars(range(min = 1))]
    weight: Option<u32>,
    /// Tried again after a failure
    retry: Option<Retry>,
    /// Its failure is none of the run's
    allow_failure: Option<bool>,
    /// Tasks that run once it has ended in any way
    finally: Option<Finally>,
    /// What becomes of what it leaves behind
    leaks: Option<Leaks>,
    /// Ended after that time: `30s`, `5m`, `1h30m`
    timeout: Option<String>,
    /// Of what `tasks validate` is silent about it
    lint: Option<Vec<Silenced>>,
}

/// A task, or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Finally {
    One(String),
    Many(Vec<Value>),
}

/// How often, and how.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Retry {
    Count(u32),
    Table(RetryTable),
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RetryTable {
    /// How often
    count: u32,
    /// After that time: `1s`
    delay: Option<String>,
    /// The time grows by that each time
    #[schemars(range(min = 1))]
    backoff: Option<f64>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Tools {
    Auto,
    Off,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Leaks {
    Report,
    Kill,
    Fail,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Jobserver {
    Auto,
    Pipe,
    Fifo,
    Off,
}

/// What stays of the records of runs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Record {
    /// `false` keeps nothing
    enabled: Option<bool>,
    /// So many runs
    #[schemars(range(min = 1))]
    keep: Option<u32>,
    /// For so long
    #[schemars(range(min = 1))]
    days: Option<u32>,
    /// So much of the disk
    #[schemars(range(min = 1))]
    megabytes: Option<u32>,
}

/// A warning that is turned off.
#[derive(JsonSchema)]
#[schemars(extend("enum" = silenced()))]
struct Silenced(String);

fn silenced() -> Vec<String> {
    Lint::ALL.iter().map(|lint| format!("-{}", lint.name())).collect()
}
