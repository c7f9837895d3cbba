//! How long a whole run may take: `--timeout`, its variable, its setting.

use std::time::Duration;

use crate::model::{Dialect, Problem};
use crate::sys::duration;

const HELP: &str = "a limit is written like 300ms, 30s, 5m or 1h30m; a bare number is seconds";

/// The limit, where there is one.
///
/// # Errors
/// A text that is no duration. mise reads over one that is no flag.
pub(in crate::cli) fn limit(
    flag: Option<&str>,
    setting: Option<&str>,
    dialect: Dialect,
) -> Result<Option<Duration>, Problem> {
    let (code, text, place) = match (flag, setting, dialect) {
        (Some(text), _, Dialect::Mep) => ("usage::timeout", text, "`--timeout`"),
        (Some(text), _, Dialect::Mise) => ("run::timeout", text, "`--timeout`"),
        (None, Some(text), _) => {
            ("settings::timeout", text, "the setting `task.timeout`, or `MISE_TASK_TIMEOUT`,")
        }
        (None, None, _) => return Ok(None),
    };
    match duration::parse(text) {
        Some(limit) => Ok(Some(limit)),
        None if flag.is_none() && dialect == Dialect::Mise => Ok(None),
        None => {
            let message = format!("{place} is `{text}`, which is no duration");
            let reference = match text.trim() {
                "" => "cannot parse integer from empty string",
                _ => "invalid digit found in string",
            };
            Err(Problem::new(code, message).reference(reference).help(HELP))
        }
    }
}
