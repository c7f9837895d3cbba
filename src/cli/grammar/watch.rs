//! What can be typed for `watch`: every flag that mise takes there, whether it
//! has an effect or not.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

pub(in crate::cli) const WATCH_EXAMPLES: &str = "\
Without a name every task with `sources` is watched, each for its own. A task
without sources is run when anything in its project changes that no .gitignore
names. What a task makes (`outputs`) never makes it run again.

Examples:
  mep watch                      all tasks that have sources
  mep watch build                run it now, and when its sources change
  mep watch test --clear         with an empty screen each time
  mep watch lint ::: test -- -v  two tasks, the second with an argument
  mep watch serve -w src -e rs   what is watched beside the sources";

/// `watch`
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct WatchArgs {
    /// Leave dependencies out
    #[arg(long)]
    pub(in crate::cli) skip_deps: bool,
    /// What a change means while tasks run [default: restart]
    #[arg(short, long, value_name = "MODE", value_enum)]
    pub(in crate::cli) on_busy_update: Option<Mode>,
    /// The same as --on-busy-update=restart
    #[arg(short, long, conflicts_with_all = ["on_busy_update", "signal"])]
    pub(in crate::cli) restart: bool,
    /// Send this signal to what runs, and nothing else
    #[arg(short, long, value_name = "SIGNAL")]
    pub(in crate::cli) signal: Option<String>,
    /// What ends tasks that run [default: TERM]
    #[arg(long, value_name = "SIGNAL")]
    pub(in crate::cli) stop_signal: Option<String>,
    /// When they are killed after that [default: 10s]
    #[arg(long, value_name = "DURATION")]
    pub(in crate::cli) stop_timeout: Option<String>,
    /// How long it has to be quiet after the first change, which counts at
    /// once [default: 50ms]
    #[arg(short, long, value_name = "DURATION")]
    pub(in crate::cli) debounce: Option<String>,
    /// Wait so long after a change
    #[arg(long, value_name = "DURATION")]
    pub(in crate::cli) delay_run: Option<String>,
    /// Look at the files again and again, for file systems that tell nothing
    #[arg(
        long, value_name = "INTERVAL", num_args = 0..=1,
        default_missing_value = POLL, alias = "force-poll"
    )]
    pub(in crate::cli) poll: Option<String>,
    /// Run nothing before the first change
    #[arg(short, long)]
    pub(in crate::cli) postpone: bool,
    /// Clear the screen before each run
    #[arg(
        short, long, value_name = "MODE", num_args = 0..=1,
        default_missing_value = "clear", value_enum
    )]
    pub(in crate::cli) clear: Option<ClearMode>,
    /// End when standard input does
    #[arg(long)]
    pub(in crate::cli) stdin_quit: bool,
    /// Ring the bell after each run
    #[arg(long)]
    pub(in crate::cli) bell: bool,
    /// Show how long each task took
    #[arg(long)]
    pub(in crate::cli) timings: bool,
    /// Say which files have changed
    #[arg(long)]
    pub(in crate::cli) print_events: bool,
    #[command(flatten)]
    pub(in crate::cli) filters: FilterArgs,
    #[command(flatten)]
    pub(in crate::cli) others: OtherArgs,
    /// Tasks and their arguments; `:::` starts the next one
    #[arg(value_name = "TASK [ARGS]... [::: TASK [ARGS]...]")]
    pub(in crate::cli) words: Vec<OsString>,
}

/// The interval that mise means where none is given.
pub(in crate::cli) const POLL: &str = "30s";

