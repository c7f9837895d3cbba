//! How mistakes and notes look. The only user of miette: a problem's first
//! line is ours, the marked lines of the file are drawn by the library.

use std::io::Write;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::model::{Dialect, Label, MISE_VERSION, Problem, SourceFile};
use crate::report::Palette;

/// Speaks to the user on standard error, in the words of a dialect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    dialect: Dialect,
    palette: Palette,
}

/// One file's marked lines, as the library wants them.
#[derive(Debug)]
struct Snippet {
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl std::fmt::Display for Snippet {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl miette::Diagnostic for Snippet {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl Voice {
    pub(super) fn new(dialect: Dialect, palette: Palette) -> Self {
        Self { dialect, palette }
    }

    pub(super) fn palette(&self) -> Palette {
        self.palette
    }

    /// A note of one line.
    pub(super) fn warn(&self, text: &str) {
        let line = self.palette.warning(self.dialect, text) + "\n";
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    /// A line that is neither a warning nor a mistake.
    pub(super) fn say(&self, text: &str) {
        let _ = std::io::stderr().write_all(format!("{text}\n").as_bytes());
    }

    /// All problems, each once.
    pub(super) fn problems(&self, problems: &[Problem]) {
        let mut out = String::new();
        for (i, problem) in problems.iter().enumerate() {
            if problems[..i].contains(problem) {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            self.problem(problem, &mut out);
        }
        if self.dialect == Dialect::Mise {
            let head = self.mise_head();
            out.push_str(&format!("{head} Version: {}\n", MISE_VERSION));
            out.push_str(&format!(
                "{head} Run with --verbose or MISE_VERBOSE=1 for more information\n"
            ));
        }
        let _ = std::io::stderr().write_all(out.as_bytes());
    }

    fn mise_head(&self) -> String {
        let word = |w: &str| self.palette.paint("31", w);
        format!("{} {}", word("mise"), word("ERROR"))
    }

    fn problem(&self, problem: &Problem, out: &mut String) {
        match (self.dialect, &problem.reference[..]) {
            (Dialect::Mise, [_, ..]) => {
                for text in &problem.reference {
                    out.push_str(&format!("{} {text}\n", self.mise_head()));
                }
                return;
            }
            (Dialect::Mise, []) => {
                out.push_str(&format!("{} {}\n", self.mise_head(), problem.message));
            }
            (Dialect::Mep, _) => {
                let head = self.palette.paint("31", "Error:");
                out.push_str(&format!("{head} {}\n", problem.message));
            }
        }
        for (file, labels) in by_file(&problem.labels) {
            out.push_str(&self.snippet(&file, &labels));
        }
        if let Some(help) = &problem.help {
            out.push_str(&format!(
                "  {} {}\n",
                self.palette.paint("36", "help:"),
                help.replace('\n', "\n  ")
            ));
        }
    }

    fn snippet(&self, file: &Arc<SourceFile>, labels: &[&Label]) -> String {
        let len = file.text.len();
        let span = |label: &&Label| {
            let start = label.spot.span().start.min(len);
            let end = label.spot.span().end.clamp(start, len);
            LabeledSpan::new(Some(label.text.clone()), start, end - start)
        };
        let snippet = Snippet {
            source: NamedSource::new(file.path.display().to_string(), file.text.clone()),
            labels: labels.iter().map(span).collect(),
        };
        let theme = if self.palette.is_on() {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler =
            GraphicalReportHandler::new_themed(theme).with_width(100).with_wrap_lines(false);
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, &snippet).is_err() {
            return format!("  at {}\n", labels[0].spot.place());
        }
        // Its first lines hold the empty message of the snippet.
        let body = drawn.lines().skip_while(|l| !l.contains('╭'));
        body.map(|l| format!("{}\n", l.trim_end())).collect()
    }
}

/// Labels of the same file together, in the order given.
fn by_file(labels: &[Label]) -> Vec<(Arc<SourceFile>, Vec<&Label>)> {
    let mut files: Vec<(Arc<SourceFile>, Vec<&Label>)> = Vec::new();
    for label in labels {
        match files.iter_mut().find(|(file, _)| file.path == label.spot.file.path) {
            Some((_, list)) => list.push(label),
            None => files.push((Arc::clone(&label.spot.file), vec![label])),
        }
    }
    files
}
