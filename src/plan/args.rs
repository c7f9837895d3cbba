//! Arguments: the adapter round usage-lib. A task's specification and the
//! words it was given → variables for its processes and values for its
//! templates, or the page that explains them. Knows nothing of graphs.

use std::collections::HashMap;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};
use usage::parse::ParseValue;
use usage::{Parser, Spec, SpecCommand, SpecDoubleDashChoices, SpecFlag};

use super::spec;
use crate::model::{EnvMap, Problem, Task};

/// What the words of one call mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    /// `usage_<name>` and its value.
    pub(super) env: Vec<(String, String)>,
    /// The `usage` map of templates.
    pub(super) values: Value,
}

/// Takes the words of a call apart. `None` where the task gets them as they
/// are: without arguments to take, with `raw_args`, and where help is asked
/// for after `--`.
///
/// # Errors
/// What is missing or wrong, in the words of usage-lib.
pub(super) fn of_call(
    task: &Task,
    spec: &Spec,
    args: &[String],
    dashes: Option<usize>,
    env: &EnvMap,
) -> Result<Option<Parsed>, Problem> {
    let after = dashes.map_or(&[][..], |at| &args[at..]);
    let help = |word: &String| word == "--help" || word == "-h";
    if task.raw_args || !spec::takes_words(spec) || after.iter().any(help) {
        return Ok(None);
    }
    parse(task, spec, &with_dashes(spec, args, dashes), env).map(Some)
}

fn parse(task: &Task, spec: &Spec, args: &[String], env: &EnvMap) -> Result<Parsed, Problem> {
    let known: HashMap<String, String> = env
        .iter()
        .filter_map(|(k, v)| Some((k.to_str()?.to_string(), v.to_str()?.to_string())))
        .collect();
    let mut words = vec![task.display().to_string()];
    words.extend(args.iter().cloned());
    let output = Parser::new(spec).with_env(known).parse(&words);
    let output = output.map_err(|error| wrong(task, spec, &error.to_string()))?;
    let mut env: Vec<(String, String)> = output.as_env().into_iter().collect();
    if !spec.cmd.subcommands.is_empty() && !env.iter().any(|(k, _)| k == "usage_cmd") {
        env.push(("usage_cmd".into(), String::new()));
    }
    let mut values = Map::new();
    for command in &output.cmds {
        empty_values(command, &mut values);
    }
    for (flag, value) in &output.flags {
        values.insert(flag.name.to_snake_case(), template_value(value, flag.count));
    }
    for (arg, value) in &output.args {
        values.insert(arg.name.to_snake_case(), template_value(value, false));
    }
    if let Some((_, path)) = env.iter().find(|(k, _)| k == "usage_cmd") {
        values.entry("cmd").or_insert_with(|| json!(path));
    }
    Ok(Parsed { env, values: Value::Object(values) })
}

/// The words as the parser wants them: the first `--` is put back only where
/// an argument asks for it.
fn with_dashes(spec: &Spec, args: &[String], at: Option<usize>) -> Vec<String> {
    let mut words = args.to_vec();
    if let Some(at) = at.filter(|_| keeps_dashes(&spec.cmd)) {
        words.insert(at, "--".into());
    }
    words
}

/// What a template sees where no words were taken apart.
pub(super) fn without_words(spec: &Spec) -> Value {
    let mut values = Map::new();
    empty_values(&spec.cmd, &mut values);
    if !spec.cmd.subcommands.is_empty() {
        values.entry("cmd").or_insert_with(|| json!(""));
    }
    Value::Object(values)
}

/// `--` reaches the parser only where an argument asks for it.
fn keeps_dashes(command: &SpecCommand) -> bool {
    use SpecDoubleDashChoices::{Preserve, Required};
    command.args.iter().any(|a| matches!(a.double_dash, Required | Preserve))
        || command.subcommands.values().any(keeps_dashes)
}

fn wrong(task: &Task, spec: &Spec, reason: &str) -> Problem {
    Problem::new("args::invalid", format!("task `{}`: {reason}", task.name))
        .reference(format!("failed to validate task {}", task.name))
        .reference(reason)
        .at(&spec::place(task), "its arguments")
        .help(format!("usage: {} {}", task.display(), spec.cmd.usage()).trim_end().to_string())
}

/// What a template sees of arguments that were not given.
fn empty_values(command: &SpecCommand, values: &mut Map<String, Value>) {
    for flag in &command.flags {
        values.insert(flag.name.to_snake_case(), nothing(flag));
    }
    for arg in &command.args {
        values.insert(arg.name.to_snake_case(), if arg.var { json!([]) } else { json!("") });
    }
}

fn nothing(flag: &SpecFlag) -> Value {
    match (&flag.arg, flag.count, flag.var) {
        (_, true, _) => json!(0),
        (Some(_), _, true) => json!([]),
        (Some(_), _, false) => json!(""),
        (None, ..) => json!(false),
    }
}

fn template_value(value: &ParseValue, count: bool) -> Value {
    match value {
        ParseValue::Bool(flag) => json!(flag),
        ParseValue::String(text) => json!(text),
        ParseValue::MultiBool(flags) if count => json!(flags.iter().filter(|f| **f).count()),
        ParseValue::MultiBool(flags) => json!(flags),
        ParseValue::MultiString(texts) => json!(texts),
    }
}

/// The page that `run TASK WORDS --help` shows; `None` for a task that takes
/// its words as they are. `file` gives the value of the key of that name.
///
/// # Errors
/// A specification that is none.
pub fn help(
    task: &Task,
    usage: &str,
    file: impl FnOnce(&str) -> Option<String>,
    words: &[String],
) -> Result<Option<String>, Problem> {
    let Some(spec) = self::usage(task, usage, file)? else {
        return Ok(None);
    };
    let mut command = &spec.cmd;
    for word in words {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    Ok(Some(usage::docs::cli::render_help(&spec, command, true)))
}

/// What a task says it takes, where it says anything. `file` gives the value of
/// the key of that name.
///
/// # Errors
/// A specification that is none.
pub fn usage(
    task: &Task,
    usage: &str,
    file: impl FnOnce(&str) -> Option<String>,
) -> Result<Option<Spec>, Problem> {
    let script = spec::script_text(task, file);
    spec::read(task, usage, script.as_deref(), &mut Vec::new())
}
