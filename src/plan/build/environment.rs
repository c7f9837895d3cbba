//! The environment of a job: what all tasks of a root share, and what a task,
//! its callers and its call add. Knows no command.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use super::Builder;
use crate::config::env::Vars;
use crate::model::{Command, EnvMap, Problem, ProjectId, Scope, Task, TaskId};
use crate::plan::graph::Occurrence;
use crate::plan::layers;

impl Builder<'_, '_> {
    /// What all tasks of a root share: the root's environment without
    /// inherited `usage_*`, our links on PATH, what every task gets.
    fn base(&mut self, id: ProjectId, task: &Task) -> Result<(Arc<EnvMap>, Vars), Problem> {
        let key = (id, task.root.rank);
        if let Some((env, vars)) = self.known.bases.get(&key) {
            return Ok((Arc::clone(env), vars.clone()));
        }
        let resolved = self.evaluators.of(id).of_root(&task.root)?;
        let mut env = resolved.env.clone();
        let stale: Vec<OsString> = env
            .iter()
            .map(|(k, _)| k)
            .filter(|k| k.as_encoded_bytes().starts_with(b"usage_"))
            .map(OsString::from)
            .collect();
        stale.iter().for_each(|key| env.unset(key));
        for (key, value) in &self.options.common {
            env.set(key, value);
        }
        if !self.options.profiles.is_empty() {
            env.set("MISE_ENV", self.options.profiles.join(","));
        }
        let root = task.root.dir.as_os_str();
        let project = match task.root.scope {
            Scope::Project => Some(root.to_os_string()),
            _ => {
                let nearest = self.workspace.get(id).project.nearest_root();
                nearest.map(|r| r.dir.clone().into_os_string())
            }
        };
        if let Some(project) = project {
            env.set("MISE_PROJECT_ROOT", project);
        }
        env.set("MISE_CONFIG_ROOT", root);
        if let Some(monorepo) = &self.workspace.get(id).project.monorepo {
            env.set("MISE_MONOREPO_ROOT", monorepo.root.as_os_str());
        }
        let done = (Arc::new(env), resolved.vars.clone());
        self.known.bases.insert(key, (Arc::clone(&done.0), done.1.clone()));
        Ok(done)
    }

    pub(super) fn environment(
        &mut self,
        task: &Task,
        o: &Occurrence,
    ) -> Result<(Arc<EnvMap>, Vars), Problem> {
        let (mut env, mut vars) = self.base(o.task.project, task)?;
        let plain = task.env.is_empty() && o.env.is_empty() && o.inherits.is_empty();
        if plain && !task.raw_args {
            self.evaluators.of(o.task.project).task_vars(task, &mut vars)?;
            return Ok((env, vars));
        }
        let own = Arc::make_mut(&mut env);
        if task.raw_args {
            // It takes its words as they are, and so sees its caller's arguments.
            let resolved = self.evaluators.of(o.task.project).of_root(&task.root)?;
            let usage = |key: &OsStr| key.as_encoded_bytes().starts_with(b"usage_");
            let inherited = resolved.env.iter().filter(|(key, _)| usage(key));
            inherited.for_each(|(key, value)| own.set(key, value));
        }
        layers::lay(self.evaluators, o, own, &mut vars)?;
        Ok((env, vars))
    }

    /// Tools that the task names take the place of its project's.
    pub(super) fn tools(&mut self, id: TaskId, env: &mut Arc<EnvMap>) -> Result<(), Problem> {
        let task = self.workspace.task(id);
        if task.tools.is_empty() {
            return Ok(());
        }
        let evaluator = self.evaluators.of(id.project);
        let mut own = Vec::new();
        for tool in &task.tools {
            let version = evaluator.render(task, &tool.version, &task.spot, None)?;
            own.push((tool.name.clone(), version));
        }
        self.evaluators.task_tools(id, &own, Arc::make_mut(env))
    }

    /// Our links go before everything else, also before `_.path`.
    pub(super) fn with_shim(&mut self, env: Arc<EnvMap>) -> Arc<EnvMap> {
        let Some(shim) = self.options.shim else {
            return env;
        };
        let path = env.get("PATH").unwrap_or_default();
        if std::env::split_paths(path).next().is_some_and(|first| first == shim) {
            return env;
        }
        let known = self.known.shimmed.iter().find(|(before, _)| Arc::ptr_eq(before, &env));
        if let Some((_, after)) = known {
            return Arc::clone(after);
        }
        let mut after = (*env).clone();
        let path = crate::sys::shim::prepend(shim, env.get("PATH").unwrap_or_default());
        after.set("PATH", path);
        let after = Arc::new(after);
        // One that nobody else has is never asked for again.
        if Arc::strong_count(&env) > 1 {
            self.known.shimmed.push((env, Arc::clone(&after)));
        }
        after
    }

    /// The file that the processes of a task are told of.
    pub(super) fn file_of(&mut self, task: &Task) -> Arc<Path> {
        match &task.command {
            Command::Script(path) => self.known.path(path),
            Command::File(path) => {
                let path = self.ctx.dirs.below(&task.root.dir, path);
                self.known.path(&path)
            }
            _ => self.known.path(task.source_path()),
        }
    }
}
