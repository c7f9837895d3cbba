//! Evaluates directives: the caller's environment, then every root's `[env]`
//! from the farthest to the nearest, then a task's own.
//!
//! Inside, from the bottom: `expand` (`$X`), `front` (PATH), `file`, `source`,
//! `sops`, `age`, `venv` (what directives read or make; none knows another)
//! → `work` (what one evaluation has made so far) → here and `apply` (one
//! directive after the other), `vars`.

mod age;
mod apply;
mod expand;
mod file;
mod front;
mod sops;
mod source;
mod vars;
mod venv;
mod work;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use wildmatch::WildMatch;

use self::work::{Pass, Work};
use super::loaded::Loaded;
use super::settings::EnvSettings;
use super::template::{self, Scope};
use super::tools::{self, Toolbox};
use crate::model::{EnvDirective, EnvEntry, EnvMap, Problem, Project, Root, Secrets, Spot, Task};
use crate::sys::Context;

/// `vars` by name.
pub type Vars = IndexMap<String, String>;

/// The environment of one config root.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// Complete, the caller's included.
    pub env: EnvMap,
    /// `[vars]`
    pub vars: Vars,
    /// By variable: what of `[env]` has decided on it last.
    pub origins: IndexMap<String, Origin>,
}

/// What has decided on a variable.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The entry.
    pub spot: Spot,
    /// The file that the entry names and that has the variable.
    pub file: Option<PathBuf>,
    /// Its value is a secret.
    pub hidden: bool,
}

/// What becomes of templates that ask programs, files or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// Rendered: this is a run.
    Render,
    /// Left as they are written: a query changes nothing.
    Keep,
}

