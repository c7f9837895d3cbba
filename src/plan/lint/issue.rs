//! One finding of the lint, as data. Knows no rule and no page.

use crate::model::Spot;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The task does not run.
    Error,
    /// It runs, but may not do what is meant.
    Warning,
}

/// Something that is wrong with a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The task's name, with arguments or `(post)` where that tells which.
    pub task: String,
    /// How bad it is.
    pub severity: Severity,
    /// Stable name for tools, e.g. `missing-dependency`.
    pub category: &'static str,
    /// One line.
    pub message: String,
    /// What is behind it; may have several lines.
    pub details: Option<String>,
    /// Where it is written.
    pub spot: Option<Spot>,
    /// The next step.
    pub help: Option<String>,
}

impl Issue {
    /// A finding that keeps the task from running.
    pub(super) fn error(task: &str, category: &'static str, message: impl Into<String>) -> Self {
        Self {
            task: task.to_string(),
            severity: Severity::Error,
            category,
            message: message.into(),
            details: None,
            spot: None,
            help: None,
        }
    }

    /// A finding that does not.
    pub(super) fn warning(task: &str, category: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(task, category, message) }
    }

    /// Says what is behind it.
    #[must_use]
    pub(super) fn details(mut self, text: impl Into<String>) -> Self {
        self.details = Some(text.into());
        self
    }

    /// Says where it is written.
    #[must_use]
    pub(super) fn at(mut self, spot: &Spot) -> Self {
        self.spot = Some(spot.clone());
        self
    }

    /// Says the next step.
    #[must_use]
    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
