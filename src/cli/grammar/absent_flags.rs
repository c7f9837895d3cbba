//! Flags of mise's `run` for what this version does not have. They are known
//! by name, so that nobody takes them for the name of a task.

use clap::Args;

use crate::model::Problem;

/// What a commit affects, and the cache of tasks.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct AbsentFlags {
    #[arg(long, hide = true)]
    affected: bool,
    #[arg(long, hide = true, value_name = "REV")]
    affected_base: Option<String>,
    #[arg(long, hide = true, value_name = "REV")]
    affected_head: Option<String>,
    #[arg(long, hide = true)]
    affected_explain: bool,
    #[arg(long, hide = true)]
    affected_json: bool,
    #[arg(long, hide = true, value_name = "MODE")]
    task_cache: Option<String>,
    #[arg(long, hide = true)]
    task_cache_explain: bool,
    #[arg(long, hide = true)]
    task_cache_explain_json: bool,
    #[arg(long, hide = true)]
    task_cache_stats: bool,
}

const AFFECTED: &str = "running what a commit affects comes later; `--changed` runs what has changed since its last \
     success";
const CACHE: &str =
    "it is about the cache of tasks, which comes later; `-f` runs what is up to date";

impl AbsentFlags {
    /// The first one that is given.
    ///
    /// # Errors
    /// Where one is.
    pub(in crate::cli) fn refuse(&self) -> Result<(), Problem> {
        let flags = [
            ("affected", self.affected, AFFECTED),
            ("affected-base", self.affected_base.is_some(), AFFECTED),
            ("affected-head", self.affected_head.is_some(), AFFECTED),
            ("affected-explain", self.affected_explain, AFFECTED),
            ("affected-json", self.affected_json, AFFECTED),
            ("task-cache", self.task_cache.is_some(), CACHE),
            ("task-cache-explain", self.task_cache_explain, CACHE),
            ("task-cache-explain-json", self.task_cache_explain_json, CACHE),
            ("task-cache-stats", self.task_cache_stats, CACHE),
        ];
        match flags.into_iter().find(|(_, given, _)| *given) {
            None => Ok(()),
            Some((name, _, help)) => {
                let text = format!("`--{name}` is not in this version");
                Err(Problem::new("usage::absent", text).help(help))
            }
        }
    }
}
