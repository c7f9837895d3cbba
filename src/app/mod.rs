//! Joins the rooms below into what a command does: load, select, expand,
//! plan, run, report. Knows no command line grammar.

mod dry_run;
mod files;
mod forecast;
mod limits;
mod new_task;
mod past;
mod recording;
mod run;
mod views;
mod watch;
mod why;

pub use crate::config::Loaded;
pub use files::RunFiles;
pub use new_task::{NewTask, script_path, write_empty_script};
pub use run::{RunFlags, run};
pub use watch::{Clear, Filters, Front, OnBusy, Watch, WatchFlags, Watchexec, watch, watchexec};
pub use why::{Why, why};
