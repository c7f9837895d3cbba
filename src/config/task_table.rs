//! Reads one task: a `[tasks.x]` table, its shorthands, or the same keys out
//! of a script's header lines. Mistakes stay with the task.

use std::fmt::Display;

use toml::Spanned;
use toml::de::DeValue;

use super::dep_table::dependencies;
use super::raw::RawTask;
use super::settings::{STYLES, parse_style};
use super::value::{self, At, Owner, Stops, Value, integer_text};
use super::{env_table, sandbox};
use crate::model::{
    Call, Confirm, LaterKey, OutputStyle, Outputs, Problem, RunEntry, Silence, TaskTool,
};

/// Every key of a task, in the order the reference lists them.
pub(super) const KEYS: [&str; 41] = [
    "description", "alias", "confirm", "depends", "daemons", "depends_post", "wait_for", "env",
    "vars", "dir", "hide", "global", "raw", "raw_args", "interactive", "sources", "watch",
    "outputs", "cache", "rust_cache", "shell", "quiet", "silent", "output", "tools", "usage",
    "timeout", "run", "run_windows", "args", "file", "deny_all", "deny_read", "deny_write",
    "deny_net", "deny_env", "allow_read", "allow_write", "allow_net", "allow_env",
    "pass_through_env",
];

/// Keys that are kept for a later version. The flag says that leaving the key
/// out cannot change what the task does.
const LATER: [(&str, bool); 3] = [("daemons", false), ("cache", true), ("rust_cache", true)];

/// Reads a task in any of its forms.
pub(super) fn read(at: &At<'_>, name: &Spanned<impl AsRef<str>>, value: &Value<'_>) -> RawTask {
    let title = name.get_ref().as_ref();
    let at = At { owner: Owner::Named("task", title), stops: Stops::Task(title), ..*at };
    let mut task = RawTask::new(title.to_string(), at.spot(name.span()));
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                field(&at, &mut task, key, value);
            }
        }
        DeValue::String(_) | DeValue::Array(_) => match run(&at, "run", value) {
            Ok(entries) => task.run = Some(entries),
            Err(problem) => task.broken.push(problem),
        },
        _ => task.broken.push(at.wrong_task(value)),
    }
    task
}

impl At<'_> {
    fn wrong_task(&self, value: &Value<'_>) -> Problem {
        let message = format!("{} must be a command, a list of commands or a table", self.owner);
        self.mistake("config::type", message, value, "not a task")
    }
}

/// Reads one key into `task`; a mistake goes to `task.broken`.
pub(super) fn field(
    at: &At<'_>,
    task: &mut RawTask,
    key: &Spanned<impl AsRef<str>>,
    value: &Value<'_>,
) {
    let done = text_field(at, task, key.get_ref().as_ref(), value)
        .or_else(|| flag_field(at, task, key.get_ref().as_ref(), value))
        .or_else(|| list_field(at, task, key.get_ref().as_ref(), value))
        .or_else(|| sandbox::field(at, &mut task.sandbox, key.get_ref().as_ref(), value))
        .unwrap_or_else(|| other_field(at, task, key, value));
    if let Err(problem) = done {
        task.broken.push(problem);
    }
}

type Done = Option<Result<(), Problem>>;

fn text_field(at: &At<'_>, task: &mut RawTask, key: &str, value: &Value<'_>) -> Done {
    let slot = match key {
        "description" => &mut task.description,
        "dir" => &mut *task.dir,
        "shell" => &mut *task.shell,
        "usage" => &mut *task.usage,
        "timeout" => &mut *task.timeout,
        "file" => &mut *task.file,
        _ => return None,
    };
    Some(at.string(key, value).map(|text| *slot = Some(text)))
}

fn flag_field(at: &At<'_>, task: &mut RawTask, key: &str, value: &Value<'_>) -> Done {
    let slot = match key {
        "hide" => &mut task.hide,
        "global" => &mut task.global,
        "raw" => &mut task.raw,
        "raw_args" => &mut task.raw_args,
        "interactive" => &mut task.interactive,
        "quiet" => &mut task.quiet,
        _ => return None,
    };
    Some(at.boolean(key, value).map(|flag| *slot = Some(flag)))
}

fn list_field(at: &At<'_>, task: &mut RawTask, key: &str, value: &Value<'_>) -> Done {
    let deps = match key {
        "depends" => &mut task.depends,
        "depends_post" => &mut *task.depends_post,
        "wait_for" => &mut *task.wait_for,
        "alias" | "aliases" => {
            return Some(at.strings(key, value).map(|list| task.alias = list.into()));
        }
        "sources" => return Some(at.strings(key, value).map(|list| task.sources = list.into())),
        _ => return None,
    };
    Some(dependencies(at, key, value).map(|list| *deps = list))
}

