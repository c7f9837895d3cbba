//! Plans a run, and goes on planning while it runs: a call whose name is only
//! known when it is reached joins the plan then. Knows nothing of processes.

use std::sync::Arc;

use super::build::{Builder, Known};
use super::checks;
use super::expand::{Expander, Expansion, Scope};
use super::graph::{EdgeKind, Graph};
use super::job::{Job, Plan, PlanOptions};
use super::labels::labels;
use super::select::Request;
use crate::config::workspace::{Evaluators, Workspace};
use crate::model::{JobId, Problem, Secrets};
use crate::sys::Context;

/// Makes the plan of one run.
#[derive(Debug)]
pub struct Planner<'a> {
    ctx: &'a Arc<Context>,
    workspace: &'a Workspace<'a>,
    expander: Expander<'a>,
    options: PlanOptions<'a>,
    known: Known,
}

impl<'a> Planner<'a> {
    /// A planner without a plan.
    pub fn new(
        ctx: &'a Arc<Context>,
        evaluators: Evaluators<'a>,
        scope: Scope,
        options: PlanOptions<'a>,
    ) -> Self {
        let workspace = evaluators.workspace();
        let expander = Expander::new(evaluators, scope);
        Self { ctx, workspace, expander, options, known: Known::default() }
    }

    /// The same planner without a plan; what it has evaluated stays known.
    #[must_use]
    pub fn again(mut self) -> Self {
        self.expander = self.expander.again();
        self
    }

    /// Requests → graph.
    ///
    /// # Errors
    /// As `Expander::expand`.
    pub fn expand(&mut self, requests: &[Request]) -> Result<Expansion, Vec<Problem>> {
        self.expander.expand(requests)
    }

    /// Graph → jobs: looks up and renders all that its nodes need.
    ///
    /// # Errors
    /// Everything that keeps a task from running, of all tasks.
    pub fn build(&mut self, graph: Graph, static_count: usize) -> Result<Plan, Vec<Problem>> {
        self.experimental(&graph)?;
        let labels = labels(self.workspace, &graph);
        let mut plan = Plan {
            graph,
            jobs: Vec::new(),
            several: static_count > 1,
            secrets: Secrets::default(),
        };
        match self.jobs(&mut plan, 0, |occurrence| Arc::clone(&labels[occurrence])) {
            problems if problems.is_empty() => Ok(plan),
            problems => Err(problems),
        }
    }

    /// As mise, `pass_through_env` is refused without a setting, but in tasks
    /// that others call.
    fn experimental(&self, graph: &Graph) -> Result<(), Vec<Problem>> {
        if self.options.settings.env.experimental {
            return Ok(());
        }
        let is_call = |kind: &EdgeKind| *kind == EdgeKind::Call;
        let called = |first: JobId| graph.before(first).any(|(_, kind)| is_call(&kind));
        let tasks = graph.occurrences.iter().filter(|o| !called(o.first));
        let mut tasks = tasks.map(|o| self.workspace.task(o.task));
        let passing = tasks.find(|task| !task.sandbox.pass_through_env.is_empty());
        passing.map_or(Ok(()), |task| Err(vec![checks::experimental(task)]))
    }

    /// What the call at `at` means now joins the plan. `succeeded` says so of
    /// each occurrence. Returns what is wrong with it; the plan is consistent
    /// in any case.
    pub fn arrive(&mut self, plan: &mut Plan, at: JobId, succeeded: Vec<bool>) -> Vec<Problem> {
        let from = succeeded.len();
        self.expander.arrive(at, &mut plan.graph, succeeded);
        let mut problems = self.expander.take_problems();
        let tasks: Vec<_> = plan.graph.occurrences.iter().map(|o| o.task).collect();
        let workspace = self.workspace;
        problems.extend(
            self.jobs(plan, from, |occurrence| workspace.display(tasks[occurrence]).into()),
        );
        problems
    }

    /// The notes of evaluation, each once.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.expander.evaluators.warnings()
    }

    /// Values that no output may show, as far as they are known.
    pub fn secrets(&self) -> Secrets {
        self.expander.evaluators.secrets()
    }

    /// Adds the jobs of all occurrences from `from` on.
    fn jobs(
        &mut self,
        plan: &mut Plan,
        from: usize,
        label: impl Fn(usize) -> Arc<str>,
    ) -> Vec<Problem> {
        plan.jobs.reserve_exact(plan.graph.len() - plan.jobs.len());
        let mut builder = Builder {
            ctx: self.ctx,
            workspace: self.workspace,
            options: &self.options,
            evaluators: &mut self.expander.evaluators,
            known: &mut self.known,
        };
        let mut problems: Vec<Problem> = Vec::new();
        let mut made: Vec<Option<Arc<Job>>> = vec![None; plan.graph.len() - plan.jobs.len()];
        for (i, occurrence) in plan.graph.occurrences.iter().enumerate().skip(from) {
            let nodes = plan.graph.nodes_of(i);
            let jobs = builder.occurrence(occurrence, &label(i), &plan.graph, &nodes);
            let jobs = jobs.unwrap_or_else(|problem| {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
                vec![Job::inert(label(i)); nodes.len()]
            });
            for (node, job) in nodes.iter().zip(jobs) {
                made[node.0 as usize - plan.jobs.len()] = Some(Arc::new(job));
            }
        }
        plan.jobs.extend(made.into_iter().flatten());
        plan.secrets = self.secrets();
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::env::Late;
    use crate::config::{Options, load, template};
    use crate::model::Dialect;
    use crate::plan::{groups, select};

    /// Plans the task `t` of a project with this configuration.
    fn planned(config: &str) -> Plan {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("mise.toml"), config).expect("a file");
        let mut ctx = Context::of_this_process().expect("a working directory");
        ctx.cwd = dir.path().to_path_buf();
        let ctx = Arc::new(ctx);
        let workspace = Workspace::new(&ctx, Options::running(), load(&ctx, &Options::running()));
        let requests = select(&workspace, &groups(&["t".to_string()])).expect("a task");
        let options = PlanOptions {
            dialect: Dialect::Mep,
            settings: &workspace.main().settings,
            profiles: &[],
            shell: None,
            common: Vec::new(),
            shim: None,
        };
        let evaluators = Evaluators::new(&workspace, Late::Render);
        let mut planner = Planner::new(&ctx, evaluators, Scope::Full, options);
        let expansion = planner.expand(&requests).expect("a graph");
        planner.build(expansion.graph, expansion.static_count).expect("a plan")
    }

    #[test]
    fn no_template_engine_is_touched_by_tasks_without_templates() {
        const PLAIN: &str = "
[env]
A = 'a'
[vars]
v = 'v'
[tasks.d]
run = 'echo ${#A}'
[tasks.t]
alias = 'u'
depends = ['d a']
usage = 'arg \"[w]\"'
env = { B = '$A' }
dir = 'sub'
shell = 'sh -c'
sources = ['src/*']
confirm = 'sure?'
run = ['echo $A', { task = 'd' }]
";
        assert!(planned(PLAIN).jobs.len() > 2);
        assert_eq!(template::asked(), 0);
        planned(&PLAIN.replace("echo $A", "echo {{ vars.v }}"));
        assert_eq!(template::asked(), 1);
    }
}
