//! How the jobs of a plan are to look: style, label, colour, what is shown of
//! them. Decides; draws nothing.

use std::collections::HashSet;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use crate::config::Settings;
use crate::config::workspace::Workspace;
use crate::model::{Command, Dialect, JobId, JobView, OutputStyle, RunEntry, Silence};
use crate::plan::{Invocation, Job, Occurrence, Plan, echo};
use crate::report::{Live, Look, Palette, Sections, label_color};
use crate::sys::{Context, terminal};

use super::RunFlags;

/// The choices that hold for all jobs of a run.
#[derive(Debug)]
pub(super) struct Lens<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) settings: &'a Settings,
    pub(super) flags: &'a RunFlags,
    palette: Palette,
    dialect: Dialect,
    /// The style where nobody names one.
    default: OutputStyle,
}

impl<'a> Lens<'a> {
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        flags: &'a RunFlags,
        palette: Palette,
        dialect: Dialect,
        plan: &Plan,
    ) -> Self {
        let settings = &workspace.main().settings;
        let default = if settings.raw || settings.jobs == Some(1) || is_line(plan) {
            OutputStyle::Interleave
        } else if settings.ci && dialect == Dialect::Mep {
            OutputStyle::Grouped
        } else {
            OutputStyle::Prefix
        };
        Self { workspace, settings, flags, palette, dialect, default }
    }

    /// The views of all jobs from `from` on.
    pub(super) fn views(&self, plan: &Plan, from: usize) -> Vec<Arc<JobView>> {
        let ids = plan.graph.ids().skip(from);
        let mut programs = HashSet::new();
        let view = |id| Arc::new(self.view(plan, id, &mut programs));
        let mut views: Vec<Arc<JobView>> = ids.map(view).collect();
        // mise keeps the order in which tasks were found, roots first; we the
        // one in which they run. What joins later comes last in both.
        let ordered = views.iter().any(|view| view.style == OutputStyle::KeepOrder);
        if ordered && self.dialect == Dialect::Mep && from == 0 {
            for (rank, id) in plan.graph.order().unwrap_or_default().iter().enumerate() {
                Arc::make_mut(&mut views[id.0 as usize]).rank = rank as u32;
            }
        }
        views
    }

    fn style(&self, job: &Job) -> OutputStyle {
        let fixed = job.inherits_terminal || job.reads_input;
        if self.silence(job) == Silence::Both {
            return OutputStyle::Interleave;
        }
        let own = if fixed { job.style } else { self.flags.style.or(job.style) };
        own.or(self.settings.output).unwrap_or(self.default)
    }

    /// The setting `task.output = "silent"` is for those that nobody gave a
    /// style.
    fn silence(&self, job: &Job) -> Silence {
        let unstyled = !self.flags.styled && job.style.is_none();
        if self.settings.output_silent && unstyled { Silence::Both } else { job.silent }
    }

    /// Notes about old names of styles that this run makes use of.
    pub(super) fn notes(&self, plan: &Plan) -> Option<&'static str> {
        let old = |o: &Occurrence| self.workspace.task(o.task).old_output;
        let in_files = || self.settings.old_output || plan.graph.occurrences.iter().any(old);
        let is_old = self.flags.old_style || (!self.flags.styled && in_files());
        is_old.then_some(match self.dialect {
            Dialect::Mep => {
                "the style `quiet` is deprecated: use `-q`, or `quiet = true` in the task, or the \
                 setting `task.quiet`"
            }
            Dialect::Mise => {
                "deprecated [task-output-quiet]: The quiet task output mode is deprecated. Use \
                 output=\"interleave\" with task.quiet=true or a per-task quiet=true, or use \
                 --output interleave --quiet. This will be removed in mise 2027.9.3."
            }
        })
    }

    fn view(&self, plan: &Plan, id: JobId, programs: &mut HashSet<Arc<str>>) -> JobView {
        let job = &plan.jobs[id.0 as usize];
        let node = plan.graph.get(id).occurrence;
        let occurrence = plan.graph.occurrence(id);
        let task = self.workspace.task(occurrence.task);
        let style = self.style(job);
        let rerun = words(self.workspace, occurrence);
        let color = self.palette.is_on().then(|| label_color(task.display()));
        let redacted = !job.inherits_terminal && !plan.secrets.is_empty();
        let captured = redacted || self.flags.files.need_output();
        JobView {
            label: Arc::clone(&job.label),
            style,
            quiet: job.quiet,
            silent: self.silence(job),
            color: color.unwrap_or_default().into(),
            labels_output: matches!(
                style,
                OutputStyle::Prefix
                    | OutputStyle::KeepOrder
                    | OutputStyle::Timed
                    | OutputStyle::Replacing
            ),
            task: node as u32,
            rank: if self.dialect == Dialect::Mep { id.0 } else { node as u32 },
            program: shared(program(job), programs),
            rerun: if rerun == *job.name { Arc::clone(&job.name) } else { rerun.into() },
            direct: job.inherits_terminal || (style == OutputStyle::Interleave && !captured),
            works: job.takes_slot(),
            redacted,
            first: occurrence.first == id,
            last: occurrence.last == id,
            has_command: match &task.command {
                Command::None => false,
                Command::Run(run) => run.iter().any(|e| matches!(e, RunEntry::Script(_))),
                _ => true,
            },
        }
    }

    /// mise's has no thought for CI, because it is for the ends of lines only.
    fn out_palette(&self, ctx: &Context) -> Palette {
        let terminal = std::io::stdout().is_terminal();
        match self.dialect {
            Dialect::Mep => Palette::decide(ctx, terminal),
            Dialect::Mise => Palette::of_terminal(ctx, terminal),
        }
    }

    /// What holds for the whole report.
    pub(super) fn look(&self, ctx: &Context, plan: &Plan) -> Look {
        let (settings, dialect) = (self.settings, self.dialect);
        let whole = settings.show_full_cmd || settings.ci;
        let quiet = settings.quiet || settings.task_quiet || settings.silent;
        Look {
            palette: self.palette,
            out: self.out_palette(ctx),
            columns: (!whole).then(|| columns(ctx)),
            timings: if self.flags.timings { Some(true) } else { settings.timings },
            total: plan.several && !quiet && !self.flags.no_total,
            verbose: settings.verbose > 0,
            hushed: settings.quiet && dialect == Dialect::Mise,
            list_failures: self.flags.keep_going,
            dialect,
            sections: Sections::decide(ctx),
            live: Live::Off,
            summary: dialect == Dialect::Mep && !quiet,
        }
    }

    /// How often the report has to hear that time has passed.
    pub(super) fn tick(live: Live, views: &[Arc<JobView>]) -> Option<Duration> {
        let timed = views.iter().any(|view| view.style == OutputStyle::Timed);
        let alone = views.len() == 1 && !matches!(live, Live::Rows(_));
        let live = live.tick().filter(|_| !alone);
        let timed = timed.then_some(Duration::from_millis(200));
        live.into_iter().chain(timed).min()
    }

    /// What is shown beside the output of these jobs: mise has nothing of the
    /// kind but the rows of one style.
    pub(super) fn live(&self, ctx: &Context, views: &[Arc<JobView>]) -> Live {
        let quiet = self.settings.quiet || self.settings.silent;
        let dumb = ctx.env.get("TERM").is_none_or(|term| term == "dumb");
        let draws = io::stderr().is_terminal() && !dumb;
        if draws && views.iter().any(|view| view.style == OutputStyle::Replacing) {
            Live::Rows(terminal::own_columns)
        } else if self.dialect == Dialect::Mise || quiet {
            Live::Off
        } else if !draws || !io::stdout().is_terminal() {
            Live::Heartbeat
        } else {
            Live::Status(terminal::own_columns)
        }
    }
}