fn other_field(
    at: &At<'_>,
    task: &mut RawTask,
    key: &Spanned<impl AsRef<str>>,
    value: &Value<'_>,
) -> Result<(), Problem> {
    let name = key.get_ref().as_ref();
    match name {
        "run" => task.run = Some(run(at, name, value)?),
        "run_windows" => task.run_windows = !run(at, name, value)?.is_empty(),
        "env" | "vars" => {
            let slot = if name == "env" { &mut task.env } else { &mut task.vars };
            match env_table::read(at, name, value) {
                // A script's headers give one pair a line.
                Ok(entries) => slot.extend(entries),
                Err(problems) => task.broken.extend(problems),
            }
        }
        "outputs" => *task.outputs = Some(outputs(at, value)?),
        "silent" => task.silent = Some(silence(at, value)?),
        "output" => output(at, task, value)?,
        "confirm" => *task.confirm = Some(confirm(at, value)?),
        "tools" => task.tools.extend(tools(at, value)?),
        "args" => drop(at.string_list(name, value)?),
        "watch" => task.no_vcs_ignore = watch(at, value)?.or(task.no_vcs_ignore),
        "extends" => {
            let template = at.string(name, value)?;
            *task.extends = Some((template, at.spot(value.span())));
        }
        _ => return later_field(at, task, key, value),
    }
    Ok(())
}

/// Keys without an effect yet: remembered with their place, so that running
/// the task can name them.
fn later_field(
    at: &At<'_>,
    task: &mut RawTask,
    key: &Spanned<impl AsRef<str>>,
    value: &Value<'_>,
) -> Result<(), Problem> {
    let name = key.get_ref().as_ref();
    let Some((key_name, harmless)) = LATER.into_iter().find(|(k, _)| *k == name) else {
        let known: Vec<&str> = KEYS.into_iter().chain(["extends"]).collect();
        return Err(at.unknown(key, &known));
    };
    let in_force = match name {
        "cache" => {
            at.table(name, value)?;
            true
        }
        _ => value.get_ref().as_bool() != Some(false),
    };
    if in_force {
        let (spot, value) = (at.spot(key.span()), json(value));
        task.later.push(LaterKey { key: key_name, spot, harmless, value });
    }
    Ok(())
}

fn tools(at: &At<'_>, value: &Value<'_>) -> Result<Vec<TaskTool>, Problem> {
    let table = at.table("tools", value)?;
    table.iter().map(|(name, value)| tool(at, name.get_ref(), value)).collect()
}

/// `"20"`, or a table that says the version in one of four ways.
fn tool(at: &At<'_>, name: &str, value: &Value<'_>) -> Result<TaskTool, Problem> {
    const WAYS: [(&str, &str); 4] =
        [("version", ""), ("path", "path:"), ("prefix", "prefix:"), ("ref", "ref:")];
    let key = format!("tools.{name}");
    let made = |version: String, options| TaskTool { name: name.to_string(), version, options };
    let table = match value.get_ref() {
        DeValue::String(version) => return Ok(made(version.to_string(), None)),
        DeValue::Table(table) => table,
        _ => return Err(at.wrong(&key, value, "a version, or a table that names one")),
    };
    let said: Vec<_> =
        WAYS.iter().filter_map(|(way, prefix)| Some((way, prefix, table.get(*way)?))).collect();
    let [(way, prefix, version)] = said[..] else {
        let wanted = "a table with one of `version`, `path`, `prefix`, `ref`";
        return Err(at.wrong(&key, value, wanted));
    };
    let version = at.string(format!("{key}.{way}"), version)?;
    let rest = table.iter().filter(|(key, _)| WAYS.iter().all(|(way, _)| key.get_ref() != way));
    let options = rest.map(|(key, value)| (key.get_ref().to_string(), json(value))).collect();
    Ok(made(format!("{prefix}{version}"), Some(options)))
}

/// A value for lists that are read by tools; what JSON has no word for, as
/// its text.
fn json(value: &Value<'_>) -> serde_json::Value {
    match value.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Integer(number) => {
            let text = integer_text(number);
            text.parse::<i64>().map_or_else(|_| text.into(), Into::into)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap_or_default().into(),
        DeValue::Array(items) => items.iter().map(json).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value))).collect()
        }
        DeValue::Datetime(time) => time.to_string().into(),
    }
}

