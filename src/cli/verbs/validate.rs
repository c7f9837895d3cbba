//! `tasks validate`: the lint's findings on a page, and as the JSON that tools
//! read. As `mise` both are mise's; as `mep` each finding has its place too.

use std::io::{IsTerminal, Write};
use std::path::Path;

use indexmap::IndexMap;
use serde::Serialize;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::tasks::ValidateArgs;
use crate::config::workspace::Workspace;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, Exit, Problem};
use crate::plan::lint::{Issue, Severity, chosen, validate};
use crate::report::Palette;
use crate::sys::Context;

/// What `--json` prints; the order of the fields is the reference's.
#[derive(Debug, Serialize)]
struct Answer<'i> {
    tasks_validated: usize,
    errors: usize,
    warnings: usize,
    issues: Vec<Row<'i>>,
}

/// One element of `issues`; what mise does not know stands behind it.
#[derive(Debug, Serialize)]
struct Row<'i> {
    task: &'i str,
    severity: &'static str,
    category: &'static str,
    message: &'i str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'i str>,
}

/// Looks at the named tasks, or at all of them.
pub(in crate::cli) fn print(
    ctx: &Context,
    dialect: Dialect,
    loaded: Loaded,
    options: Options,
    args: &ValidateArgs,
    voice: &Voice,
) -> Result<Exit, Vec<Problem>> {
    let workspace = Workspace::new(ctx, options, loaded);
    let project = &workspace.main().project;
    project.warnings.iter().for_each(|w| voice.warn(w));
    let tasks = chosen(project, &args.tasks).map_err(|problem| vec![problem])?;
    let mut issues = validate(ctx, &workspace, dialect, &tasks);
    if args.errors_only {
        issues.retain(|issue| issue.severity == Severity::Error);
    }
    let page = Page { ctx, dialect, tasks: tasks.len(), issues: &issues };
    let text = if args.json { page.json()? } else { page.text() };
    let _ = std::io::stdout().write_all(text.as_bytes());
    let errors = page.count(Severity::Error);
    let mut problems = project.problems.clone();
    if errors > 0 {
        let text = format!("Validation failed with {errors} error(s)");
        problems.push(Problem::new("validate::failed", text));
    }
    if problems.is_empty() { Ok(Exit::Success) } else { Err(problems) }
}

struct Page<'i> {
    ctx: &'i Context,
    dialect: Dialect,
    tasks: usize,
    issues: &'i [Issue],
}

impl<'i> Page<'i> {
    fn count(&self, severity: Severity) -> usize {
        self.issues.iter().filter(|issue| issue.severity == severity).count()
    }

    fn json(&self) -> Result<String, Vec<Problem>> {
        let answer = Answer {
            tasks_validated: self.tasks,
            errors: self.count(Severity::Error),
            warnings: self.count(Severity::Warning),
            issues: self.issues.iter().map(|issue| self.row(issue)).collect(),
        };
        let json = serde_json::to_string_pretty(&answer);
        Ok(json.map_err(|e| vec![Problem::new("validate::json", e.to_string())])? + "\n")
    }

    fn row(&self, issue: &'i Issue) -> Row<'i> {
        let own = self.dialect == Dialect::Mep;
        let spot = issue.spot.as_ref().filter(|_| own);
        Row {
            task: &issue.task,
            severity: name(issue.severity),
            category: issue.category,
            message: &issue.message,
            details: issue.details.as_deref(),
            file: spot.map(|spot| spot.file.path.display().to_string()),
            line: spot.map(crate::model::Spot::line),
            help: issue.help.as_deref().filter(|_| own),
        }
    }

    fn text(&self) -> String {
        let palette = Palette::decide(self.ctx, std::io::stdout().is_terminal());
        let bold = |text: &str| palette.paint("1", text);
        if self.issues.is_empty() {
            let text = format!("✓ All {} task(s) validated successfully", self.tasks);
            return palette.paint("32", &text) + "\n";
        }
        let (tasks, issues) = (self.tasks.to_string(), self.issues.len().to_string());
        let (tasks, issues) = (bold(&tasks), bold(&issues));
        let mut out = format!("\n{tasks} task(s) validated with {issues} issue(s):\n\n");
        for severity in [Severity::Error, Severity::Warning] {
            let (mark, word) = sign(palette, severity);
            match self.count(severity) {
                0 => {}
                count => out.push_str(&format!(
                    "  {mark} {}\n",
                    word(&format!("{count} {}(s)", name(severity)))
                )),
            }
        }
        out.push('\n');
        let mut groups: IndexMap<&str, Vec<&Issue>> = IndexMap::new();
        for issue in self.issues {
            groups.entry(&issue.task).or_default().push(issue);
        }
        for (task, issues) in groups {
            out.push_str(&format!("{} {}\n", bold("Task:"), palette.paint("36", task)));
            issues.into_iter().for_each(|issue| self.issue(issue, palette, &mut out));
            out.push('\n');
        }
        out
    }

    fn issue(&self, issue: &Issue, palette: Palette, out: &mut String) {
        let (mark, _) = sign(palette, issue.severity);
        let dim = |text: &str| palette.paint("2", text);
        let message = palette.paint("1", &issue.message);
        out.push_str(&format!("  {mark} {message} [{}]\n", dim(issue.category)));
        let own = self.dialect == Dialect::Mep;
        let place = issue
            .spot
            .as_ref()
            .filter(|_| own)
            .map(|spot| format!("at {}:{}", shown(self.ctx, &spot.file.path), spot.line()));
        let help = issue.help.as_ref().filter(|_| own).map(|help| format!("help: {help}"));
        for text in issue.details.iter().chain(&place).chain(&help) {
            for line in text.lines() {
                out.push_str(&format!("      {}\n", dim(line)));
            }
        }
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The mark of a severity, and how to paint a word in its colour.
fn sign(palette: Palette, severity: Severity) -> (String, impl Fn(&str) -> String) {
    let (mark, color) = match severity {
        Severity::Error => ("✗", "\u{1b}[31m\u{1b}[1m"),
        Severity::Warning => ("⚠", "\u{1b}[33m\u{1b}[1m"),
    };
    let paint = move |text: &str| palette.label(color, text);
    (paint(mark), paint)
}

/// A path as one would type it here.
fn shown(ctx: &Context, path: &Path) -> String {
    match path.strip_prefix(&ctx.cwd) {
        Ok(below) => below.display().to_string(),
        Err(_) => ctx.dirs.tilde(path),
    }
}
