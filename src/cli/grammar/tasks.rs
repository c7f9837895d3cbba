//! What can be typed behind `tasks`, and for the verbs below it but `run`.

use clap::{Args, Subcommand};

use super::deferred::Deferred;
use super::run::{RUN_EXAMPLES, RunArgs};

/// `tasks`
#[derive(Debug, Args)]
pub(in crate::cli) struct TasksArgs {
    #[command(flatten)]
    pub(in crate::cli) list: ListArgs,
    /// Show what is known of this task, as `info` does
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: Option<String>,
    #[command(subcommand)]
    pub(in crate::cli) command: Option<TasksCommand>,
}

/// Verbs of `tasks`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TasksCommand {
    /// List tasks
    #[command(after_help = LIST_EXAMPLES)]
    Ls(Deferred<ListArgs>),
    /// Show what is known of a task
    #[command(after_help = INFO_EXAMPLES)]
    Info(Deferred<InfoArgs>),
    /// Write a new task
    #[command(after_help = ADD_EXAMPLES)]
    Add(Deferred<AddArgs>),
    /// Open the file that defines a task in your editor
    #[command(after_help = EDIT_EXAMPLES)]
    Edit(Deferred<EditArgs>),
    /// Draw who depends on whom
    #[command(after_help = DEPS_EXAMPLES)]
    Deps(Deferred<DepsArgs>),
    /// Find mistakes in tasks and in their graph, without running any
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(Deferred<ValidateArgs>),
    /// Run tasks
    #[command(visible_alias = "r", after_help = RUN_EXAMPLES)]
    Run(Deferred<RunArgs>),
    /// Explain `tasks`, or a command of it
    #[command(hide = true)]
    Help {
        /// Of this command
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
}

pub(in crate::cli) const LIST_EXAMPLES: &str = "\
Examples:
  mep tasks                              names and descriptions
  mep tasks ls -x --hidden               with aliases and files, hidden ones too
  mep tasks ls --json                    for tools
  mep run \"$(mep tasks --name-only | fzf)\"   pick one";

/// `tasks ls`
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(in crate::cli) struct ListArgs {
    /// Only tasks of the user's own configuration
    #[arg(short, long, overrides_with = "local")]
    pub(in crate::cli) global: bool,
    /// Only tasks of the project
    #[arg(short, long, overrides_with = "global")]
    pub(in crate::cli) local: bool,
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// With aliases and files
    #[arg(short = 'x', long)]
    pub(in crate::cli) extended: bool,
    /// Accepted for mise's sake: everything is listed anyway
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Hidden tasks too
    #[arg(long)]
    pub(in crate::cli) hidden: bool,
    /// One name a line
    #[arg(long, conflicts_with_all = ["json", "extended", "usage"])]
    pub(in crate::cli) name_only: bool,
    /// Without the line of headings
    #[arg(long, visible_alias = "no-headers")]
    pub(in crate::cli) no_header: bool,
    /// Order; by name where it is not given
    #[arg(long, value_enum, value_name = "COLUMN")]
    pub(in crate::cli) sort: Option<SortKey>,
    /// Direction of the order; upwards where it is not given
    #[arg(long, value_enum)]
    pub(in crate::cli) sort_order: Option<SortOrder>,
    /// For completion: `name:description`
    #[arg(long, hide = true)]
    pub(in crate::cli) complete: bool,
    /// For completion: what each task takes, as a usage specification
    #[arg(long, hide = true)]
    pub(in crate::cli) usage: bool,
}

impl ListArgs {
    /// The flags before `ls` and those behind it: where they contradict each
    /// other, the latter count.
    pub(in crate::cli) fn then(mut self, later: Self) -> Self {
        if later.global || later.local {
            (self.global, self.local) = (later.global, later.local);
        }
        macro_rules! either {
            ($($flag:ident),*) => { $( self.$flag |= later.$flag; )* };
        }
        either!(json, extended, all, hidden, name_only, no_header, complete, usage);
        self.sort = later.sort.or(self.sort);
        self.sort_order = later.sort_order.or(self.sort_order);
        self
    }

    /// True where nothing is asked for, but perhaps JSON.
    pub(in crate::cli) fn says_only_json(&self) -> bool {
        *self == Self { json: self.json, ..Self::default() }
    }
}

pub(in crate::cli) const WHICH_EXAMPLES: &str = "\
Examples:
  mep which build          the file and the line that count, and what they shadow
  mep which 'db:*' --json  of several tasks, for programs";

/// `which`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct WhichArgs {
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// Its name, an alias or a pattern
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: String,
}

pub(in crate::cli) const INFO_EXAMPLES: &str = "\
Examples:
  mep tasks info build          what is known of it
  mep tasks build               the same
  mep tasks info build --json   for tools";

/// `tasks info`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct InfoArgs {
    /// As JSON
    #[arg(short = 'J', long)]
    pub(in crate::cli) json: bool,
    /// Its name or an alias; of a pattern, the first task that it matches
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: String,
}

/// Column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum SortKey {
    Name,
    Alias,
    Description,
    Source,
}

/// Direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum SortOrder {
    Asc,
    Desc,
}

