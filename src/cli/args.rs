//! What can be typed: flags and verbs, as clap types, and how they change the
//! settings. Decides nothing else.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};

use super::absent_flags::AbsentFlags;
use super::deferred::Deferred;
use super::deps::DepsArgs;
use super::output::Output;
use super::record_args::{
    LAST_EXAMPLES, LOG_EXAMPLES, LastArgs, LogArgs, RERUN_EXAMPLES, RerunArgs, RunFiles,
    WHY_EXAMPLES, WhyArgs,
};
use super::sandbox_flags::SandboxFlags;
use super::validate;
use crate::config::Settings;
use crate::config::tools::ToolFlags;
use crate::model::{Dialect, Problem, Project, closest, mise_release};

/// The program's version beside the one it is compatible with.
const VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION"), " (compatible with mise ", mise_release!(), ")");

const EXAMPLES: &str = "\
Examples:
  mep run build              run a task and what it depends on
  mep build                  the same
  mep run lint ::: test -v   two tasks side by side, the second with an argument
  mep tasks                  list the tasks
  mep tasks deps --dot       draw the graph";

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
pub(super) struct Global {
    /// Change to this directory first
    #[arg(short = 'C', long = "cd", value_name = "DIR", global = true)]
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
    #[command(visible_aliases = ["t", "task"], disable_help_subcommand = true)]
    Tasks(TasksArgs),
    /// Check a state, and bring it about where it is not there
    #[command(after_help = CONVERGE_EXAMPLES)]
    Converge(Deferred<ConvergeArgs>),
    /// Show what happened in the last run
    #[command(after_help = LAST_EXAMPLES)]
    Last(Deferred<LastArgs>),
    /// Show what a task wrote
    #[command(after_help = LOG_EXAMPLES)]
    Log(Deferred<LogArgs>),
    /// Run the last command line again, or what failed in it
    #[command(after_help = RERUN_EXAMPLES)]
    Rerun(Deferred<RerunArgs>),
    /// Say why a task would run now, or would be skipped
    #[command(after_help = WHY_EXAMPLES)]
    Why(Deferred<WhyArgs>),
    /// Trust the configuration of a directory
    #[command(after_help = TRUST_EXAMPLES)]
    Trust(Deferred<TrustArgs>),
    /// Take trust back: nothing of it is read or run
    Untrust(Deferred<UntrustArgs>),
}

/// Commands that mise does not have: a task of such a name goes first.
const OWN: [&str; 5] = ["converge", "last", "log", "rerun", "why"];

const CONVERGE_EXAMPLES: &str = "\
Runs the task `check`. If it fails, runs the task `apply` and then `check` again.
Ends with 0 only when the last check has passed.

Examples:
  mep converge /opt/app
  mep converge --check deployed --apply deploy";

/// `converge`
#[derive(Debug, Clone, Args)]
pub(super) struct ConvergeArgs {
    /// The project [default: here]
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    /// The task that passes where nothing is left to do
    #[arg(long, value_name = "TASK", default_value = "check")]
    pub(super) check: String,
    /// The task that brings the state about
    #[arg(long, value_name = "TASK", default_value = "apply")]
    pub(super) apply: String,
}

const TRUST_EXAMPLES: &str = "\
Examples:
  mep trust                  trust the nearest configuration that is not trusted
  mep trust ~/src/api        that of another directory
  mep trust --all            all of this directory, above and below it
  mep trust --show           how the configuration of this place stands
  mep trust --ignore         act as if it were not there";

/// `trust`
#[derive(Debug, Clone, Default, Args)]
pub(super) struct TrustArgs {
    /// All configuration of this directory, its parents and its subdirectories
    #[arg(short, long, conflicts_with_all = ["ignore", "untrust", "config_file"])]
    pub(super) all: bool,
    /// Do not trust it, and act as if it were not there
    #[arg(long, conflicts_with = "untrust")]
    pub(super) ignore: bool,
    /// Say how it stands; changes nothing
    #[arg(long)]
    pub(super) show: bool,
    /// Take trust back
    #[arg(long)]
    pub(super) untrust: bool,
    /// A configuration file or its directory
    #[arg(value_name = "CONFIG_FILE")]
    pub(super) config_file: Option<PathBuf>,
}

