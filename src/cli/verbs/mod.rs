//! What each verb does, a file for each. Which words it takes is `grammar`'s.

pub(super) mod converge;
pub(super) mod deps;
mod ends;
pub(super) mod env;
pub(super) mod last;
mod late_flags;
pub(super) mod list;
mod list_json;
pub(super) mod log;
mod past;
mod prefix;
pub(super) mod rerun;
pub(super) mod run;
mod shown;
mod task_help;
mod timeout;
pub(super) mod trust;
pub(super) mod validate;
pub(super) mod why;
