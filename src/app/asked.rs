//! What somebody asks of a project: that it runs tasks, or how that would go. Knows nothing of
//! either.

use std::sync::Arc;
use std::time::Duration;

use super::files::RunFiles;
use crate::config::tools::ToolFlags;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, OutputStyle};
use crate::plan::Shard;
use crate::run::Remote;
use crate::sys::Context;

/// A command line about tasks, and the project it was typed in.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Where and by whom.
    pub ctx: &'a Arc<Context>,
    /// By whose rules.
    pub dialect: Dialect,
    /// The project.
    pub loaded: Loaded,
    /// How the projects that it names are to be read.
    pub options: &'a Options,
    /// Which tasks, and how.
    pub flags: &'a RunFlags,
}

/// What the command line says about a run.
#[derive(Debug, Clone, Default)]
pub struct RunFlags {
    /// Words: names, arguments, `:::`.
    pub words: Vec<String>,
    /// `-f`
    pub force: bool,
    /// `-n`
    pub dry_run: bool,
    /// `-c`
    pub keep_going: bool,
    /// `-o`, or its variable.
    pub style: Option<OutputStyle>,
    /// `-o` or its variable names one, whatever it is.
    pub styled: bool,
    /// It is the deprecated `quiet`.
    pub old_style: bool,
    /// `-s`
    pub shell: Option<String>,
    /// `--changed`
    pub changed: bool,
    /// `--all`: of every project of a monorepo.
    pub all: bool,
    /// `--skip-deps`
    pub skip_deps: bool,
    /// `--timings`
    pub timings: bool,
    /// How long the whole run may take.
    pub timeout: Option<Duration>,
    /// The seed of `--shuffle`.
    pub shuffle: Option<u64>,
    /// `--shard`
    pub shard: Option<Shard>,
    /// `--no-timings`
    pub no_total: bool,
    /// `--trace`, `--junit`, `--events`
    pub files: RunFiles,
    /// `-t`, `--skip-tools`, `--no-deps`
    pub tools: ToolFlags,
    /// Who else in this process may end the run.
    pub remote: Option<Remote>,
}
