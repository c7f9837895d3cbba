//! Names and templates of dependencies → the tasks they mean.

use super::{Expander, Key, Scope};
use crate::config::template;
use crate::model::{Blame, Call, Dep, DepSpec, EnvMap, Problem, Spot, Task};
use crate::plan::args;
use crate::plan::graph::{Occurrence, Phase};
use crate::plan::layers;
use crate::plan::names::{Target, is_pattern, named};
use crate::plan::select::suggestion;
use crate::plan::spec;

impl Expander<'_> {
    /// The keys a dependency means.
    pub(super) fn targets(
        &mut self,
        me: &Occurrence,
        dep: &Dep,
        phase: Phase,
        verb: &str,
    ) -> Vec<(Key, Spot)> {
        let task = self.workspace.task(me.task);
        match self.parse(me, dep) {
            Some(call) => self.resolve(me, task, &call, &dep.spot, phase, verb),
            None => Vec::new(),
        }
    }

    /// A dependency taken apart and rendered; `None` where it renders to
    /// nothing.
    pub(super) fn parse(&mut self, of: &Occurrence, dep: &Dep) -> Option<Call> {
        let call = match &dep.spec {
            DepSpec::Text(text) => {
                let text = self.render(of, text, &dep.spot)?;
                match Call::from_text(&text) {
                    Ok(call) => call,
                    Err(complaint) => {
                        let problem =
                            Problem::new("graph::dependency", complaint).at(&dep.spot, "here");
                        self.problems.push(problem);
                        return None;
                    }
                }
            }
            DepSpec::List(list) => {
                let call =
                    Call { task: list[0].clone(), args: list[1..].to_vec(), ..Call::default() };
                self.dependency(of, call, &dep.spot)?
            }
            DepSpec::Table(call) => self.dependency(of, Call::clone(call), &dep.spot)?,
        };
        (!call.task.trim().is_empty()).then_some(call)
    }

    /// A dependency with each part rendered; an argument that becomes empty is
    /// dropped.
    fn dependency(&mut self, of: &Occurrence, mut call: Call, spot: &Spot) -> Option<Call> {
        let written = std::mem::take(&mut call.args);
        let mut out = self.rendered(of, call, spot)?;
        for arg in &written {
            let text = self.render(of, arg, spot)?;
            if !(text.is_empty() && template::is_template(arg)) {
                out.args.push(text);
            }
        }
        Some(out)
    }

    /// Renders each part.
    pub(super) fn rendered(&mut self, of: &Occurrence, call: Call, spot: &Spot) -> Option<Call> {
        let mut out = Call {
            task: self.render(of, &call.task, spot)?,
            optional: call.optional,
            ..Call::default()
        };
        for arg in &call.args {
            out.args.push(self.render(of, arg, spot)?);
        }
        for (key, value) in &call.env {
            out.env.push((key.clone(), self.render(of, value, spot)?));
        }
        Some(out)
    }

    pub(super) fn render(&mut self, of: &Occurrence, text: &str, spot: &Spot) -> Option<String> {
        if !template::is_template(text) {
            return Some(text.to_string());
        }
        let task = self.workspace.task(of.task);
        if self.evaluators.of(of.task.project).keeps(text) {
            self.notes.push(format!(
                "task `{}` names `{text}`, which is only known when it runs",
                task.name
            ));
            return None;
        }
        let usage = if text.contains("usage") { self.usage_of(of) } else { Ok(None) };
        let evaluator = self.evaluators.of(of.task.project);
        let rendered = usage.and_then(|usage| evaluator.render(task, text, spot, usage.as_ref()));
        rendered
            .map_err(|problem| self.problems.push(problem.blame(Blame::Task(task.name.clone()))))
            .ok()
    }

    /// The arguments of an occurrence, for templates that pass them on. A
    /// drawing shows what is there without any.
    fn usage_of(&mut self, of: &Occurrence) -> Result<Option<serde_json::Value>, Problem> {
        let task = self.workspace.task(of.task);
        let evaluator = self.evaluators.of(of.task.project);
        let usage = evaluator.render(task, &task.usage, &task.spot, None)?;
        let script =
            spec::script_text(task, |text| evaluator.render(task, text, &task.spot, None).ok());
        let Some(spec) = spec::read(task, &usage, script.as_deref(), &mut Vec::new())? else {
            return Ok(None);
        };
        let asks = evaluator.is_query() && spec::starts_programs(&spec.cmd);
        if self.scope == Scope::Drawing || asks {
            return Ok(Some(args::without_words(&spec)));
        }
        let env = self.environment_of(of)?;
        let parsed = args::of_call(task, &spec, &of.args, *of.dashes, &env)?;
        Ok(Some(parsed.map_or_else(|| args::without_words(&spec), |parsed| parsed.values)))
    }

    /// What the arguments of an occurrence may fall back on.
    fn environment_of(&mut self, of: &Occurrence) -> Result<EnvMap, Problem> {
        let task = self.workspace.task(of.task);
        let resolved = self.evaluators.of(of.task.project).of_root(&task.root)?;
        let (mut env, mut vars) = (resolved.env.clone(), resolved.vars.clone());
        layers::lay(&mut self.evaluators, of, &mut env, &mut vars)?;
        Ok(env)
    }

    pub(super) fn resolve(
        &mut self,
        me: &Occurrence,
        task: &Task,
        call: &Call,
        spot: &Spot,
        phase: Phase,
        verb: &str,
    ) -> Vec<(Key, Spot)> {
        let Some(target) = self.target(me, task, &call.task, spot) else {
            return Vec::new();
        };
        if target.tasks.is_empty() {
            if !call.optional {
                let problem = missing(&target, task, &call.task, spot, verb);
                self.problems.push(problem);
            }
            return Vec::new();
        }
        let found = target.tasks;
        let literal = !is_pattern(&call.task);
        let mut keys = Vec::new();
        for id in found {
            let same =
                id == me.task && call.args == *me.args && phase == me.phase && verb != "runs";
            if id == me.task && (same || !literal) && verb != "runs" {
                if literal {
                    self.warnings.push(format!(
                        "task `{}` depends on itself, which is left out ({})",
                        task.name,
                        spot.place()
                    ));
                }
                continue;
            }
            let (args, env) = (call.args.clone().into(), call.env.clone().into());
            keys.push(((id, args, env, phase), spot.clone()));
        }
        keys
    }

    /// What a name means to an occurrence; `None`, with the problem noted,
    /// where a path in it leads nowhere.
    pub(super) fn target<'w>(
        &mut self,
        me: &Occurrence,
        task: &Task,
        name: &'w str,
        spot: &Spot,
    ) -> Option<Target<'w>>
    where
        Self: 'w,
    {
        let place = |problem: Problem| match problem.labels.is_empty() {
            true => problem.at(spot, "named here").blame(Blame::Task(task.name.clone())),
            false => problem,
        };
        let found = self.lookup(me, task, name);
        found.map_err(|problems| self.problems.extend(problems.into_iter().map(place))).ok()
    }

    pub(super) fn lookup<'w>(
        &self,
        me: &Occurrence,
        task: &Task,
        name: &'w str,
    ) -> Result<Target<'w>, Vec<Problem>>
    where
        Self: 'w,
    {
        named(self.workspace, task, me.task, name)
    }
}

fn missing(target: &Target<'_>, task: &Task, name: &str, spot: &Spot, verb: &str) -> Problem {
    let problem = Problem::new(
        "graph::missing-task",
        format!("Task '{}' {verb} '{name}' but '{name}' was not found", task.name),
    )
    .reference(format!("task not found: {name}"))
    .at(spot, if is_pattern(name) { "matches no task" } else { "no such task" })
    .blame(Blame::Task(task.name.clone()));
    let way = name.strip_suffix(&*target.name).unwrap_or_default();
    match suggestion(target.project, &target.name, task.display()) {
        Some(near) => problem.help(format!("did you mean `{way}{near}`?")),
        None if verb == "runs" => problem.help("define the task, or take the entry out"),
        None => problem.help("define the task, or mark the entry `optional = true`"),
    }
}
