//! What can be typed: flags and verbs, as clap types, and how they change the
//! settings. Decides nothing else. A verb's own arguments are in a file here,
//! what it does is in `verbs`.

mod absent_flags;
pub(super) mod cache;
pub(super) mod completion;
pub(super) mod config;
pub(super) mod converge;
pub(super) mod deferred;
pub(super) mod doctor;
pub(super) mod env;
pub(super) mod generate;
pub(super) mod output;
pub(super) mod plain_words;
pub(super) mod plan;
pub(super) mod record;
pub(super) mod run;
pub(super) mod sandbox_flags;
pub(super) mod settings;
pub(super) mod tasks;
pub(super) mod trust;
pub(super) mod watch;
pub(super) mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use crate::config::Settings;
use crate::model::{Dialect, mise_release};
use cache::{CACHE_EXAMPLES, CacheArgs};
use completion::{COMPLETION_EXAMPLES, CompletionArgs};
use config::{CONFIG_EXAMPLES, ConfigArgs};
use converge::{CONVERGE_EXAMPLES, ConvergeArgs};
use deferred::Deferred;
use doctor::{DOCTOR_EXAMPLES, DoctorArgs};
use env::{ENV_EXAMPLES, EnvArgs, HOOK_ENV_EXAMPLES, HookEnvArgs};
use generate::{GENERATE_EXAMPLES, GenerateArgs};
use plan::{PLAN_EXAMPLES, PlanArgs};
use record::{
    LAST_EXAMPLES, LOG_EXAMPLES, LastArgs, LogArgs, RERUN_EXAMPLES, RerunArgs, WHY_EXAMPLES,
    WhyArgs,
};
use run::{RUN_EXAMPLES, RunArgs};
use settings::{SETTINGS_EXAMPLES, SettingsArgs};
use tasks::{LIST_EXAMPLES, TasksArgs, TasksCommand, WHICH_EXAMPLES, WhichArgs};
use trust::{TRUST_EXAMPLES, TrustArgs, UNTRUST_EXAMPLES, UntrustArgs};
use watch::{WATCH_EXAMPLES, WatchArgs};

/// The program's version beside the one it is compatible with.
const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (compatible with mise ", mise_release!(), ")");

const EXAMPLES: &str = "\
Examples:
  mep run build              run a task and what it depends on
  mep build                  the same
  mep run lint ::: test -v   two tasks side by side, the second with an argument
  mep tasks                  list the tasks
  mep tasks deps --dot       draw the graph
  mep help tasks deps        what a command takes; `mep help build` is about a task";

/// A mise-compatible task runner.
#[derive(Debug, Parser)]
#[command(
    name = "mep",
    bin_name = "mep",
    version = VERSION,
    after_help = EXAMPLES,
    disable_help_subcommand = true,
    args_override_self = true,
    subcommand_help_heading = "Commands",
    override_usage = "mep [FLAGS] [TASK] [ARGS]...\n       mep [FLAGS] COMMAND"
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Flags that stand before any verb.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Flags of every command")]
pub(super) struct Global {
    /// Change to this directory first
    #[arg(
        short = 'C', long = "cd", value_name = "DIR", global = true,
        value_hint = clap::ValueHint::DirPath
    )]
    pub(super) cd: Option<PathBuf>,
    /// Load `mise.ENV.toml` as well; several with commas
    #[arg(
        short = 'E',
        long = "env",
        value_name = "ENV",
        global = true,
        short_alias = 'P',
        alias = "profile"
    )]
    pub(super) env: Option<String>,
    /// How many tasks run side by side
    #[arg(
        short, long, value_name = "N", global = true,
        allow_hyphen_values = true, value_parser = parse_jobs
    )]
    jobs: Option<usize>,
    /// No lines of our own, only the tasks' output
    #[arg(short, long, global = true)]
    quiet: bool,
    /// No output at all but errors
    #[arg(short = 'S', long, global = true)]
    silent: bool,
    /// Say why tasks run and what was left out
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
    /// Answer every question with yes
    #[arg(short, long, global = true)]
    yes: bool,
    /// Tasks use this terminal directly, one at a time
    #[arg(long, global = true)]
    raw: bool,
    /// COMMAND is our own, also where a task has its name
    #[arg(long, global = true)]
    pub(super) builtin: bool,
    /// Read no configuration file
    #[arg(long, global = true, hide = true)]
    pub(super) no_config: bool,
    /// Accepted for mise's sake: tasks get `[env]` there as well
    #[arg(long, global = true, hide = true)]
    no_env: bool,
    /// Accepted for mise's sake: hooks are not ours
    #[arg(long, global = true, hide = true)]
    no_hooks: bool,
    /// Accepted for mise's sake: tools are not ours
    #[arg(long, global = true, hide = true)]
    locked: bool,
    /// mise's other words for `-v`
    #[arg(long, global = true, hide = true)]
    debug: bool,
    /// And the third; what says less than `info` changes nothing
    #[arg(
        long, value_name = "LEVEL", global = true, hide = true,
        value_parser = ["trace", "debug", "info", "warning", "error"]
    )]
    log_level: Option<String>,
}

/// The grammar. `--trace` is a word of mise's that takes no file, so under that
/// name ours is called otherwise.
pub(super) fn command(grammar: Dialect) -> clap::Command {
    fn renamed(run: clap::Command) -> clap::Command {
        run.mut_arg("trace", |arg| arg.long("trace-file"))
    }
    let command = Cli::command();
    if grammar == Dialect::Mep {
        return command;
    }
    let late = |run: clap::Command| run.defer(|run| renamed(RunArgs::augment_args(run)));
    command
        .mut_arg("debug", |arg| arg.alias("trace"))
        .mut_subcommand("run", renamed)
        .mut_subcommand("tasks", |tasks| tasks.mut_subcommand("run", late))
}

/// Verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run tasks
    #[command(visible_alias = "r", after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// List tasks, draw their graph
    #[command(visible_aliases = ["t", "task"], after_help = LIST_EXAMPLES)]
    Tasks(TasksArgs),
    /// Show, empty or prune the cache
    #[command(after_help = CACHE_EXAMPLES)]
    Cache(Deferred<CacheArgs>),
    /// Show and change configuration files
    #[command(alias = "cfg", after_help = CONFIG_EXAMPLES)]
    Config(Deferred<ConfigArgs>),
    /// Check a state, and bring it about where it is not there
    #[command(after_help = CONVERGE_EXAMPLES)]
    Converge(Deferred<ConvergeArgs>),
    /// Say what is found here, and what is wrong with it
    #[command(alias = "dr", after_help = DOCTOR_EXAMPLES)]
    Doctor(Deferred<DoctorArgs>),
    /// Print the environment of the project
    #[command(alias = "e", after_help = ENV_EXAMPLES)]
    Env(Deferred<EnvArgs>),
    /// Write docs, stubs, hooks and workflows that are made from the tasks
    #[command(aliases = ["gen", "g"], after_help = GENERATE_EXAMPLES)]
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Generate(GenerateArgs),
    /// Print what a shell has to change at each prompt to have the environment of its directory
    #[command(after_help = HOOK_ENV_EXAMPLES)]
    HookEnv(Deferred<HookEnvArgs>),
    /// Print or install the script that completes command lines in a shell
    #[command(aliases = ["complete", "completions"], after_help = COMPLETION_EXAMPLES)]
    Completion(Deferred<CompletionArgs>),
    /// Show what happened in the last run
    #[command(after_help = LAST_EXAMPLES)]
    Last(Deferred<LastArgs>),
    /// Show what a task wrote
    #[command(after_help = LOG_EXAMPLES)]
    Log(Deferred<LogArgs>),
    /// Show what would run and why, and how long it is likely to take
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Deferred<PlanArgs>),
    /// Run the last command line again, or what failed in it
    #[command(after_help = RERUN_EXAMPLES)]
    Rerun(Deferred<RerunArgs>),
    /// Show and change settings
    #[command(after_help = SETTINGS_EXAMPLES)]
    Settings(Deferred<SettingsArgs>),
    /// Run tasks, and again when what they read changes
    #[command(visible_alias = "w", after_help = WATCH_EXAMPLES)]
    Watch(Deferred<WatchArgs>),
    /// Say which file and line define a task, and what they shadow
    #[command(after_help = WHICH_EXAMPLES)]
    Which(Deferred<WhichArgs>),
    /// Say why a task would run now, or would be skipped
    #[command(after_help = WHY_EXAMPLES)]
    Why(Deferred<WhyArgs>),
    /// Trust the configuration of a directory
    #[command(after_help = TRUST_EXAMPLES)]
    Trust(Deferred<TrustArgs>),
    /// Take trust back: nothing of it is read or run
    #[command(after_help = UNTRUST_EXAMPLES)]
    Untrust(Deferred<UntrustArgs>),
}

/// Commands that mise does not have: a task of such a name goes first.
pub(super) const OWN: [&str; 7] = ["converge", "last", "log", "plan", "rerun", "which", "why"];

impl Cli {
    /// Where a task's words go, where there can be any.
    pub(super) fn words(&mut self) -> Option<&mut Vec<OsString>> {
        match &mut self.command {
            Some(Command::Run(run)) => Some(&mut run.words),
            Some(Command::Plan(plan)) => Some(&mut plan.0.words),
            Some(Command::Watch(watch)) => Some(&mut watch.0.words),
            Some(Command::Tasks(tasks)) => match &mut tasks.command {
                Some(TasksCommand::Run(run)) => Some(&mut run.0.words),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Global {
    /// `-q` or `-S`
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet || self.silent
    }

    /// `-v`
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// `-y`
    pub(super) fn yes(&self) -> bool {
        self.yes
    }

    /// The settings that flags say, by their names.
    pub(super) fn said(&self) -> Vec<(&'static str, toml::Value)> {
        let flags = [
            ("quiet", self.quiet || self.silent),
            ("silent", self.silent),
            ("raw", self.raw),
            ("verbose", self.verbose > 0),
            ("yes", self.yes),
        ];
        let on = flags.into_iter().filter(|(_, is)| *is).map(|(name, _)| (name, true.into()));
        let jobs = self.jobs.and_then(|jobs| i64::try_from(jobs.max(1)).ok());
        on.chain(jobs.map(|jobs| ("jobs", jobs.into()))).collect()
    }

    /// Flags beat files and environment.
    pub(super) fn apply(&self, settings: &mut Settings) {
        if let Some(jobs) = self.jobs {
            settings.jobs = Some(jobs.max(1));
        }
        settings.quiet |= self.quiet || self.silent;
        settings.silent |= self.silent;
        let level = self.log_level.as_deref().unwrap_or_default();
        let verbose = self.debug || matches!(level, "debug" | "trace");
        settings.verbose = settings.verbose.max(self.verbose).max(verbose.into());
        settings.yes |= self.yes;
        settings.raw |= self.raw;
    }
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "it has to be a whole number, 1 or more".into())
}
