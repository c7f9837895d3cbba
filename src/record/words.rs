//! Ends of tasks in a few words.

use std::time::Duration;

use super::read::Ended;
use crate::sys::signal;

impl Ended {
    /// Why it failed, or did not run; nothing where it ran well.
    pub fn why(&self) -> String {
        match &*self.outcome {
            "skipped" => skip_words(self.reason.as_deref().unwrap_or_default()).to_string(),
            "failed" | "tolerated" => self.failed(),
            _ => String::new(),
        }
    }

    fn failed(&self) -> String {
        let attempt = match self.attempt {
            0 | 1 => String::new(),
            n => format!(", attempt {n}"),
        };
        let limit = Duration::try_from_secs_f64(self.limit_ms.unwrap_or_default() / 1e3);
        let what = match (self.cause.as_deref(), self.code, self.signal) {
            (Some("exit"), Some(code), _) => format!("exit code {code}"),
            (Some("inner"), Some(code), _) => {
                format!("a task it calls failed with exit code {code}")
            }
            (Some("signal"), _, Some(number)) => format!("killed by {}", signal::name(number)),
            (Some("timeout"), ..) => format!("timed out after {:?}", limit.unwrap_or_default()),
            (Some("cancelled"), ..) => "ended early".to_string(),
            _ => self.lines.first().cloned().unwrap_or_default(),
        };
        what + &attempt
    }
}

/// Why a task was skipped, by the `reason` of its event.
pub fn skip_words(reason: &str) -> &'static str {
    match reason {
        "dependency" => "a task it depends on did not succeed",
        "stopped" => "the run was ending",
        "asked" => "`task.skip` names it",
        "unchanged" => "nothing it needs has changed",
        _ => "nobody needed it",
    }
}