/// `untrust`
#[derive(Debug, Clone, Args)]
pub(super) struct UntrustArgs {
    /// A configuration file or its directory
    #[arg(value_name = "CONFIG_FILE")]
    config_file: Option<PathBuf>,
}

impl From<UntrustArgs> for TrustArgs {
    fn from(args: UntrustArgs) -> Self {
        Self { untrust: true, config_file: args.config_file, ..Self::default() }
    }
}

const RUN_EXAMPLES: &str = "\
Examples:
  mep run                    run the task `default`
  mep run test -- --nocapture
                             what follows `--` belongs to the task as it is
  mep run 'test:*'           all tasks of a group
  mep run -j1 -o prefix ci   one at a time, each line with its task's name
  mep run -n release:full    show what would run
  mep run --shuffle -j1 ci   in random order, to find a missing dependency";

/// `run`
#[derive(Debug, Clone, Default, Args)]
pub(super) struct RunArgs {
    /// Run also what is up to date
    #[arg(short, long)]
    pub(super) force: bool,
    /// Show what would run, and run nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Go on with what does not depend on a failed task
    #[arg(short = 'c', long)]
    pub(super) continue_on_error: bool,
    /// How output is arranged: prefix, interleave, keep-order, replacing,
    /// timed, silent, grouped or failures
    #[arg(short, long, value_name = "STYLE", value_parser = Output::parse)]
    pub(super) output: Option<Output>,
    /// The same as --raw
    #[arg(short)]
    r: bool,
    /// Shell for scripts that name none, e.g. "bash -c"
    #[arg(short, long, value_name = "SHELL")]
    pub(super) shell: Option<String>,
    /// Only what has changed sources since its last success: of the named
    /// tasks, or of all
    #[arg(long)]
    pub(super) changed: bool,
    /// Start what is ready in random order, which shows missing dependencies;
    /// a seed repeats an order
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true)]
    pub(super) shuffle: Option<Option<u64>>,
    /// Leave dependencies out
    #[arg(long)]
    pub(super) skip_deps: bool,
    /// Show how long each task took
    #[arg(long, visible_alias = "timing")]
    pub(super) timings: bool,
    /// Leave out the line with the total time
    #[arg(long, visible_alias = "no-timing")]
    pub(super) no_timings: bool,
    /// How long the whole run may take: 300ms, 30s, 5m, 1h30m
    #[arg(long, value_name = "DURATION")]
    pub(super) timeout: Option<String>,
    #[command(flatten)]
    pub(super) files: RunFiles,
    /// Accepted for mise's sake: the environment is evaluated anew anyway
    #[arg(long, hide = true)]
    fresh_env: bool,
    /// Accepted for mise's sake: tasks at a URL come later
    #[arg(long, hide = true)]
    no_cache: bool,
    #[command(flatten)]
    pub(super) absent: AbsentFlags,
    /// Install no tools before the run
    #[arg(long)]
    pub(super) skip_tools: bool,
    /// A tool for this run, over those of the configuration
    #[arg(short = 't', long = "tool", value_name = "TOOL@VERSION")]
    pub(super) tools: Vec<String>,
    /// Leave what `[deps]` brings up to date alone
    #[arg(long)]
    pub(super) no_deps: bool,
    #[command(flatten)]
    pub(super) sandbox: SandboxFlags,
    /// Tasks and their arguments; `:::` starts the next one
    #[arg(value_name = "TASK [ARGS]... [::: TASK [ARGS]...]")]
    pub(super) words: Vec<OsString>,
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "it has to be a whole number, 1 or more".into())
}

/// `tasks`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct TasksArgs {
    #[command(flatten)]
    pub(super) list: ListArgs,
    #[command(subcommand)]
    pub(super) command: Option<TasksCommand>,
}

/// Verbs of `tasks`.
#[derive(Debug, Subcommand)]
pub(super) enum TasksCommand {
    /// List tasks
    Ls(Deferred<ListArgs>),
    /// Draw who depends on whom
    Deps(Deferred<DepsArgs>),
    /// Find mistakes in tasks and in their graph, without running any
    #[command(after_help = validate::EXAMPLES)]
    Validate(Deferred<validate::ValidateArgs>),
    /// Run tasks
    #[command(visible_alias = "r")]
    Run(Deferred<RunArgs>),
}

