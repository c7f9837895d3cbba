//! What a user sees of a mistake: the whole message, the place it points to, the exit code, and
//! that nothing ran. And what is not broken goes on.

mod arguments;
mod completion;
mod definitions;
mod env;
mod files;
mod floods;
mod graph;
mod input_groups;
mod keys;
mod limits;
mod monorepo;
mod own;
mod run_flags;
mod sandbox;
mod settings;
mod shards;
mod templates;
mod texts;
mod watch;
mod words;

use crate::support::Project;

/// A task that leaves a mark.
const OK: &str = "[tasks.ok]\nrun = \"touch ran\"\n";

fn project(config: &str) -> Project {
    Project::new().file("mise.toml", config)
}

/// Refused with this on stderr: nothing on stdout, and nothing ran.
#[track_caller]
fn refused(project: &Project, command: &str, code: i32, stderr: &str) {
    project.mep(command.split(' ')).run().stdout("").stderr(stderr).code(code);
    assert!(!project.exists("ran"), "`mep {command}` ran a task");
}

/// The task `ok` runs, after these warnings.
#[track_caller]
fn goes_on(project: &Project, warnings: &str) {
    let stderr = format!("{warnings}[ok] $ touch ran\n");
    project.mep(["run", "ok"]).run().stdout("").stderr(&stderr).code(0);
    project.remove("ran");
}

/// `mep tasks` lists these names, then says what is wrong.
#[track_caller]
fn lists(project: &Project, names: &str, stderr: &str) {
    project.mep(["tasks"]).run().stdout(names).stderr(stderr).code(1);
}

/// One message: its line, the marked lines of `text`, the next step.
fn message(line: &str, [file, text, piece, label]: [&str; 4], help: &str) -> String {
    let help = if help.is_empty() { String::new() } else { format!("  help: {help}\n") };
    format!("Error: {line}\n{}{help}", marked(file, text, piece, label))
}

/// The line of `text` that first holds `piece`, marked, between its neighbours.
fn marked(file: &str, text: &str, piece: &str, label: &str) -> String {
    let at = text.find(piece).expect("the piece stands in the text");
    let line = text[..at].matches('\n').count();
    let column = at - text[..at].rfind('\n').map_or(0, |end| end + 1);
    let lines: Vec<&str> = text.lines().collect();
    let shown = line.saturating_sub(1)..lines.len().min(line + 2);
    let width = shown.end.to_string().len();
    let pad = " ".repeat(width + 2);
    let mut out = format!("{pad}╭─[[P]/{file}:{}:{}]\n", line + 1, column + 1);
    for i in shown {
        out += format!(" {:>width$} │ {}", i + 1, lines[i]).trim_end();
        out.push('\n');
        if i == line {
            let [left, right] = [piece.len() / 2, (piece.len() - 1) / 2];
            let blank = " ".repeat(column);
            out += &format!("{pad}· {blank}{}┬{}\n", "─".repeat(left), "─".repeat(right));
            out += &format!("{pad}· {blank}{}╰── {label}\n", " ".repeat(left));
        }
    }
    out + &format!("{pad}╰────\n")
}

/// A mistake in the task `a`, whose keys are `body`, stops a run that needs `a`.
#[track_caller]
fn mistake(body: &str, line: &str, piece: &str, label: &str, help: &str) {
    let config = format!("[tasks.a]\n{body}\n\n{OK}");
    let stderr = message(line, ["mise.toml", &config, piece, label], help);
    refused(&project(&config), "run ok ::: a", 1, &stderr);
}

/// A mistake in `mise.toml` stops every run of the project.
#[track_caller]
fn project_mistake(config: &str, line: &str, piece: &str, label: &str, help: &str) {
    let config = format!("{config}\n{OK}");
    let stderr = message(line, ["mise.toml", &config, piece, label], help);
    refused(&project(&config), "run ok", 1, &stderr);
}
