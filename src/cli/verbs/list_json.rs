//! `tasks ls --json`: the list that tools read.

use std::borrow::Cow;
use std::io::{self, Write};

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::shown;
use crate::config::env::Evaluator;
use crate::model::{Command, Dep, EnvDirective, Outputs, RunEntry, Silence, Task, TaskTool};
use crate::sys::Context;

/// One element; the order of the fields is the reference's.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    aliases: &'a [String],
    description: Cow<'a, str>,
    source: Cow<'a, str>,
    config_sources: Vec<Cow<'a, str>>,
    depends: Vec<DepRow<'a>>,
    daemons: Option<()>,
    depends_post: Vec<DepRow<'a>>,
    wait_for: Vec<DepRow<'a>>,
    env: Vec<String>,
    dir: Cow<'a, str>,
    hide: bool,
    global: bool,
    raw: bool,
    interactive: bool,
    sources: Vec<Cow<'a, str>>,
    outputs: OutputsRow<'a>,
    shell: Option<Cow<'a, str>>,
    quiet: bool,
    silent: SilentRow,
    tools: IndexMap<&'a str, Value>,
    usage: &'a str,
    timeout: Option<Cow<'a, str>>,
    run: Vec<RunRow<'a>>,
    args: [(); 0],
    file: Option<Cow<'a, str>>,
}