/// `tasks ls`
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ListArgs {
    /// Only tasks of the user's own configuration
    #[arg(short, long, overrides_with = "local")]
    pub(super) global: bool,
    /// Only tasks of the project
    #[arg(short, long, overrides_with = "global")]
    pub(super) local: bool,
    /// As JSON
    #[arg(short = 'J', long)]
    pub(super) json: bool,
    /// With aliases and files
    #[arg(short = 'x', long)]
    pub(super) extended: bool,
    /// Accepted for mise's sake: everything is listed anyway
    #[arg(long)]
    all: bool,
    /// Hidden tasks too
    #[arg(long)]
    pub(super) hidden: bool,
    /// One name a line
    #[arg(long, conflicts_with_all = ["json", "extended"])]
    pub(super) name_only: bool,
    /// Without the line of headings
    #[arg(long, visible_alias = "no-headers")]
    pub(super) no_header: bool,
    /// Order
    #[arg(long, value_enum, default_value = "name")]
    pub(super) sort: SortKey,
    /// Direction of the order
    #[arg(long, value_enum, default_value = "asc")]
    pub(super) sort_order: SortOrder,
}

/// Column to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SortKey {
    #[default]
    Name,
    Alias,
    Description,
    Source,
}

/// Direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum SortOrder {
    #[default]
    Asc,
    Desc,
}