/// Evaluates roots, each once.
#[derive(Debug)]
pub struct Evaluator<'a> {
    ctx: &'a Context,
    project: &'a Project,
    loaded: &'a Loaded,
    tools: Option<&'a Toolbox<'a>>,
    profiles: &'a [String],
    settings: &'a EnvSettings,
    late: Late,
    by_root: HashMap<usize, Arc<Resolved>>,
    /// `redactions`
    hidden_names: Vec<WildMatch>,
    identities: OnceCell<age::Identities>,
    /// A query has left out what only a run finds out.
    incomplete: bool,
    /// How many files were read, or left out, that only sops opens.
    sealed_files: usize,
    /// Notes for the reader, each once.
    pub warnings: Vec<String>,
    /// Values that must not be shown, of everything evaluated so far.
    pub secrets: Secrets,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for one run or query.
    pub fn new(ctx: &'a Context, loaded: &'a Loaded, late: Late) -> Self {
        let mut evaluator = Self {
            ctx,
            project: &loaded.project,
            loaded,
            tools: None,
            profiles: &loaded.profiles,
            settings: &loaded.settings.env,
            late,
            by_root: HashMap::new(),
            hidden_names: Vec::new(),
            identities: OnceCell::new(),
            incomplete: false,
            sealed_files: 0,
            warnings: Vec::new(),
            secrets: Secrets::default(),
        };
        let roots: Vec<_> = loaded.project.roots.iter().filter(|r| !r.aside).cloned().collect();
        evaluator.hide_names(&roots);
        evaluator
    }

    /// Takes the names that `redactions` of these roots hide.
    fn hide_names(&mut self, roots: &[Arc<Root>]) {
        for entry in roots.iter().flat_map(|root| &root.env) {
            if let EnvDirective::Redact(names) = &entry.directive {
                let new = names.iter().map(|name| WildMatch::new(name));
                let new: Vec<_> = new.filter(|name| !self.hidden_names.contains(name)).collect();
                self.hidden_names.extend(new);
            }
        }
    }

    /// With tools set up, where this is a run.
    #[must_use]
    pub fn with_tools(mut self, tools: Option<&'a Toolbox<'a>>) -> Self {
        self.tools = tools;
        self
    }

    /// True where nothing may be evaluated: a query, and a file that nobody
    /// trusts.
    pub fn is_raw(&self) -> bool {
        !self.project.untrusted.is_empty()
    }

    /// The environment for tasks of `root`: every root on the way to the working
    /// directory in order; for a root that is not the nearest, its own hierarchy
    /// once more on top.
    ///
    /// # Errors
    /// A required variable that is missing, a bad file or template, a value
    /// that does not decrypt.
    pub fn of_root(&mut self, root: &Arc<Root>) -> Result<Arc<Resolved>, Problem> {
        if let Some(done) = self.by_root.get(&root.rank) {
            return Ok(Arc::clone(done));
        }
        if self.is_raw() {
            return Ok(Arc::new(Resolved { env: self.ctx.env.clone(), ..Resolved::default() }));
        }
        let all = &self.project.roots;
        let roots: Vec<Arc<Root>> = all.iter().filter(|r| !r.aside).cloned().collect();
        let mut resolved = Resolved { env: self.ctx.env.clone(), ..Resolved::default() };
        let here = self.loaded;
        self.hierarchy(&roots, Some(here).filter(|_| !root.aside), &mut resolved)?;
        let nearest = !root.aside && roots.last().is_none_or(|last| last.rank <= root.rank);
        if !nearest {
            let own: Vec<_> = all.iter().filter(|r| r.holds_for(root)).cloned().collect();
            match self.project.monorepo {
                None => resolved.vars = Vars::new(),
                // What a task is must not depend on where we stand.
                Some(_) => resolved.env.forget_configured(),
            }
            self.hide_names(&own);
            let beside = root.aside.then(|| here.beside(root));
            self.hierarchy(&own, beside.as_ref().or(Some(here)), &mut resolved)?;
        }
        let done = Arc::new(resolved);
        self.by_root.insert(root.rank, Arc::clone(&done));
        Ok(done)
    }

    /// `[vars]` of all roots, then `[env]` of all; entries with `tools = true`
    /// come last, over everything else. The tools are those that `asking` has.
    fn hierarchy(
        &mut self,
        roots: &[Arc<Root>],
        asking: Option<&Loaded>,
        to: &mut Resolved,
    ) -> Result<(), Problem> {
        for root in roots {
            let env = &self.ctx.env;
            self.vars_from(&root.vars, &root.dir, env, &mut to.vars, false)?;
        }
        let mut work = Work::new(Path::new("/"), &mut to.env, &to.vars);
        for pass in [Pass::BeforeTools, Pass::WithTools] {
            if let (Pass::WithTools, Some(tools), Some(asking)) = (pass, self.tools, asking) {
                tools.lay_under(asking, work.env)?;
            }
            work.knows_tools = pass == Pass::WithTools;
            for root in roots {
                work.root = &root.dir;
                self.apply(&root.env, pass, &mut work)?;
            }
        }
        let origins = self.settle(work)?;
        to.origins.extend(origins);
        Ok(())
    }

    /// A task's own `env` on top of `env`; `vars` are the task's.
    ///
    /// # Errors
    /// As `of_root`.
    pub fn task_env(
        &mut self,
        entries: &[EnvEntry],
        root: &Path,
        vars: &Vars,
        env: &mut EnvMap,
    ) -> Result<(), Problem> {
        if entries.is_empty() || self.is_raw() {
            return Ok(());
        }
        let mut work = Work::new(root, env, vars);
        work.knows_tools = true;
        self.apply(entries, Pass::Whole, &mut work)?;
        self.settle(work).map(drop)
    }

    /// A task's own `vars` on top of its root's.
    ///
    /// # Errors
    /// As `of_root`.
    pub fn task_vars(&mut self, task: &Task, vars: &mut Vars) -> Result<(), Problem> {
        if task.vars.is_empty() || self.is_raw() {
            return Ok(());
        }
        let resolved = self.of_root(&task.root)?;
        self.vars_from(&task.vars, &task.root.dir, &resolved.env, vars, true)
    }

    /// Variables that a call gives: secret where a name of `redactions` says so.
    pub fn given(&mut self, pairs: &[(String, String)]) {
        for (name, value) in pairs {
            if self.hides(name) {
                self.secrets.add(value);
            }
        }
    }

    /// True for a query: it starts no program.
    pub fn is_query(&self) -> bool {
        self.late == Late::Keep
    }

    /// True where this text stays as it is written.
    pub fn keeps(&self, text: &str) -> bool {
        (self.is_raw() && template::is_template(text))
            || (self.late == Late::Keep
                && (template::is_late(text)
                    || (template::names_tools(text) && !self.project.tools.is_empty())
                    || (self.incomplete && template::is_template(text) && text.contains("env"))))
    }

    /// Renders a text of a task: its root's environment, its own vars.
    ///
    /// # Errors
    /// As `of_root`, and what the template engine says.
    pub fn render(
        &mut self,
        task: &Task,
        text: &str,
        spot: &Spot,
        usage: Option<&serde_json::Value>,
    ) -> Result<String, Problem> {
        if self.is_raw() || !template::is_template(text) {
            return Ok(text.to_string());
        }
        let resolved = self.of_root(&task.root)?;
        let mut vars = resolved.vars.clone();
        self.vars_from(&task.vars, &task.root.dir, &resolved.env, &mut vars, true)?;
        let mut env = resolved.env.clone();
        let mut work = Work::new(&task.root.dir, &mut env, &vars);
        work.usage = usage;
        work.owner = Some(&task.name);
        work.knows_tools = true;
        self.rendered(text, spot, &work)
    }

    /// Lends what the scripts of a task are rendered with, without arguments;
    /// `text` is all that will be.
    ///
    /// # Errors
    /// As `of_root`.
    pub fn in_scope<T>(
        &mut self,
        task: &Task,
        text: &str,
        then: impl FnOnce(&Scope<'_>) -> T,
    ) -> Result<T, Problem> {
        let tools = tools::known(self.tools, self.loaded, text)?;
        let resolved = self.of_root(&task.root)?;
        let mut vars = resolved.vars.clone();
        self.vars_from(&task.vars, &task.root.dir, &resolved.env, &mut vars, true)?;
        Ok(then(&Scope {
            ctx: self.ctx,
            config_root: &task.root.dir,
            dir: &task.root.dir,
            env: &resolved.env,
            vars: &vars,
            usage: Some(&serde_json::json!({})),
            profiles: self.profiles,
            tools: Some(&tools),
            exec_gets_env: false,
            source: None,
            task: None,
        }))
    }

    /// After all entries: required names are there, and secrets are known by
    /// the values that their names have in the end. Returns what has decided on
    /// which variable.
    fn settle(&mut self, mut work: Work<'_>) -> Result<IndexMap<String, Origin>, Problem> {
        for (key, help, spot) in &work.required {
            if self.ctx.env.get(key).is_none() && work.env.get(key).is_none() {
                return Err(missing("environment variable", key, help.as_deref(), spot));
            }
        }
        for (name, _) in work.marks.iter().filter(|(_, hidden)| **hidden) {
            if let Some(value) = work.env.get(name) {
                self.secrets.add(value.as_encoded_bytes());
            }
        }
        for (name, origin) in &mut work.origins {
            let marked = work.marks.get(name).copied();
            origin.hidden = marked.unwrap_or_else(|| self.hides(name));
        }
        if self.hidden_names.is_empty() {
            return Ok(work.origins);
        }
        for (name, value) in work.env.iter() {
            let shown = name.to_str().is_none_or(|n| work.marks.contains_key(n) || !self.hides(n));
            if !shown {
                self.secrets.add(value.as_encoded_bytes());
            }
        }
        Ok(work.origins)
    }

    fn hides(&self, name: &str) -> bool {
        self.hidden_names.iter().any(|pattern| pattern.matches(name))
    }

    fn rendered(&self, text: &str, spot: &Spot, work: &Work<'_>) -> Result<String, Problem> {
        if self.keeps(text) {
            return Ok(text.to_string());
        }
        let tools = if work.knows_tools {
            Some(tools::known(self.tools, self.loaded, text)?)
        } else {
            None
        };
        let scope = Scope {
            ctx: self.ctx,
            config_root: work.root,
            dir: work.root,
            env: work.env,
            vars: work.vars,
            usage: work.usage,
            profiles: self.profiles,
            tools: tools.as_deref(),
            exec_gets_env: work.owner.is_none(),
            source: work.owner.is_none().then_some(&spot.file.path),
            task: None,
        };
        template::render(text, &scope).map_err(|error| {
            let owner = work.owner.map(|name| format!(" of task `{name}`")).unwrap_or_default();
            let message = format!("cannot render `{text}`{owner}: {}", error.message);
            let place = template::spot(&spot.file, spot.span().start, text, &error);
            let label = error.message.split(". ").next().unwrap_or_default();
            let problem =
                Problem::new("config::template", message).at(place.as_ref().unwrap_or(spot), label);
            match error.help {
                Some(help) => problem.help(help),
                None => problem,
            }
        })
    }

    /// A value or a path: rendered, then expanded.
    fn value(
        &mut self,
        key: &str,
        text: &str,
        spot: &Spot,
        work: &Work<'_>,
    ) -> Result<String, Problem> {
        let text = self.rendered(text, spot, work)?;
        Ok(self.expanded(key, text, spot, work.env))
    }

    fn expanded(&mut self, key: &str, text: String, spot: &Spot, env: &EnvMap) -> String {
        if !self.settings.shell_expand || !text.contains('$') {
            return text;
        }
        let (value, undefined) = expand::expand(&text, |key| env.get_str(key).map(str::to_string));
        for name in undefined {
            self.note(format!(
                "env var '{name}' is not defined and will be left unexpanded, referenced by `{key}` \
                 in {}. Use ${{{name}:-}} to default to an empty string and suppress this warning.",
                spot.file.path.display()
            ));
        }
        value
    }

    /// Keeps a note for the reader, once.
    pub fn note(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }
}

fn missing(what: &str, key: &str, help: Option<&str>, spot: &Spot) -> Problem {
    let path = spot.file.path.display();
    let hint = help.map(|text| format!("\nHelp: {text}")).unwrap_or_default();
    let problem = Problem::new("config::env", format!("required {what} '{key}' is not defined"))
        .reference(format!(
            "Required {what} '{key}' is not defined. It must be set before mise runs or in a \
             later config file. (Required in: {path}){hint}"
        ))
        .at(spot, "required here");
    match help.filter(|text| !text.is_empty()) {
        Some(text) => problem.help(text),
        None => problem.help("set it before the run, or in a later config file"),
    }
}