/// `run`: a string, a table, or a list of both.
fn run(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Vec<RunEntry>, Problem> {
    match value.get_ref() {
        DeValue::Array(items) => {
            value::list(items, |i, v| run_entry(at, format_args!("{key}[{i}]"), v))
        }
        _ => Ok(vec![run_entry(at, key, value)?]),
    }
}

fn run_entry(at: &At<'_>, key: impl Display, value: &Value<'_>) -> Result<RunEntry, Problem> {
    const RUN_KEYS: [&str; 4] = ["task", "tasks", "args", "env"];
    let spot = at.spot(value.span());
    let table = match value.get_ref() {
        DeValue::String(script) => return Ok(RunEntry::Script(script.as_ref().into())),
        DeValue::Table(table) => table,
        _ => return Err(at.wrong(key, value, "a string, a table or a list of these")),
    };
    if let Some(tasks) = table.get("tasks") {
        let names = at.string_list(format_args!("{key}.tasks"), tasks)?;
        return Ok(RunEntry::Tasks(names.into(), spot));
    }
    let Some(task) = table.get("task") else {
        let message = format!("`{key}` of {} needs `task` or `tasks`", at.owner);
        let problem = at.mistake("config::run", message, value, "no `task` here");
        let near = table.iter().map(|(k, _)| k).find(|k| !RUN_KEYS.contains(&k.get_ref().as_ref()));
        return Err(match near {
            Some(wrong) => at.unknown(wrong, &RUN_KEYS),
            None => problem,
        });
    };
    let args = table.get("args").map(|v| at.string_list(format_args!("{key}.args"), v));
    let env = table.get("env").map(|v| at.string_table(&format!("{key}.env"), v));
    let call = Call {
        task: at.string(format_args!("{key}.task"), task)?,
        args: args.transpose()?.unwrap_or_default(),
        env: env.transpose()?.unwrap_or_default(),
        optional: false,
    };
    Ok(RunEntry::Task(call.into(), spot))
}

fn outputs(at: &At<'_>, value: &Value<'_>) -> Result<Outputs, Problem> {
    if let DeValue::Table(table) = value.get_ref() {
        let auto = table.get("auto").and_then(|v| v.get_ref().as_bool());
        return match (auto, table.len()) {
            (Some(true), 1) => Ok(Outputs::Auto),
            (Some(false), 1) => Ok(Outputs::Unset),
            _ => Err(at.wrong("outputs", value, "a list of patterns or { auto = true }")),
        };
    }
    Ok(Outputs::Patterns(at.strings("outputs", value)?))
}

fn silence(at: &At<'_>, value: &Value<'_>) -> Result<Silence, Problem> {
    match value.get_ref() {
        DeValue::Boolean(true) => Ok(Silence::Both),
        DeValue::Boolean(false) => Ok(Silence::None),
        DeValue::String(s) if s == "stdout" => Ok(Silence::Stdout),
        DeValue::String(s) if s == "stderr" => Ok(Silence::Stderr),
        _ => Err(at.wrong("silent", value, "true, false, \"stdout\" or \"stderr\"")),
    }
}

/// `quiet` and `silent` are old bundles of a style and a verbosity.
fn output(at: &At<'_>, task: &mut RawTask, value: &Value<'_>) -> Result<(), Problem> {
    let name = at.string("output", value)?;
    match name.as_str() {
        "quiet" => {
            task.quiet = Some(true);
            task.output = Some(OutputStyle::Interleave);
            task.old_output = true;
        }
        "silent" => task.silent = Some(Silence::Both),
        _ => match parse_style(&name) {
            Some(style) => task.output = Some(style),
            None => {
                let known = STYLES.join(", ");
                return Err(at.wrong("output", value, &format!("one of {known}")));
            }
        },
    }
    Ok(())
}

fn confirm(at: &At<'_>, value: &Value<'_>) -> Result<Confirm, Problem> {
    let table = match value.get_ref() {
        DeValue::String(message) => {
            return Ok(Confirm { message: message.to_string(), default: "yes".into() });
        }
        DeValue::Table(table) => table,
        _ => return Err(at.wrong("confirm", value, "a question or { message, default }")),
    };
    let part = |key: &str| match table.get(key) {
        Some(v) => at.string(format!("confirm.{key}"), v),
        None => Err(at.wrong("confirm", value, "a table with both `message` and `default`")),
    };
    Ok(Confirm { message: part("message")?, default: part("default")? })
}

fn watch(at: &At<'_>, value: &Value<'_>) -> Result<Option<bool>, Problem> {
    let mut no_vcs_ignore = None;
    for (key, value) in at.table("watch", value)? {
        match key.get_ref().as_ref() {
            "no_vcs_ignore" => {
                no_vcs_ignore = Some(at.boolean("watch.no_vcs_ignore", value)?);
            }
            _ => return Err(at.unknown(key, &["no_vcs_ignore"])),
        }
    }
    Ok(no_vcs_ignore)
}