/// What is watched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is watched")]
pub(in crate::cli) struct FilterArgs {
    /// A file or directory beside the sources
    #[arg(short, long = "watch", value_name = "PATH")]
    pub(in crate::cli) watch: Vec<String>,
    /// A directory without those in it
    #[arg(short = 'W', long, value_name = "PATH")]
    pub(in crate::cli) watch_non_recursive: Vec<String>,
    /// A file with more of them, one a line
    #[arg(short = 'F', long, value_name = "PATH")]
    pub(in crate::cli) watch_file: Vec<String>,
    /// Only files with these extensions
    #[arg(short, long, value_name = "EXTENSIONS", value_delimiter = ',')]
    pub(in crate::cli) exts: Vec<String>,
    /// Only files that match, as in a .gitignore
    #[arg(short, long, value_name = "PATTERN")]
    pub(in crate::cli) filter: Vec<String>,
    /// No files that match
    #[arg(short, long, value_name = "PATTERN")]
    pub(in crate::cli) ignore: Vec<String>,
    /// A file with more of such patterns
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) ignore_file: Vec<String>,
    /// Patterns in the place of the tasks' sources
    #[arg(short, long, value_name = "PATTERN")]
    pub(in crate::cli) glob: Vec<String>,
    /// Mind what .gitignore names
    #[arg(long)]
    pub(in crate::cli) no_vcs_ignore: bool,
    /// Mind what .gitignore and .ignore of the project name
    #[arg(long)]
    pub(in crate::cli) no_project_ignore: bool,
    /// Mind what the user's own ignore files name
    #[arg(long)]
    pub(in crate::cli) no_global_ignore: bool,
    /// Mind what editors and version control leave about
    #[arg(long)]
    pub(in crate::cli) no_default_ignore: bool,
    /// Read no ignore files
    #[arg(long)]
    pub(in crate::cli) no_discover_ignore: bool,
    /// Mind everything
    #[arg(long)]
    pub(in crate::cli) ignore_nothing: bool,
}

/// Flags that only watchexec can do something with, or that mise itself takes
/// and drops.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct OtherArgs {
    #[arg(long, hide = true, value_name = "SIGNAL:SIGNAL")]
    pub(in crate::cli) map_signal: Vec<String>,
    #[arg(long, hide = true, value_name = "MODE", value_parser = ["group", "session", "none"])]
    pub(in crate::cli) wrap_process: Option<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) shell: Option<String>,
    #[arg(short = 'n', hide = true)]
    pub(in crate::cli) no_shell: bool,
    #[arg(short = 'N', long, hide = true)]
    pub(in crate::cli) notify: bool,
    #[arg(long, hide = true, value_parser = ["auto", "always", "never"])]
    pub(in crate::cli) color: Option<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) workdir: Option<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) project_origin: Option<String>,
    #[arg(long, hide = true)]
    pub(in crate::cli) filter_file: Vec<String>,
    #[arg(short = 'J', long, hide = true)]
    pub(in crate::cli) filter_prog: Vec<String>,
    #[arg(
        long, hide = true,
        value_parser = ["environment", "stdio", "file", "json-stdio", "json-file", "none"]
    )]
    pub(in crate::cli) emit_events_to: Option<String>,
    #[arg(long, hide = true, conflicts_with = "manual")]
    pub(in crate::cli) only_emit_events: bool,
    #[arg(
        long, hide = true, value_delimiter = ',',
        value_parser = ["access", "create", "remove", "rename", "modify", "metadata"]
    )]
    pub(in crate::cli) fs_events: Vec<String>,
    #[arg(long, hide = true, conflicts_with = "fs_events")]
    pub(in crate::cli) no_meta: bool,
    #[arg(long, hide = true)]
    pub(in crate::cli) manual: bool,
    /// mise's hidden way to name tasks
    #[arg(short, long, hide = true, value_name = "TASK")]
    pub(in crate::cli) task_flag: Vec<OsString>,
}

impl OtherArgs {
    /// The first flag that is given and has no effect here.
    pub(in crate::cli) fn without_effect(&self) -> Option<&'static str> {
        let given = [
            ("--map-signal", !self.map_signal.is_empty()),
            ("--wrap-process", self.wrap_process.is_some()),
            ("--shell", self.shell.is_some()),
            ("-n", self.no_shell),
            ("--notify", self.notify),
            ("--color", self.color.is_some()),
            ("--workdir", self.workdir.is_some()),
            ("--project-origin", self.project_origin.is_some()),
            ("--filter-file", !self.filter_file.is_empty()),
            ("--filter-prog", !self.filter_prog.is_empty()),
            ("--emit-events-to", self.emit_events_to.is_some()),
            ("--only-emit-events", self.only_emit_events),
            ("--fs-events", !self.fs_events.is_empty()),
            ("--no-meta", self.no_meta),
            ("--manual", self.manual),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// `--on-busy-update`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Mode {
    Queue,
    DoNothing,
    Restart,
    Signal,
}

/// `--clear`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClearMode {
    Clear,
    Reset,
}
