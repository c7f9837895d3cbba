//! `tasks ls`: the table and the JSON that tools read.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::args::{ListArgs, SortKey, SortOrder};
use super::shown;
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{
    Command, Dep, Dialect, EnvDirective, Outputs, Problem, RunEntry, Silence, Task, TaskTool,
};
use crate::report::Palette;
use crate::sys::Context;

/// One element of `--json`; the order of the fields is the reference's.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    aliases: &'a [String],
    description: String,
    source: String,
    config_sources: Vec<String>,
    depends: Vec<Value>,
    daemons: Option<()>,
    depends_post: Vec<Value>,
    wait_for: Vec<Value>,
    env: Vec<String>,
    dir: String,
    hide: bool,
    global: bool,
    raw: bool,
    interactive: bool,
    sources: &'a [String],
    outputs: Value,
    shell: Option<&'a str>,
    quiet: bool,
    silent: Value,
    tools: BTreeMap<&'a str, Value>,
    usage: &'a str,
    timeout: Option<&'a str>,
    run: Vec<Value>,
    args: [(); 0],
    file: Option<String>,
}

/// Prints the list on standard output.
pub(super) fn print(
    ctx: &Context,
    dialect: Dialect,
    loaded: &Loaded,
    args: &ListArgs,
) -> Result<(), Vec<Problem>> {
    let mut evaluator = Evaluator::new(ctx, loaded, Late::Keep);
    let mut tasks: Vec<&Task> = loaded
        .project
        .tasks
        .iter()
        .filter(|t| args.hidden || !t.hide)
        .filter(|t| !args.global || t.is_global())
        .filter(|t| !args.local || !t.is_global())
        .collect();
    sort(&mut tasks, args);
    let text = if args.json {
        let rows: Vec<Row<'_>> = tasks.iter().map(|t| row(ctx, t, &mut evaluator)).collect();
        let json = serde_json::to_string_pretty(&rows);
        json.map_err(|e| vec![Problem::new("list::json", e.to_string())])? + "\n"
    } else if args.name_only {
        tasks.iter().map(|t| format!("{}\n", t.display)).collect()
    } else {
        table(ctx, dialect, &tasks, args, &mut evaluator)
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

fn sort(tasks: &mut [&Task], args: &ListArgs) {
    tasks.sort_by(|a, b| {
        let order = match args.sort {
            SortKey::Name => a.name.cmp(&b.name),
            SortKey::Alias => a.aliases.join(", ").cmp(&b.aliases.join(", ")),
            SortKey::Description => a.description.cmp(&b.description),
            SortKey::Source => a.source_path().cmp(b.source_path()),
        };
        match args.sort_order {
            SortOrder::Asc => order,
            SortOrder::Desc => order.reverse(),
        }
    });
}

fn table(
    ctx: &Context,
    dialect: Dialect,
    tasks: &[&Task],
    args: &ListArgs,
    evaluator: &mut Evaluator<'_>,
) -> String {
    let terminal = std::io::stdout().is_terminal();
    let palette = Palette::decide(ctx, terminal);
    let texts: Vec<String> =
        tasks.iter().map(|task| shown::text(task, &task.description, evaluator)).collect();
    let widest = texts.iter().flat_map(|t| t.lines()).map(str::width).max();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (task, text) in tasks.iter().zip(&texts) {
        let description = one_line(text, widest.unwrap_or(0));
        let mut row = vec![task.display.clone()];
        if args.extended {
            row.push(task.aliases.join(", "));
            let sources = task.defined_in.iter().map(|f| shorten(ctx, &f.path));
            row.push(sources.collect::<Vec<_>>().join(", "));
        }
        row.push(description);
        rows.push(row);
    }
    let headings: &[&str] = if args.extended {
        &["Name", "Aliases", "Source", "Description"]
    } else {
        &["Name", "Description"]
    };
    let heading = terminal && !args.no_header && !rows.is_empty();
    let widths: Vec<usize> = (0..headings.len())
        .map(|i| {
            let cells = rows.iter().map(|r| r[i].width());
            let first = if heading { headings[i].width() } else { 0 };
            cells.chain([first, 1]).max().unwrap_or(1)
        })
        .collect();
    // mise colours whole cells, and cuts off blanks only where there are no colours.
    let cells_whole = dialect == Dialect::Mise && palette.is_on();
    let draw = if cells_whole { whole_line } else { line };
    let mut out = String::new();
    if heading {
        let cells: Vec<String> = headings.iter().map(|h| h.to_string()).collect();
        let purple = if cells_whole { "\u{1b}[38;5;13m\u{1b}[3m" } else { "\u{1b}[3;95m" };
        draw(&cells, &widths, &|_, text| palette.label(purple, text), &mut out);
    }
    for row in &rows {
        let last = row.len() - 1;
        let paint = |i: usize, text: &str| match i {
            0 => palette.paint("1", text),
            i if i == last => palette.paint("2", text),
            _ => text.to_string(),
        };
        draw(row, &widths, &paint, &mut out);
    }
    out
}

/// The first line; where there are more, it ends in dots that fit into the
/// column's width, as the reference draws them.
fn one_line(text: &str, width: usize) -> String {
    let Some((first, _)) = text.split_once('\n') else {
        return text.to_string();
    };
    let kept: String = first.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// Colours the text of a column.
type Paint<'a> = &'a dyn Fn(usize, &str) -> String;

/// Cells as wide as their columns, a space on each side of them but the left one of a line.
fn whole_line(cells: &[String], widths: &[usize], paint: Paint<'_>, out: &mut String) {
    for (i, cell) in cells.iter().enumerate() {
        let left = if i == 0 { "" } else { " " };
        let right = " ".repeat(widths[i].saturating_sub(cell.width()) + 1);
        out.push_str(&paint(i, &format!("{left}{cell}{right}")));
    }
    out.push('\n');
}

/// Cells with two spaces between them and nothing after the last.
fn line(cells: &[String], widths: &[usize], paint: Paint<'_>, out: &mut String) {
    let mut pending = 0;
    for (i, cell) in cells.iter().enumerate() {
        if !cell.is_empty() {
            out.push_str(&" ".repeat(pending));
            out.push_str(&paint(i, cell));
            pending = 0;
        }
        pending += widths[i].saturating_sub(cell.width()) + 2;
    }
    out.push('\n');
}

/// `./x` below the working directory, `~/x` below home.
fn shorten(ctx: &Context, path: &Path) -> String {
    match path.strip_prefix(&ctx.cwd) {
        Ok(rest) => format!("./{}", rest.display()),
        Err(_) => ctx.dirs.tilde(path),
    }
}

fn row<'a>(ctx: &Context, task: &'a Task, evaluator: &mut Evaluator<'_>) -> Row<'a> {
    let mut deps = |list: &[Dep]| -> Vec<Value> {
        list.iter().map(|d| dependency(task, d, evaluator)).collect()
    };
    let (depends, depends_post, wait_for) =
        (deps(&task.depends), deps(&task.depends_post), deps(&task.wait_for));
    let dir = match &task.dir {
        Some(dir) => match shown::text(task, dir, evaluator) {
            // Joined as it is, which is how mise shows it.
            dir if dir.is_empty() => task.root.dir.join(dir),
            dir => ctx.dirs.below(&task.root.dir, dir),
        },
        None => task.root.dir.clone(),
    };
    Row {
        name: &task.display,
        aliases: &task.aliases,
        description: shown::text(task, &task.description, evaluator),
        source: task.source_path().display().to_string(),
        config_sources: task.defined_in.iter().map(|f| f.path.display().to_string()).collect(),
        depends,
        daemons: None,
        depends_post,
        wait_for,
        env: task.env.iter().filter_map(|e| env_text(&e.directive)).collect(),
        dir: dir.display().to_string(),
        hide: task.hide,
        global: task.marked_global,
        raw: task.raw,
        interactive: task.interactive,
        sources: &task.sources,
        outputs: outputs(task),
        shell: task.shell.as_deref(),
        quiet: task.quiet,
        silent: match task.silent {
            Silence::None => json!(false),
            Silence::Both => json!(true),
            Silence::Stdout => json!("stdout"),
            Silence::Stderr => json!("stderr"),
        },
        tools: task.tools.iter().map(|tool| (tool.name.as_str(), tool_json(tool))).collect(),
        usage: &task.usage,
        timeout: task.timeout.as_deref(),
        run: task.run().iter().map(run_entry).collect(),
        args: [],
        file: match &task.command {
            Command::Script(path) => Some(path.display().to_string()),
            Command::File(text) => Some(text.clone()),
            _ => None,
        },
    }
}

fn outputs(task: &Task) -> Value {
    match &task.outputs {
        Outputs::Patterns(list) => json!(list),
        Outputs::Auto => json!({ "auto": true }),
        Outputs::Unset if task.sources.is_empty() => json!([]),
        Outputs::Unset => json!({ "auto": true }),
    }
}

fn dependency(task: &Task, dep: &Dep, evaluator: &mut Evaluator<'_>) -> Value {
    match shown::dependency(task, dep, evaluator) {
        Err(text) => json!(text),
        Ok(call) if !call.env.is_empty() || call.optional => {
            table_form(&call.task, &call.args, &call.env, call.optional)
        }
        Ok(call) if call.args.is_empty() => json!(call.task),
        Ok(call) => json!(std::iter::once(&call.task).chain(&call.args).collect::<Vec<_>>()),
    }
}

fn table_form(task: &str, args: &[String], env: &[(String, String)], optional: bool) -> Value {
    let mut value = serde_json::Map::new();
    value.insert("task".into(), json!(task));
    if !args.is_empty() {
        value.insert("args".into(), json!(args));
    }
    if !env.is_empty() {
        let env: serde_json::Map<String, Value> =
            env.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
        value.insert("env".into(), Value::Object(env));
    }
    if optional {
        value.insert("optional".into(), json!(true));
    }
    Value::Object(value)
}

fn env_text(directive: &EnvDirective) -> Option<String> {
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

fn run_entry(entry: &RunEntry) -> Value {
    match entry {
        RunEntry::Script(text) => json!(text),
        RunEntry::Tasks(names, _) => json!({ "tasks": names }),
        RunEntry::Task { task, args, env, .. } => table_form(task, args, env, false),
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
