//! Where a task says what it takes: its `usage` text, or the `#USAGE` lines of
//! its script → a specification of usage-lib. Knows nothing of the words that
//! are given.

use std::path::Path;

use usage::error::UsageErr;
use usage::{Spec, SpecCommand};

use crate::config::template::{self, TemplateError};
use crate::config::{header_is_open, header_pair, header_text};
use crate::model::{Command, Problem, Spot, Task};

/// The text of the script whose lines say what the task takes; `file` gives
/// the value of the key of that name.
pub(super) fn script_text(
    task: &Task,
    file: impl FnOnce(&str) -> Option<String>,
) -> Option<String> {
    match &task.command {
        Command::Script(_) => Some(task.spot.file.text.clone()),
        Command::File(name) => std::fs::read_to_string(task.root.dir.join(file(name)?)).ok(),
        _ => None,
    }
}

/// The specification of a task: `usage`, already rendered, or the lines of
/// its script. `None` where it has none. A script whose lines are none is
/// warned about, and takes its words as they are.
///
/// # Errors
/// A `usage` that is no specification.
pub(super) fn read(
    task: &Task,
    usage: &str,
    script: Option<&str>,
    warnings: &mut Vec<String>,
) -> Result<Option<Spec>, Problem> {
    let spec = parse(task, usage, script, warnings)?;
    Ok(spec.filter(|spec| !says_nothing(spec)).map(|mut spec| {
        if spec.about.is_none() && !task.description.is_empty() {
            spec.about = Some(task.description.clone());
        }
        spec
    }))
}

/// As `read`, also where there is nothing in it, and without the task's
/// description.
///
/// # Errors
/// As `read`.
pub(super) fn parse(
    task: &Task,
    usage: &str,
    script: Option<&str>,
    warnings: &mut Vec<String>,
) -> Result<Option<Spec>, Problem> {
    let has_script = matches!(task.command, Command::Script(_) | Command::File(_));
    let text = if has_script { lines(script.unwrap_or_default()) } else { usage.to_string() };
    if text.trim().is_empty() {
        return Ok(None);
    }
    if is_too_deep(&text) {
        let problem = Problem::new(
            "args::spec",
            format!("the usage spec of task `{}` is nested too deeply", task.name),
        );
        return Err(problem.at(&task.spot, "this task").help("a command in a command is enough"));
    }
    let text = with_options(&text);
    let mut spec: Spec = match text.parse() {
        Ok(spec) => spec,
        Err(error) if has_script => {
            let path = task.source_path().display();
            warnings.push(format!("invalid usage spec in task file {path}: {}", cause(&error)));
            return Ok(None);
        }
        Err(error) => return Err(broken(task, &text, &error)),
    };
    name(&mut spec, task);
    Ok(Some(spec))
}

/// The task's name is that of the program.
pub(super) fn name(spec: &mut Spec, task: &Task) {
    spec.name = task.display().to_string();
    spec.bin = task.display().to_string();
    spec.cmd.name = task.display().to_string();
}

/// What is wrong with what a task says of its arguments, as usage-lib draws
/// it. As `read`, with mise's words for a script.
pub(super) fn complaint(task: &Task, usage: &str, script: Option<(&Path, &str)>) -> Option<String> {
    let is_script = matches!(task.command, Command::Script(_) | Command::File(_));
    let text = match script {
        Some((_, script)) => lines(script),
        None if is_script => return None,
        None => usage.to_string(),
    };
    if text.trim().is_empty() {
        return None;
    }
    if is_too_deep(&text) {
        return Some(format!("the usage spec of task '{}' is nested too deeply", task.name));
    }
    let error = with_options(&text).parse::<Spec>().err()?;
    let drawn = format!("{:?}", usage::miette::Report::new(error));
    Some(match script {
        Some((path, _)) => {
            let path = path.display();
            let drawn = drawn.replacen("╭─[", &format!("╭─[{path}:"), 1);
            format!("invalid usage spec in task file {path}\n{drawn}")
        }
        None => format!("invalid usage spec for task '{}'\n{drawn}", task.name),
    })
}

/// True where words are taken apart; without arguments, flags and subcommands
/// a specification only says what the help shows.
pub(super) fn takes_words(spec: &Spec) -> bool {
    !(spec.cmd.args.is_empty() && spec.cmd.flags.is_empty() && spec.cmd.subcommands.is_empty())
}

