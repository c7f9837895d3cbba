//! How tasks of runs on record ended, and when, in words. Knows no page and no
//! list of runs.

use std::time::Duration;

use crate::record::{State, Story, TaskStory};

/// How a task ended, in a word, and why.
pub(super) fn verdict(story: &Story, task: &TaskStory) -> (&'static str, String) {
    let Some(ended) = &task.ended else {
        let goes_on = story.state == State::Running;
        return match (task.began(), goes_on) {
            (Some(_), true) => ("running", String::new()),
            (None, true) => ("waiting", String::new()),
            (Some(_), false) => ("killed", "it was running when mep was killed".into()),
            (None, false) => ("not run", String::new()),
        };
    };
    match (&*ended.outcome, ended.attempt) {
        ("success", 0 | 1) => ("ran", String::new()),
        ("success", n) => ("flaky", format!("attempt {n} went well")),
        ("fresh", _) => ("fresh", "up to date".into()),
        ("skipped", _) => ("skipped", ended.why()),
        ("tolerated", _) => ("tolerated", ended.why()),
        _ => ("failed", ended.why()),
    }
}

/// Milliseconds of a record.
pub(super) fn span(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1e3).unwrap_or_default()
}

/// Milliseconds since 1970 by the clock of this place; nothing where that is no
/// time.
pub(super) fn clock(ms: i64) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
