//! `tasks ls`: which tasks, in which order, and the table.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::{list_json, shown};
use crate::cli::diagnostics::Voice;
use crate::cli::grammar::tasks::{ListArgs, SortKey, SortOrder};
use crate::config::Loaded;
use crate::config::env::{Evaluator, Late};
use crate::model::{Dialect, Problem, Task};
use crate::plan::Declaration;
use crate::report::Palette;
use crate::sys::Context;

/// Prints the list on standard output.
///
/// # Errors
/// With `--usage`, a specification that is none: then nothing is printed.
pub(in crate::cli) fn print(
    ctx: &Context,
    dialect: Dialect,
    loaded: &Loaded,
    args: &ListArgs,
    voice: &Voice,
) -> Result<(), Problem> {
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
    let scripts = !loaded.settings.hides_script_args;
    let specification = match args.usage && !args.complete {
        true => specification(&tasks, &mut evaluator, scripts, voice)?,
        false => String::new(),
    };
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    // Nobody reads on: that is no mistake.
    let _ = if args.complete {
        complete(&mut out, &tasks, &mut evaluator)
    } else if args.usage {
        writeln!(out, "{specification}")
    } else if args.json {
        list_json::write(&mut out, ctx, &tasks, &mut evaluator)
    } else if args.name_only {
        tasks.iter().try_for_each(|t| writeln!(out, "{}", t.display()))
    } else {
        out.write_all(table(ctx, dialect, &tasks, args, &mut evaluator).as_bytes())
    }
    .and_then(|()| out.flush());
    Ok(())
}

/// Name and description, as completion scripts of zsh read them.
fn complete(
    out: &mut impl Write,
    tasks: &[&Task],
    evaluator: &mut Evaluator<'_>,
) -> std::io::Result<()> {
    let escaped = |text: &str| text.replace(':', "\\:");
    tasks.iter().try_for_each(|task| {
        let description = shown::text(task, &task.description, evaluator);
        writeln!(out, "{}:{}", escaped(task.display()), escaped(&description))
    })
}

/// What each of them takes.
fn specification(
    tasks: &[&Task],
    evaluator: &mut Evaluator<'_>,
    scripts: bool,
    voice: &Voice,
) -> Result<String, Problem> {
    let mut warnings = Vec::new();
    let mut declared = |task: &&Task| shown::declaration(task, evaluator, scripts, &mut warnings);
    let all: Result<Vec<_>, _> = tasks.iter().map(&mut declared).collect();
    warnings.iter().for_each(|warning| voice.warn(warning));
    Ok(Declaration::list(all?))
}

fn sort(tasks: &mut [&Task], args: &ListArgs) {
    tasks.sort_by(|a, b| {
        let order = match args.sort.unwrap_or(SortKey::Name) {
            SortKey::Name => a.name.cmp(&b.name),
            SortKey::Alias => a.aliases.join(", ").cmp(&b.aliases.join(", ")),
            SortKey::Description => a.description.cmp(&b.description),
            SortKey::Source => a.source_path().cmp(b.source_path()),
        };
        match args.sort_order {
            Some(SortOrder::Desc) => order.reverse(),
            _ => order,
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
    let headings: &[&str] = if args.extended {
        &["Name", "Aliases", "Source", "Description"]
    } else {
        &["Name", "Description"]
    };
    let texts: Vec<Cow<'_, str>> =
        tasks.iter().map(|task| shown::text(task, &task.description, evaluator)).collect();
    let widest = || texts.iter().flat_map(|t| t.lines()).map(width).max().unwrap_or(0);
    let widest = LazyCell::new(widest);
    let mut cells: Vec<Cow<'_, str>> = Vec::with_capacity(tasks.len() * headings.len());
    for (task, text) in tasks.iter().zip(&texts) {
        cells.push(task.display().into());
        if args.extended {
            cells.push(task.aliases.join(", ").into());
            let sources = task.defined_in().map(|f| shorten(ctx, &f.path));
            cells.push(sources.collect::<Vec<_>>().join(", ").into());
        }
        cells.push(one_line(text, &widest));
    }
    let heading = terminal && !args.no_header && !cells.is_empty();
    let mut widths: Vec<usize> =
        headings.iter().map(|text| if heading { width(text) } else { 1 }).collect();
    for row in cells.chunks(headings.len()) {
        for (most, cell) in widths.iter_mut().zip(row) {
            *most = width(cell).max(*most);
        }
    }
    // mise colours whole cells, and cuts off blanks only where there are no colours.
    let cells_whole = dialect == Dialect::Mise && palette.is_on();
    let draw = if cells_whole { whole_line } else { line };
    let mut out = String::new();
    if heading {
        let cells: Vec<Cow<'_, str>> = headings.iter().map(|&text| text.into()).collect();
        let purple = if cells_whole { "\u{1b}[38;5;13m\u{1b}[3m" } else { "\u{1b}[3;95m" };
        draw(&cells, &widths, &|_, text, out| *out += &palette.label(purple, text), &mut out);
    }
    let last = headings.len() - 1;
    let paint = |i: usize, text: &str, out: &mut String| match i {
        _ if !palette.is_on() => out.push_str(text),
        0 => *out += &palette.paint("1", text),
        i if i == last => *out += &palette.paint("2", text),
        _ => out.push_str(text),
    };
    for row in cells.chunks(headings.len()) {
        draw(row, &widths, &paint, &mut out);
    }
    out
}

/// The first line; where there are more, it ends in dots that fit into the
/// column's width, as the reference draws them.
fn one_line<'t>(text: &'t str, width: &usize) -> Cow<'t, str> {
    let Some((first, _)) = text.split_once('\n') else {
        return text.into();
    };
    let kept: String = first.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...").into()
}

/// Colours the text of a column.
type Paint<'a> = &'a dyn Fn(usize, &str, &mut String);

/// Cells as wide as their columns, a space on each side of them but the left one of a line.
fn whole_line(cells: &[Cow<'_, str>], widths: &[usize], paint: Paint<'_>, out: &mut String) {
    for (i, cell) in cells.iter().enumerate() {
        let left = if i == 0 { "" } else { " " };
        let right = " ".repeat(widths[i].saturating_sub(width(cell)) + 1);
        paint(i, &format!("{left}{cell}{right}"), out);
    }
    out.push('\n');
}

/// Cells with two spaces between them and nothing after the last.
fn line(cells: &[Cow<'_, str>], widths: &[usize], paint: Paint<'_>, out: &mut String) {
    let mut pending = 0;
    for (i, cell) in cells.iter().enumerate() {
        if !cell.is_empty() {
            out.extend(std::iter::repeat_n(' ', pending));
            paint(i, cell, out);
            pending = 0;
        }
        pending += widths[i].saturating_sub(width(cell)) + 2;
    }
    out.push('\n');
}

/// Columns of a terminal that a text takes.
fn width(text: &str) -> usize {
    let printable = |all: bool, byte: u8| all & (b' '..=b'~').contains(&byte);
    if text.bytes().fold(true, printable) { text.len() } else { text.width() }
}

/// `./x` below the working directory, `~/x` below home.
fn shorten(ctx: &Context, path: &Path) -> String {
    match path.strip_prefix(&ctx.cwd) {
        Ok(rest) => format!("./{}", rest.display()),
        Err(_) => ctx.dirs.tilde(path),
    }
}