/// True where reading words may start a program (`mount`).
pub(super) fn starts_programs(command: &SpecCommand) -> bool {
    !command.mounts.is_empty() || command.subcommands.values().any(starts_programs)
}

/// True where reading a specification would overflow the stack: usage-lib
/// reads what is nested by recursion.
fn is_too_deep(text: &str) -> bool {
    const DEEP: usize = 64;
    let mut depth: usize = 0;
    text.bytes().any(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEP
    })
}

fn says_nothing(spec: &Spec) -> bool {
    let silent = spec.about.is_none() && spec.about_long.is_none() && spec.examples.is_empty();
    !takes_words(spec) && silent && spec.cmd.examples.is_empty()
}

/// The `#USAGE` lines of a script. `#MISE` lines that are no pair belong to
/// them; pairs and blank comments may stand between them, anything else ends
/// them.
fn lines(script: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut pair = String::new();
    for line in script.lines() {
        let line = line.trim_end();
        let mise = header_text(line, "MISE");
        if let Some(text) = mise.filter(|text| header_is_open(&pair) || header_pair(text)) {
            pair = if header_is_open(&pair) { format!("{pair}\n{text}") } else { text.into() };
            continue;
        }
        let usage = usage_text(line).or(mise);
        let bare = line.trim_start_matches(['#', '/', ':']).trim();
        match usage {
            Some(text) => found.push(text),
            None if found.is_empty() => {}
            None if matches!(bare, "" | "MISE") && !line.is_empty() => {}
            None => break,
        }
    }
    found.join("\n")
}

/// The text of a `#USAGE` line; unlike that of `#MISE`, it may follow at once.
fn usage_text(line: &str) -> Option<&str> {
    let rest = ["#", "//", "::"].iter().find_map(|marker| line.strip_prefix(marker))?;
    let rest = rest.trim_start_matches(' ');
    let text = rest.strip_prefix("[USAGE]").or_else(|| rest.strip_prefix("USAGE"))?;
    (!text.starts_with(':')).then(|| text.trim_start())
}

/// What usage-lib says, in one line.
fn cause(error: &UsageErr) -> String {
    match error {
        UsageErr::InvalidInput(message, ..) => message.lines().next().unwrap_or_default().into(),
        other => other.to_string().lines().next().unwrap_or_default().into(),
    }
}

fn broken(task: &Task, text: &str, error: &UsageErr) -> Problem {
    let message = format!("invalid usage spec for task '{}'", task.name);
    let (spot, label) = match error {
        UsageErr::InvalidInput(_, span, _) if *task.usage == text => {
            (within(task, span.offset(), span.len()), "here")
        }
        _ => (place(task), "this specification"),
    };
    Problem::new("args::spec", format!("{message}: {}", cause(error)))
        .reference(format!("failed to validate task {}", task.name))
        .reference(message)
        .at(&spot, label)
        .help("a line of `usage` is `arg \"<name>\"` or `flag \"--name <value>\"`")
}

/// A part of the `usage` text, where the file holds it as it is.
fn within(task: &Task, offset: usize, length: usize) -> Spot {
    let at = TemplateError { offset: Some(offset), ..TemplateError::default() };
    match template::spot(&task.spot.file, task.spot.span().start, &task.usage, &at) {
        Some(spot) => Spot::new(&spot.file, spot.span().start..spot.span().start + length.max(1)),
        None => task.spot.clone(),
    }
}

/// The first line of what the task says of its arguments.
pub(super) fn place(task: &Task) -> Spot {
    let file = &task.spot.file;
    if matches!(task.command, Command::Script(_)) {
        let line = file.text.lines().find(|line| usage_text(line).is_some());
        let at = line.map(|line| (line.as_ptr().addr() - file.text.as_ptr().addr(), line.len()));
        return at.map_or_else(|| task.spot.clone(), |(at, n)| Spot::new(file, at..at + n));
    }
    if task.usage.trim().is_empty() {
        return task.spot.clone();
    }
    let blank = task.usage.len() - task.usage.trim_start().len();
    let first = task.usage.trim_start().lines().next().unwrap_or_default().trim_end();
    within(task, blank, first.len())
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
