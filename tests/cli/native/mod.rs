//! Where `mep` differs from mise on purpose, and what it promises beyond it.

mod add;
mod allow_failure;
mod changed;
mod cleanup;
mod command_line;
mod completion;
mod converge;
mod deps;
mod direct;
mod doctor;
mod ending;
mod env_verb;
mod finally;
mod fresh;
mod fresh_faults;
mod fresh_random;
mod freshness;
mod generate;
mod graph;
mod help;
mod history;
mod hook_env;
mod jobserver;
mod late;
mod leaks;
mod limits;
mod lint;
mod locks;
mod monorepo;
mod nested;
mod not_ours;
mod other_projects;
mod picker;
mod plan;
mod quotes;
mod record;
mod recover;
mod rerun;
mod retry;
mod run_files;
mod sandbox;
pub(crate) mod script_words;
mod secrets;
mod shard;
mod shuffle;
mod styles;
mod suspend;
mod templates;
mod thrift;
mod tools;
mod trust;
mod validate;
mod watch;
mod watch_files;
mod which;
mod why;
mod words;
mod workflow;

use crate::support::{Project, fifos};

fn project(config: &str) -> Project {
    Project::new().file("mise.toml", config)
}
