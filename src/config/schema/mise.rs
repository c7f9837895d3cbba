//! What can be written in `mise.toml` and in files of tasks. Tables that are not
//! about tasks are any table.

#![expect(dead_code, reason = "the types are described, never made")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::mep::Own;
use crate::config::settings::STYLES;

/// Anything: this is not for a task runner to say.
type Any = Value;
type AnyTable = Map<String, Value>;

/// The configuration of a project, as far as it is about tasks.
#[derive(JsonSchema)]
#[schemars(title = "mise.toml")]
pub(super) struct Config {
    /// Tasks by name
    tasks: Option<BTreeMap<String, AnyTask>>,
    /// Where tasks lie, and what they have in common
    task_config: Option<TaskConfig>,
    /// What tasks can take over with `extends`
    task_templates: Option<BTreeMap<String, Task>>,
    /// Variables for every task
    env: Option<EnvTables>,
    /// Values for templates: `{{vars.name}}`
    vars: Option<Env>,
    /// Names of variables whose values are taken out of the output; `*` stands for any letters
    redactions: Option<Vec<String>>,
    /// The oldest version that understands this file
    min_version: Option<MinVersion>,
    /// Settings
    settings: Option<AnyTable>,
    /// Tools and their versions
    tools: Option<AnyTable>,
    /// Dependencies of the project that a run brings up to date
    deps: Option<AnyTable>,
    /// What other programs read
    #[schemars(rename = "_")]
    extensions: Option<Extensions>,
    /// Deprecated: `tool_alias`
    alias: Option<AnyTable>,
    /// Deprecated: `env._.file`
    env_file: Option<Texts>,
    /// Deprecated: `env._.file`
    dotenv: Option<Texts>,
    /// Deprecated: `env._.path`
    env_path: Option<Texts>,
    tool_config: Option<Any>,
    tool_alias: Option<Any>,
    shell_alias: Option<Any>,
    plugins: Option<Any>,
    hooks: Option<Any>,
    watch_files: Option<Any>,
    oci: Option<Any>,
    bootstrap: Option<Any>,
    dotfiles: Option<Any>,
    daemons: Option<Any>,
    daemon_groups: Option<Any>,
    daemons_settings: Option<Any>,
    daemon_providers: Option<Any>,
    /// The tasks of the directories below are called `//dir:task`
    monorepo_root: Option<bool>,
    /// Which directories below have tasks of their own
    monorepo: Option<Monorepo>,
    /// An older word for `monorepo_root`
    experimental_monorepo_root: Option<bool>,
}

/// The projects of a monorepo
#[derive(JsonSchema)]
struct Monorepo {
    /// Their directories; `*` stands for a name, or for a part of one
    config_roots: Option<Vec<String>>,
    projects: Option<Any>,
    task_defaults: Option<Any>,
}

/// Tasks by name.
#[derive(JsonSchema)]
#[schemars(title = "a file of tasks")]
pub(super) struct Tasks(BTreeMap<String, AnyTask>);

/// What other programs read.
#[derive(JsonSchema)]
struct Extensions {
    /// The keys of `mep.toml`
    mep: Option<Own>,
}

/// A version, or one that is needed and one that is wished for.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum MinVersion {
    Hard(String),
    Both(AnyTable),
}

/// A text or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

/// A command, a list of them, or a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum AnyTask {
    /// A script
    Script(String),
    /// Scripts and tasks, one after the other
    Steps(Vec<Step>),
    Table(Box<Task>),
}

/// A task.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Task {
    /// What lists say of it
    description: Option<String>,
    /// Other names for it
    alias: Option<Texts>,
    /// Other names for it
    aliases: Option<Texts>,
    /// Asked before it runs
    confirm: Option<Confirm>,
    /// Tasks that have to succeed before it
    depends: Option<Dependencies>,
    daemons: Option<Any>,
    /// Tasks that run after it
    depends_post: Option<Dependencies>,
    /// Tasks that go first where they run anyway
    wait_for: Option<Dependencies>,
    /// Variables of this task
    env: Option<Env>,
    /// Values for its templates
    vars: Option<Env>,
    /// Where it runs
    dir: Option<String>,
    /// Left out of lists
    hide: Option<bool>,
    /// It runs in the user's directory
    global: Option<bool>,
    /// It has the terminal for itself, and runs alone
    raw: Option<bool>,
    /// Its words are not looked at
    raw_args: Option<bool>,
    /// It has the terminal for itself
    interactive: Option<bool>,
    /// Files that it reads; `!` leaves out, `@group:` names files of `task_config.input_groups`
    sources: Option<Texts>,
    /// How `watch` sees it
    watch: Option<Watch>,
    /// Files that it writes
    outputs: Option<Outputs>,
    cache: Option<AnyTable>,
    rust_cache: Option<Any>,
    /// What its scripts go to: `bash -c`
    shell: Option<String>,
    /// No lines about it
    quiet: Option<bool>,
    /// No output of it
    silent: Option<Silent>,
    /// How its output is shown
    #[schemars(extend("enum" = STYLES))]
    output: Option<String>,
    /// Tools for this task, over those of the project
    tools: Option<BTreeMap<String, Tool>>,
    /// Which words it takes, as a usage spec
    usage: Option<String>,
    /// Ended after that time: `30s`, `5m`, `1h30m`
    timeout: Option<String>,
    /// What it does: a script, or a list of scripts and tasks
    run: Option<Run>,
    /// The same on Windows
    run_windows: Option<Run>,
    args: Option<Vec<String>>,
    /// A script that lies elsewhere
    file: Option<String>,
    /// Read, write and reach nothing, and get no variable but what the `allow` keys say
    deny_all: Option<bool>,
    /// Read nothing but what `allow_read` says
    deny_read: Option<bool>,
    /// Write nothing but what `allow_write` says
    deny_write: Option<bool>,
    /// No network
    deny_net: Option<bool>,
    /// No variable of the caller but what `allow_env` says
    deny_env: Option<bool>,
    /// Paths that may be read
    allow_read: Option<Vec<String>>,
    /// Paths that may be written
    allow_write: Option<Vec<String>>,
    /// Hosts that may be reached
    allow_net: Option<Vec<String>>,
    /// Variables that it gets
    allow_env: Option<Vec<String>>,
    /// Variables that it gets, and that do not count for freshness
    pass_through_env: Option<Vec<String>>,
    /// The template of `[task_templates]` that fills in what is not said here
    extends: Option<String>,
}

