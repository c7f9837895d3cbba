//! Sections of a CI's log that can be folded, in the words of two of them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::sys::Context;

/// Who reads the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sections {
    /// Nobody who folds.
    None,
    /// GitHub: `::group::`.
    GitHub,
    /// GitLab: `section_start`.
    GitLab,
}

impl Sections {
    /// By the variables that both set. A nested run is part of a section.
    pub fn decide(ctx: &Context) -> Self {
        if ctx.env.get_str("MEP_DIALECT").is_some() {
            Self::None
        } else if ctx.flag("GITHUB_ACTIONS") {
            Self::GitHub
        } else if ctx.flag("GITLAB_CI") {
            Self::GitLab
        } else {
            Self::None
        }
    }

    /// Seconds since the epoch: GitLab shows how long a section took.
    pub(super) fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// What begins the section of a task.
    pub(super) fn open(self, task: u32, label: &str, begun: u64) -> String {
        match self {
            Self::None => String::new(),
            Self::GitHub => format!("::group::{label}\n"),
            Self::GitLab => format!(
                "\u{1b}[0Ksection_start:{begun}:{}[collapsed=true]\r\u{1b}[0K{label}\n",
                name(task, label)
            ),
        }
    }

    /// What ends it.
    pub(super) fn close(self, task: u32, label: &str) -> String {
        match self {
            Self::None => String::new(),
            Self::GitHub => "::endgroup::\n".into(),
            Self::GitLab => {
                let (now, name) = (Self::now(), name(task, label));
                format!("\u{1b}[0Ksection_end:{now}:{name}\r\u{1b}[0K\n")
            }
        }
    }
}

/// A name that no other section has, of the characters that names may have.
fn name(task: u32, label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "_.-".contains(c) { c } else { '_' };
    format!("mep_{task}_{}", label.chars().map(plain).collect::<String>())
}
