//! A mistake of the user's world, as data: what is wrong, where, and what to
//! do next. How it is drawn is `cli`'s business.

use super::Spot;

/// What a problem stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// Every run: the environment or the settings of the project are unknown.
    Project,
    /// Only what the file would have defined.
    File,
    /// Only that task.
    Task(String),
}

/// A marked piece of a file with a few words under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub spot: Spot,
    /// The words at the marker; may be empty.
    pub text: String,
}

/// One mistake, complete enough to be mended by its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable name for tools and tests, e.g. `graph::cycle`.
    pub code: &'static str,
    /// The first line; later lines are causes.
    pub message: String,
    /// Marked places, the main one first.
    pub labels: Vec<Label>,
    /// The next step.
    pub help: Option<String>,
    /// What it stops.
    pub blame: Blame,
    /// mise's own words for it, where they differ, outermost first.
    pub reference: Vec<String>,
}

impl Problem {
    /// A problem that stops the whole run.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            blame: Blame::Project,
            reference: Vec::new(),
        }
    }

    /// Adds a line of mise's own words.
    #[must_use]
    pub fn reference(mut self, text: impl Into<String>) -> Self {
        self.reference.push(text.into());
        self
    }

    /// Marks a place.
    #[must_use]
    pub fn at(mut self, spot: &Spot, text: impl Into<String>) -> Self {
        self.labels.push(Label { spot: spot.clone(), text: text.into() });
        self
    }

    /// Says the next step.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Narrows what it stops.
    #[must_use]
    pub fn blame(mut self, blame: Blame) -> Self {
        self.blame = blame;
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