impl Cli {
    /// The part that takes a task's words, where this is a run.
    pub(super) fn run_args(&mut self) -> Option<&mut RunArgs> {
        match &mut self.command {
            Some(Command::Run(run)) => Some(run),
            Some(Command::Tasks(tasks)) => match &mut tasks.command {
                Some(TasksCommand::Run(run)) => Some(&mut run.0),
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

    /// `-y`
    pub(super) fn yes(&self) -> bool {
        self.yes
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

impl RunArgs {
    /// Flags beat files and environment.
    pub(super) fn apply(&self, settings: &mut Settings) {
        settings.raw |= self.r;
    }

    /// What the command line says about tools.
    pub(super) fn tools(&self) -> ToolFlags {
        let named = self.tools.iter().filter(|text| !text.is_empty());
        let parts = named.map(|text| match text.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() => (name.to_string(), version.to_string()),
            _ => (text.clone(), String::new()),
        });
        ToolFlags { extra: parts.collect(), skip: self.skip_tools, no_deps: self.no_deps }
    }

    /// The words as text.
    pub(super) fn words(&self) -> Result<Vec<String>, Problem> {
        let text = |word: &OsString| {
            let text = word.to_str().map(str::to_string);
            text.ok_or_else(|| {
                let shown = word.to_string_lossy();
                Problem::new("usage::encoding", format!("`{shown}` is not UTF-8"))
                    .help("task names and arguments have to be UTF-8 text")
            })
        };
        self.words.iter().map(text).collect()
    }
}

/// Where the first word stands that is neither a flag nor a flag's value, if
/// it is a command of ours that a task may take the place of.
pub(super) fn own_verb(command: &clap::Command, argv: &[OsString]) -> Option<usize> {
    let at = skip_flags(&[command], argv, 1);
    OWN.iter().any(|own| argv.get(at).is_some_and(|word| word == own)).then_some(at)
}

/// Flags of ours stand before the task's name; from the name on every word is
/// the task's. Returns what clap may see and the words, if there are any.
/// `is_task`: the first word is a task, whatever command has its name.
pub(super) fn split_words(
    command: &clap::Command,
    argv: &[OsString],
    is_task: bool,
) -> (Vec<OsString>, Vec<OsString>) {
    let argv = &run_before_its_flags(command, argv)[..];
    let run = command.find_subcommand("run").into_iter();
    let at = skip_flags(&[command], argv, 1);
    let verb = argv.get(at).and_then(|w| w.to_str()).unwrap_or_default();
    let sub = command.find_subcommand(verb).filter(|_| !is_task);
    let (from, verbs) = match sub.map(clap::Command::get_name) {
        Some("run") => (at + 1, Vec::new()),
        Some("tasks") => {
            let next = skip_flags(&[command], argv, at + 1);
            match argv.get(next).and_then(|w| w.to_str()) {
                Some("run" | "r") => (next + 1, Vec::new()),
                _ => return (argv.to_vec(), Vec::new()),
            }
        }
        Some(_) => return (argv.to_vec(), Vec::new()),
        None if at < argv.len() => (at, vec![OsString::from("run")]),
        _ => return (argv.to_vec(), Vec::new()),
    };
    let end = if verbs.is_empty() {
        skip_flags(&[command].into_iter().chain(run).collect::<Vec<_>>(), argv, from)
    } else {
        from
    };
    let head = argv[..end].iter().cloned().chain(verbs).collect();
    (head, argv[end..].to_vec())
}

/// `-n build`, `-n run build`: flags of `run` stand behind it.
fn run_before_its_flags<'a>(command: &clap::Command, argv: &'a [OsString]) -> Cow<'a, [OsString]> {
    let Some(run) = command.find_subcommand("run") else {
        return argv.into();
    };
    let at = skip_flags(&[command], argv, 1);
    let name = skip_flags(&[command, run], argv, 1);
    let Some(word) = argv.get(name).and_then(|w| w.to_str()).filter(|_| name > at) else {
        return argv.into();
    };
    let rest = match command.find_subcommand(word).map(clap::Command::get_name) {
        Some("run") => name + 1,
        None if !word.starts_with('-') => name,
        _ => return argv.into(),
    };
    [&argv[..at], &["run".into()], &argv[at..name], &argv[rest..]].concat().into()
}

/// Index of the first word from `at` on that is no known flag and no value of
/// one.
fn skip_flags(commands: &[&clap::Command], argv: &[OsString], mut at: usize) -> usize {
    while let Some(word) = argv.get(at).and_then(|w| w.to_str()) {
        match flag_words(commands, word) {
            Some(used) => at += used,
            None => return at,
        }
    }
    at.min(argv.len())
}

/// How many words a known flag takes; `None` for anything else.
fn flag_words(commands: &[&clap::Command], word: &str) -> Option<usize> {
    let all = || commands.iter().flat_map(|c| c.get_arguments());
    let takes = |arg: &clap::Arg| arg.get_action().takes_values() && !arg.is_require_equals_set();
    let words = |arg: &clap::Arg| if takes(arg) { 2 } else { 1 };
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
        if matches!(name, "help" | "version") {
            return Some(1);
        }
        let named = |a: &&clap::Arg| {
            a.get_long() == Some(name)
                || a.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
        };
        let found = all().find(named)?;
        return Some(if value.is_some() { 1 } else { words(found) });
    }
    let mut letters = word.strip_prefix('-').filter(|l| !l.is_empty())?.chars().peekable();
    while let Some(letter) = letters.next() {
        if matches!(letter, 'h' | 'V') {
            continue;
        }
        let named = |a: &&clap::Arg| {
            a.get_short() == Some(letter)
                || a.get_all_short_aliases().is_some_and(|aliases| aliases.contains(&letter))
        };
        let found = all().find(named)?;
        if words(found) == 2 {
            return Some(if letters.peek().is_some() { 1 } else { 2 });
        }
    }
    Some(1)
}

/// A mistyped flag in the place of a task's name.
pub(super) fn refuse_flag(word: &str, project: &Project, dialect: Dialect) -> Result<(), Problem> {
    if dialect == Dialect::Mise
        || !word.starts_with('-')
        || word == "--"
        || project.find(word).is_some()
    {
        return Ok(());
    }
    let flags = Cli::command();
    let run = flags.find_subcommand("run").into_iter().flat_map(|c| c.get_arguments());
    let known: Vec<String> = run
        .chain(flags.get_arguments())
        .filter(|a| !a.is_hide_set())
        .filter_map(|a| a.get_long().map(str::to_string))
        .collect();
    let problem = Problem::new("usage::flag", format!("unexpected flag `{word}`"));
    let near = closest(word.trim_start_matches('-'), known.iter().map(String::as_str), 1);
    Err(match near.first() {
        Some(near) => problem.help(format!("did you mean `--{near}`?")),
        None => problem.help("`mep run --help` lists the flags"),
    })
}