pub(in crate::cli) const ADD_EXAMPLES: &str = "\
The task goes into the nearest configuration file, which is made where there is none;
comments and order of what is in it stay. `-q`, `--silent` and `--raw` become keys of the task.

Examples:
  mep tasks add hello -- echo 'hello there'           a table in mise.toml
  mep tasks add ci -d lint -d test                    a group
  mep tasks add db:reset --file -- ./bin/reset --all  a script: mise-tasks/db/reset
  mep tasks add hello --force -- echo hi              in place of what has that name";

/// `tasks add`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct AddArgs {
    /// Another name; can be repeated, as all lists here
    #[arg(short, long)]
    pub(in crate::cli) alias: Vec<String>,
    /// A task that has to succeed before
    #[arg(short, long, value_name = "TASK")]
    pub(in crate::cli) depends: Vec<String>,
    /// A task that runs after it
    #[arg(long, value_name = "TASK")]
    pub(in crate::cli) depends_post: Vec<String>,
    /// A task that goes first where it is in the run anyway
    #[arg(short, long, value_name = "TASK")]
    pub(in crate::cli) wait_for: Vec<String>,
    /// What it does
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) description: Option<String>,
    /// Where it runs
    #[arg(short = 'D', long)]
    pub(in crate::cli) dir: Option<String>,
    /// Leave it out of lists
    #[arg(short = 'H', long)]
    pub(in crate::cli) hide: bool,
    /// A pattern of files that it reads
    #[arg(short, long, value_name = "PATTERN")]
    pub(in crate::cli) sources: Vec<String>,
    /// A pattern of files that it writes
    #[arg(long, value_name = "PATTERN")]
    pub(in crate::cli) outputs: Vec<String>,
    /// What its command is given to
    #[arg(long)]
    pub(in crate::cli) shell: Option<String>,
    /// Its command on Windows
    #[arg(long, value_name = "COMMAND")]
    pub(in crate::cli) run_windows: Option<String>,
    /// As `--raw`
    #[arg(short)]
    pub(in crate::cli) r: bool,
    /// Write a script of its own
    #[arg(short, long)]
    pub(in crate::cli) file: bool,
    /// Replace a task of that name
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Its name; for a script, colons stand between directories
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: String,
    /// Its command
    #[arg(value_name = "RUN", last = true)]
    pub(in crate::cli) run: Vec<String>,
}

pub(in crate::cli) const EDIT_EXAMPLES: &str = "\
The editor is VISUAL, else EDITOR, else nano; a value may hold words: EDITOR='code --wait'.

Examples:
  mep tasks edit build      open the file that defines it
  mep tasks edit db:reset   a script that is not there yet is made first
  mep tasks edit -p build   only say which file that is";

/// `tasks edit`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct EditArgs {
    /// Print the file's path; nothing is made and nothing opened
    #[arg(short, long)]
    pub(in crate::cli) path: bool,
    /// Its name or an alias
    #[arg(value_name = "TASK")]
    pub(in crate::cli) task: String,
}

pub(in crate::cli) const DEPS_EXAMPLES: &str = "\
Examples:
  mep tasks deps                        a tree below each task
  mep tasks deps build --compact        each task opened once
  mep tasks deps build --svg >deps.svg  a picture for a browser
  mep tasks deps --mermaid              for Markdown on GitHub and GitLab
  mep tasks deps --dot | dot -Tpng      for graphviz
  mep tasks deps --json                 for programs: nodes and edges";

/// `tasks deps`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DepsArgs {
    /// Start at hidden tasks too
    #[arg(long)]
    pub(in crate::cli) hidden: bool,
    /// For graphviz: `mep tasks deps --dot | dot -Tsvg`
    #[arg(long, conflicts_with = "compact")]
    pub(in crate::cli) dot: bool,
    /// Open each task only once
    #[arg(long)]
    pub(in crate::cli) compact: bool,
    /// Nodes and edges, for programs
    #[arg(short = 'J', long, conflicts_with_all = ["dot", "compact"])]
    pub(in crate::cli) json: bool,
    /// A flowchart for Mermaid, in the order of a run
    #[arg(long, conflicts_with_all = ["dot", "compact", "json"])]
    pub(in crate::cli) mermaid: bool,
    /// A picture, in the order of a run
    #[arg(long, conflicts_with_all = ["dot", "compact", "json", "mermaid"])]
    pub(in crate::cli) svg: bool,
    /// Only these tasks
    #[arg(value_name = "TASKS")]
    pub(in crate::cli) tasks: Vec<String>,
}

pub(in crate::cli) const VALIDATE_EXAMPLES: &str = "\
Ends with 1 where there is an error; warnings alone end with 0.

Examples:
  mep tasks validate                 look at all tasks
  mep tasks validate build test      at these
  mep tasks validate --errors-only   without warnings
  mep tasks validate --json          for tools";

/// `tasks validate`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ValidateArgs {
    /// Leave warnings out
    #[arg(long)]
    pub(in crate::cli) errors_only: bool,
    /// As JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Only these tasks
    #[arg(value_name = "TASKS")]
    pub(in crate::cli) tasks: Vec<String>,
}