/// A question, or one with its default.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Confirm {
    Message(String),
    Table {
        /// The question
        message: String,
        /// What Enter means
        default: String,
    },
}

/// A task, or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Dependencies {
    Line(String),
    One(TaskCall),
    Many(Vec<Dependency>),
}

/// A name with its words as a line, as a list, or a table.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Dependency {
    Line(String),
    Words(#[schemars(length(min = 1))] Vec<String>),
    Call(TaskCall),
}

/// A task with its words and variables.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct TaskCall {
    /// Its name
    task: String,
    /// Its words
    args: Option<Vec<String>>,
    /// Variables for it
    env: Option<BTreeMap<String, Value>>,
    /// It may be missing
    optional: Option<bool>,
}

/// What a task does.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Run {
    Script(String),
    Step(StepTable),
    Steps(Vec<Step>),
}

/// A script, or tasks that are called.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Step {
    Script(String),
    Tasks(StepTable),
}

/// Tasks that are called.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum StepTable {
    /// One task
    Task {
        /// Its name
        task: String,
        /// Its words
        args: Option<Vec<String>>,
        /// Variables for it
        env: Option<BTreeMap<String, Value>>,
    },
    /// Several side by side
    Tasks {
        /// Their names
        tasks: Vec<String>,
    },
}

/// How `watch` sees a task.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Watch {
    /// What `.gitignore` names counts as well
    no_vcs_ignore: Option<bool>,
}

/// Files that a task writes.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Outputs {
    Patterns(Texts),
    Auto(Auto),
}

/// Outputs of its own.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Auto {
    /// A success is all that it makes
    auto: bool,
}

/// Whether output is left out.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Silent {
    Both(bool),
    #[schemars(extend("enum" = ["stdout", "stderr"]))]
    One(String),
}

/// A version, or a table that names one.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Tool {
    Version(String),
    Table(AnyTable),
}

/// `[env]`, or several of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum EnvTables {
    One(Env),
    Many(Vec<Env>),
}

/// Variables.
#[derive(JsonSchema)]
struct Env {
    /// Files, sourced scripts, directories for PATH, a venv
    #[schemars(rename = "_")]
    directives: Option<AnyTable>,
    /// An older word for `_`
    mise: Option<AnyTable>,
    #[schemars(flatten)]
    variables: BTreeMap<String, Variable>,
}

/// A value; `false` unsets.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Variable {
    Text(String),
    Number(i64),
    Flag(bool),
    Table(VariableTable),
}

/// A value and what is special about it.
#[derive(JsonSchema)]
struct VariableTable {
    /// The value
    value: Option<Scalar>,
    /// The value where the caller has none
    default: Option<Scalar>,
    /// The caller must have one; a text says how to get it
    required: Option<Scalar>,
    /// An encrypted value
    age: Option<Any>,
    /// Taken out of the output
    redact: Option<bool>,
    /// Evaluated once the tools are there
    tools: Option<bool>,
}

/// A plain value.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Scalar {
    Text(String),
    Number(i64),
    Flag(bool),
}

/// Where tasks lie, and what they have in common.
#[derive(JsonSchema)]
struct TaskConfig {
    /// Directories and files with tasks
    includes: Option<Vec<String>>,
    /// What of them is left out
    excludes: Option<Vec<String>>,
    /// Where tasks run
    dir: Option<String>,
    /// What scripts go to
    shell: Option<String>,
    /// It holds for the directories below as well
    cascade: Option<bool>,
    /// Files that every task with `sources` reads
    global_inputs: Option<Vec<String>>,
    /// Lists of files that `sources` name with `@group:NAME`
    input_groups: Option<BTreeMap<String, Vec<String>>>,
}