/// The words behind `run` that ask for an occurrence again.
pub(super) fn words(workspace: &Workspace<'_>, occurrence: &Occurrence) -> String {
    echo::with_args(&echo::quote(&workspace.task(occurrence.task).name), &occurrence.args)
}

/// The same as it has to be typed: with the way to another project, and with `--` where words
/// would mean something else without it.
pub(super) fn asking(workspace: &Workspace<'_>, occurrence: &Occurrence) -> String {
    let args = &occurrence.args;
    let name = workspace.name(occurrence.task);
    let name = echo::quote(&name);
    match dashes(args, *occurrence.dashes) {
        None => echo::with_args(&name, args),
        Some(at) => echo::with_args(&(echo::with_args(&name, &args[..at]) + " --"), &args[at..]),
    }
}

/// How many of the arguments stand before `--`, where there is one or has to be.
pub(super) fn dashes(args: &[String], known: Option<usize>) -> Option<usize> {
    known.or_else(|| args.iter().position(|arg| arg == "--" || arg == ":::"))
}

/// The program that a job's commands are given to.
fn program(job: &Job) -> &str {
    match job.commands.first() {
        Some(Invocation::Shell { shell, .. } | Invocation::File { shell: Some(shell), .. }) => {
            shell.first().map_or("", String::as_str)
        }
        Some(Invocation::File { shown, .. }) => shown,
        Some(Invocation::Shebang { .. }) => "script",
        None => "",
    }
}

/// The one copy of a word that all share.
fn shared(word: &str, known: &mut HashSet<Arc<str>>) -> Arc<str> {
    if let Some(known) = known.get(word) {
        return Arc::clone(known);
    }
    let new: Arc<str> = word.into();
    known.insert(Arc::clone(&new));
    new
}

/// True where at every moment at most one task can be ready; what calls
/// inside `run` bring in does not count.
fn is_line(plan: &Plan) -> bool {
    let inner = |id: JobId| plan.graph.occurrence(id).site.is_some();
    let order = plan.graph.order().unwrap_or_default();
    let mut done: Vec<bool> = vec![false; plan.graph.len()];
    let mut previous: Option<JobId> = None;
    for id in order.into_iter().filter(|id| !inner(*id)) {
        let follows = previous.is_none_or(|p| plan.graph.before(id).any(|(from, _)| from == p));
        if !follows {
            return false;
        }
        done[id.0 as usize] = true;
        previous = Some(id);
    }
    true
}

fn columns(ctx: &Context) -> usize {
    let set = |key: &str| ctx.env.get_str(key).and_then(|v| v.parse().ok());
    let given = set("MISE_TERM_WIDTH").or_else(|| set("COLUMNS")).filter(|n| *n > 0);
    given.or_else(terminal::columns).unwrap_or(80)
}
