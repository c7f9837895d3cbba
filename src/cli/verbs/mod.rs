//! What each verb does, a file for each. Which words it takes is `grammar`'s.

mod add;
pub(super) mod completion;
pub(super) mod converge;
mod deps;
mod edit;
mod ends;
pub(super) mod env;
pub(super) mod help;
mod info;
pub(super) mod last;
mod late_flags;
mod list;
mod list_json;
pub(super) mod log;
mod past;
mod prefix;
pub(super) mod rerun;
pub(super) mod run;
pub(super) mod shown;
mod task_help;
pub(super) mod tasks;
mod timeout;
pub(super) mod trust;
mod validate;
pub(super) mod watch;
mod watchexec;
pub(super) mod why;