/// A dependency: its name, its words, or a table where words cannot say it.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum DepRow<'a> {
    Name(Cow<'a, str>),
    Words(Vec<String>),
    Table(CallRow<'a>),
}

/// A task with what it is given; what it is not given is left out.
#[derive(Debug, Serialize)]
struct CallRow<'a> {
    task: Cow<'a, str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    args: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    env: IndexMap<String, String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// An element of `run`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum RunRow<'a> {
    Script(&'a str),
    Tasks { tasks: &'a [String] },
    Call(CallRow<'a>),
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum OutputsRow<'a> {
    Patterns(Vec<Cow<'a, str>>),
    Marker { auto: bool },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum SilentRow {
    Flag(bool),
    Stream(&'static str),
}

/// Writes the list.
///
/// # Errors
/// Those of `out`.
pub(in crate::cli) fn write(
    out: &mut impl Write,
    ctx: &Context,
    tasks: &[&Task],
    evaluator: &mut Evaluator<'_>,
) -> io::Result<()> {
    let mut json = serde_json::Serializer::pretty(&mut *out);
    json.collect_seq(tasks.iter().map(|task| row(ctx, task, evaluator)))?;
    out.write_all(b"\n")
}

/// What the list says of one task.
pub(in crate::cli) fn value(
    ctx: &Context,
    task: &Task,
    evaluator: &mut Evaluator<'_>,
) -> serde_json::Result<Value> {
    serde_json::to_value(row(ctx, task, evaluator))
}

fn row<'a>(ctx: &Context, task: &'a Task, evaluator: &mut Evaluator<'_>) -> Row<'a> {
    let mut deps = |list: &'a [Dep]| -> Vec<DepRow<'a>> {
        list.iter().map(|d| dependency(task, d, evaluator)).collect()
    };
    let (depends, depends_post, wait_for) =
        (deps(&task.depends), deps(&task.depends_post), deps(&task.wait_for));
    Row {
        name: task.display(),
        aliases: &task.aliases,
        description: shown::text(task, &task.description, evaluator),
        source: task.source_path().to_string_lossy(),
        config_sources: task.defined_in().map(|f| f.path.to_string_lossy()).collect(),
        depends,
        daemons: None,
        depends_post,
        wait_for,
        env: task.env.iter().filter_map(|e| env_text(&e.directive)).collect(),
        dir: dir(ctx, task, evaluator),
        hide: task.hide,
        global: task.is_global(),
        raw: task.raw,
        interactive: task.interactive,
        sources: task.sources.iter().map(|s| shown::text(task, s, evaluator)).collect(),
        outputs: outputs(task, evaluator),
        shell: task.shell.as_deref().map(|text| shown::text(task, text, evaluator)),
        quiet: task.quiet,
        silent: match task.silent {
            Silence::None => SilentRow::Flag(false),
            Silence::Both => SilentRow::Flag(true),
            Silence::Stdout => SilentRow::Stream("stdout"),
            Silence::Stderr => SilentRow::Stream("stderr"),
        },
        tools: task.tools.iter().map(|tool| (tool.name.as_str(), tool_json(tool))).collect(),
        usage: &task.usage,
        timeout: task.timeout.as_deref().map(|text| shown::text(task, text, evaluator)),
        run: task.run().iter().map(run_entry).collect(),
        args: [],
        file: match &task.command {
            Command::Script(path) => Some(path.to_string_lossy()),
            Command::File(text) => Some(text.into()),
            _ => None,
        },
    }
}

fn dir<'a>(ctx: &Context, task: &'a Task, evaluator: &mut Evaluator<'_>) -> Cow<'a, str> {
    let root = &task.root.dir;
    let Some(dir) = &*task.dir else {
        return root.to_string_lossy();
    };
    let path = match shown::text(task, dir, evaluator) {
        // Joined as it is, which is how mise shows it.
        dir if dir.is_empty() => root.join(&*dir),
        dir => ctx.dirs.below(root, &*dir),
    };
    path.to_string_lossy().into_owned().into()
}

fn outputs<'a>(task: &'a Task, evaluator: &mut Evaluator<'_>) -> OutputsRow<'a> {
    match &*task.outputs {
        Outputs::Patterns(list) => {
            let shown = list.iter().map(|text| shown::text(task, text, evaluator));
            OutputsRow::Patterns(shown.collect())
        }
        Outputs::Unset if task.sources.is_empty() => OutputsRow::Patterns(Vec::new()),
        Outputs::Auto | Outputs::Unset => OutputsRow::Marker { auto: true },
    }
}

fn dependency<'a>(task: &Task, dep: &'a Dep, evaluator: &mut Evaluator<'_>) -> DepRow<'a> {
    match shown::dependency(task, dep, evaluator) {
        Err(text) => DepRow::Name(text.into()),
        Ok(call) if !call.env.is_empty() || call.optional => DepRow::Table(CallRow {
            task: call.task.into(),
            args: call.args.into(),
            env: call.env.into_iter().collect(),
            optional: call.optional,
        }),
        Ok(call) if call.args.is_empty() => DepRow::Name(call.task.into()),
        Ok(call) => DepRow::Words(std::iter::once(call.task).chain(call.args).collect()),
    }
}

/// A line of `env`.
pub(in crate::cli) fn env_text(directive: &EnvDirective) -> Option<String> {
    match directive {
        EnvDirective::Set(key, value) => Some(format!("{key}={value}")),
        EnvDirective::Default(key, value) => Some(format!("{key} default={value}")),
        EnvDirective::Unset(key) => Some(format!("unset {key}")),
        EnvDirective::Required(key, _) => Some(format!("{key} (required)")),
        EnvDirective::File { path, .. } => Some(format!("_.file = {path:?}")),
        EnvDirective::Source(path) => Some(format!("_.source = {path:?}")),
        EnvDirective::Path(path) => Some(format!("_.path = {path:?}")),
        EnvDirective::Age(key, ..) => Some(format!("{key} (age-encrypted)")),
        EnvDirective::Venv(venv) => Some(format!("python venv path={}", venv.path)),
        EnvDirective::Redact(_) => None,
    }
}

fn run_entry(entry: &RunEntry) -> RunRow<'_> {
    match entry {
        RunEntry::Script(text) => RunRow::Script(text),
        RunEntry::Tasks(names, _) => RunRow::Tasks { tasks: names },
        RunEntry::Task(call, _) => RunRow::Call(CallRow {
            task: (&call.task).into(),
            args: (&call.args).into(),
            env: call.env.iter().cloned().collect(),
            optional: false,
        }),
    }
}

/// A version, or the table that it is written as.
fn tool_json(tool: &TaskTool) -> Value {
    let Some(options) = &tool.options else {
        return Value::from(tool.version.as_str());
    };
    let version = ("version".to_string(), Value::from(tool.version.as_str()));
    std::iter::once(version).chain(options.iter().cloned()).collect()
}
