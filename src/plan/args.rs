//! Arguments: the adapter round usage-lib. A task's specification and the
//! words it was given → variables for its processes and values for its
//! templates. Knows nothing of graphs.

use std::collections::HashMap;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};
use usage::parse::ParseValue;
use usage::{Parser, Spec, SpecCommand, SpecDoubleDashChoices, SpecFlag};

use crate::model::{Command, EnvMap, Problem, Task};

/// What the words of one call mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Parsed {
    /// `usage_<name>` and its value.
    pub(super) env: Vec<(String, String)>,
    /// The `usage` map of templates.
    pub(super) values: Value,
}

/// The specification of a task: `usage`, already rendered, or the `#USAGE`
/// lines of its script. `None` where it has none.
///
/// # Errors
/// A text that is no specification.
pub(super) fn spec(
    task: &Task,
    usage: &str,
    script: Option<&str>,
) -> Result<Option<Spec>, Problem> {
    if is_too_deep(usage, script) {
        let problem = Problem::new("args::spec", "the usage spec is nested too deeply");
        return Err(problem.at(&task.spot, "this task").help("a command in a command is enough"));
    }
    let read = match (&task.command, script) {
        (Command::Script(_) | Command::File(_), Some(text)) => Spec::parse_script_str(text),
        _ if usage.trim().is_empty() => return Ok(None),
        _ => with_options(usage).parse(),
    };
    let mut spec = read.map_err(|error| broken(task, &error))?;
    if spec.cmd.args.is_empty() && spec.cmd.flags.is_empty() && spec.cmd.subcommands.is_empty() {
        let says_nothing = script.is_some() && spec.about.is_none();
        if says_nothing {
            return Ok(None);
        }
    }
    spec.name.clone_from(&task.display);
    spec.bin.clone_from(&task.display);
    spec.cmd.name.clone_from(&task.display);
    if spec.about.is_none() && !task.description.is_empty() {
        spec.about = Some(task.description.clone());
    }
    Ok(Some(spec))
}

fn broken(task: &Task, error: &usage::error::UsageErr) -> Problem {
    let text = format!("invalid usage spec for task '{}'", task.name);
    Problem::new("args::spec", format!("{text}: {error}"))
        .reference(format!("failed to validate task {}", task.name))
        .reference(text)
        .at(&task.spot, "this task")
        .help("a line of `usage` is `arg \"<name>\"` or `flag \"--name <value>\"`")
}

/// `opt "--name"` is a flag that takes a value, as the seeds write it.
fn with_options(usage: &str) -> String {
    let mut out = String::with_capacity(usage.len());
    let mut starts_node = true;
    let mut rest = usage;
    while let Some(c) = rest.chars().next() {
        let option = starts_node.then(|| rest.strip_prefix("opt ")).flatten();
        if let Some((names, after)) = option.and_then(quoted) {
            let name = names.split_whitespace().next_back().unwrap_or_default();
            let value = name.trim_start_matches('-');
            let has_value = names.contains(['<', '[']);
            let value = if has_value { String::new() } else { format!(" <{value}>") };
            out.push_str(&format!("flag \"{names}{value}\""));
            rest = after;
            starts_node = false;
            continue;
        }
        starts_node = matches!(c, '\n' | ';' | '{') || (starts_node && c.is_whitespace());
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The text between the quotes at the start, and what follows them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('"')?.split_once('"')
}

/// Reads the words of a call.
///
/// # Errors
/// What is missing or wrong, in the words of usage-lib.
pub(super) fn parse(
    task: &Task,
    spec: &Spec,
    args: &[String],
    env: &EnvMap,
) -> Result<Parsed, Problem> {
    let known: HashMap<String, String> = env
        .iter()
        .filter_map(|(k, v)| Some((k.to_str()?.to_string(), v.to_str()?.to_string())))
        .collect();
    let mut words = vec![task.display.clone()];
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
pub(super) fn with_dashes(spec: &Spec, args: &[String], at: Option<usize>) -> Vec<String> {
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
        .help(format!("usage: {} {}", task.display, spec.cmd.usage()).trim_end().to_string())
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

/// The page that `run TASK --help` shows; `None` for a task that takes its
/// words as they are.
///
/// # Errors
/// A specification that is none.
pub fn help(task: &Task, usage: &str) -> Result<Option<String>, Problem> {
    let script = matches!(task.command, Command::Script(_)).then(|| &*task.spot.file.text);
    let spec = spec(task, usage, script)?;
    Ok(spec.map(|spec| usage::docs::cli::render_help(&spec, &spec.cmd, true)))
}

/// True where reading a specification would overflow the stack: usage-lib reads what is nested by
/// recursion. Of a script, only comments can hold one.
fn is_too_deep(usage: &str, script: Option<&str>) -> bool {
    const DEEP: usize = 64;
    let comments = ["USAGE", "MISE"];
    let lines = script.unwrap_or(usage).lines();
    let lines = lines.filter(|line| script.is_none() || comments.iter().any(|c| line.contains(c)));
    let mut depth: usize = 0;
    lines.flat_map(str::bytes).any(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEP
    })
}
