//! Why a task has to run, as a value and as a sentence.

use std::path::PathBuf;

/// How something differs from what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It is another one.
    Changed,
}

/// Why a task has to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// `--force`
    Forced,
    /// This dependency did something.
    Dependency(String),
    /// `outputs = []` is never fresh.
    NoOutputs,
    /// No successful run is on record.
    NoRecord,
    /// It succeeded once, but not when it ran last.
    Unfinished,
    /// Recorded by time, asked by content.
    NoContents,
    /// A part of what the task is: `run`, `variable X`.
    Definition(String, Change),
    /// A source is new.
    Added(PathBuf),
    /// A source is gone.
    Removed(PathBuf),
    /// A source is not what it was.
    Changed(PathBuf),
    /// A source changed while the task ran.
    Unsettled(PathBuf),
    /// Its time is 1970: it says nothing.
    Undated(PathBuf),
    /// It cannot be looked at.
    Unreadable(PathBuf),
    /// Nothing on disk matches this output.
    OutputMissing(String),
    /// An output is gone.
    OutputRemoved(PathBuf),
    /// An output is not what the task left.
    OutputChanged(PathBuf),
    /// The outputs are older than this source.
    Older(PathBuf),
}

impl Reason {
    /// The kind of reason, in a word that programs can rely on.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Forced => "forced",
            Self::Dependency(_) => "dependency",
            Self::NoOutputs => "no-outputs",
            Self::NoRecord => "no-record",
            Self::Unfinished => "unfinished",
            Self::NoContents => "no-contents",
            Self::Definition(_, Change::Added) => "definition-added",
            Self::Definition(_, Change::Removed) => "definition-removed",
            Self::Definition(_, Change::Changed) => "definition-changed",
            Self::Added(_) => "source-added",
            Self::Removed(_) => "source-removed",
            Self::Changed(_) => "source-changed",
            Self::Unsettled(_) => "source-changed-meanwhile",
            Self::Undated(_) => "source-undated",
            Self::Unreadable(_) => "source-unreadable",
            Self::OutputMissing(_) => "output-missing",
            Self::OutputRemoved(_) => "output-removed",
            Self::OutputChanged(_) => "output-changed",
            Self::Older(_) => "outputs-older",
        }
    }

    /// What it is about: a file, a pattern, a part of the task, a task.
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::Forced
            | Self::NoOutputs
            | Self::NoRecord
            | Self::Unfinished
            | Self::NoContents => None,
            Self::Dependency(text) | Self::Definition(text, _) | Self::OutputMissing(text) => {
                Some(text.clone())
            }
            Self::Added(path)
            | Self::Removed(path)
            | Self::Changed(path)
            | Self::Unsettled(path)
            | Self::Undated(path)
            | Self::Unreadable(path)
            | Self::OutputRemoved(path)
            | Self::OutputChanged(path)
            | Self::Older(path) => Some(path.display().to_string()),
        }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Added => "is new",
            Self::Removed => "is gone",
            Self::Changed => "changed",
        })
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forced => write!(f, "--force was given"),
            Self::Dependency(name) => write!(f, "its dependency {name} ran"),
            Self::NoOutputs => write!(f, "it has no outputs to be fresh"),
            Self::NoRecord => write!(f, "no earlier success is on record"),
            Self::Unfinished => write!(f, "it did not succeed when it ran last"),
            Self::NoContents => write!(f, "the contents of its sources are not on record"),
            Self::Definition(part, how) => write!(f, "its {part} {how}"),
            Self::Added(path) => write!(f, "source {} is new", path.display()),
            Self::Removed(path) => write!(f, "source {} is gone", path.display()),
            Self::Changed(path) => write!(f, "source {} changed", path.display()),
            Self::Unsettled(path) => {
                write!(f, "source {} changed while it ran last", path.display())
            }
            Self::Undated(path) => write!(f, "source {} has the time 0", path.display()),
            Self::Unreadable(path) => write!(f, "source {} cannot be read", path.display()),
            Self::OutputMissing(pattern) => write!(f, "output {pattern} is missing"),
            Self::OutputRemoved(path) => write!(f, "output {} is gone", path.display()),
            Self::OutputChanged(path) => write!(f, "output {} changed", path.display()),
            Self::Older(path) => write!(f, "its outputs are not newer than {}", path.display()),
        }
    }
}
