//! How the jobs of a plan are to look: style, label, colour, what is shown of
//! them. Decides; draws nothing.

use std::io::{self, IsTerminal};
use std::path::Path;

use crate::config::Settings;
use crate::config::workspace::Workspace;
use crate::model::{Command, Dialect, JobId, JobView, OutputStyle, RunEntry};
use crate::plan::{Plan, echo};
use crate::report::{Live, Look, Palette, label_color};
use crate::sys::{Context, terminal};

use super::RunFlags;

/// The choices that hold for all jobs of a run.
#[derive(Debug)]
pub(super) struct Lens<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) settings: &'a Settings,
    pub(super) flags: &'a RunFlags,
    palette: Palette,
    /// The style where nobody names one.
    default: OutputStyle,
}

impl<'a> Lens<'a> {
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        flags: &'a RunFlags,
        palette: Palette,
        plan: &Plan,
    ) -> Self {
        let settings = &workspace.main().settings;
        let default = if settings.raw || settings.jobs == Some(1) || is_line(plan) {
            OutputStyle::Interleave
        } else {
            OutputStyle::Prefix
        };
        Self { workspace, settings, flags, palette, default }
    }

    /// The views of all jobs from `from` on.
    pub(super) fn views(&self, plan: &Plan, from: usize) -> Vec<JobView> {
        plan.graph.ids().skip(from).map(|id| self.view(plan, id)).collect()
    }

    fn view(&self, plan: &Plan, id: JobId) -> JobView {
        let job = &plan.jobs[id.0 as usize];
        let occurrence = plan.graph.occurrence(id);
        let task = self.workspace.task(occurrence.task);
        let fixed = job.inherits_terminal || job.reads_input;
        let own = if fixed { job.style } else { self.flags.style.or(job.style) };
        let style = own.or(self.settings.output).unwrap_or(self.default);
        let color = self.palette.is_on().then(|| label_color(&task.display));
        let redacted = !job.inherits_terminal && !plan.secrets.is_empty();
        JobView {
            label: job.label.clone(),
            style,
            quiet: job.quiet,
            silent: job.silent,
            color: color.unwrap_or_default(),
            labels_output: style == OutputStyle::Prefix,
            rerun: echo::with_args(&echo::quote(&task.name), &occurrence.args),
            direct: job.inherits_terminal || (style == OutputStyle::Interleave && !redacted),
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

    /// The directory of the project; `cwd` where there is none.
    pub(super) fn project_dir<'c>(&'c self, cwd: &'c Path) -> &'c Path {
        self.workspace.main().project.nearest_root().map_or(cwd, |root| &root.dir)
    }

    /// What holds for the whole report.
    pub(super) fn look(&self, ctx: &Context, dialect: Dialect, plan: &Plan) -> Look {
        let settings = self.settings;
        let whole = settings.show_full_cmd || settings.ci;
        let quiet = settings.quiet || settings.silent;
        Look {
            palette: self.palette,
            columns: (!whole).then(|| columns(ctx)),
            timings: if self.flags.timings { Some(true) } else { settings.timings },
            total: plan.several && !quiet && !self.flags.no_total,
            verbose: settings.verbose > 0,
            hushed: quiet && dialect == Dialect::Mise,
            list_failures: self.flags.keep_going,
            dialect,
            live: Live::Off,
            summary: dialect == Dialect::Mep && !quiet,
        }
    }

    /// What is shown beside the output of these jobs: mise has nothing of the
    /// kind, and what is redrawn line by line has no place for it.
    pub(super) fn live(&self, ctx: &Context, dialect: Dialect, views: &[JobView]) -> Live {
        let quiet = self.settings.quiet || self.settings.silent;
        if dialect == Dialect::Mise || quiet {
            return Live::Off;
        }
        let dumb = ctx.env.get("TERM").is_none_or(|term| term == "dumb");
        if !(io::stdout().is_terminal() && io::stderr().is_terminal()) || dumb {
            Live::Heartbeat
        } else if views.iter().any(|view| view.style == OutputStyle::Replacing) {
            Live::Off
        } else {
            Live::Status(terminal::own_columns)
        }
    }
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
