//! The environment of tools, which is mise's job: a real mise is asked for it
//! before a run, and the answer is kept. Queries never make a `Toolbox`, so
//! they cannot start one.

mod ask;
mod cache;
mod difference;
mod versions;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use ask::Asker;
use difference::Difference;

use super::loaded::Loaded;
use super::settings::Settings;
use super::template;
use crate::model::{EnvMap, Problem, Project, Spot, Task};
use crate::sys::{Context, shim};

/// The variable by which a nested run knows that its environment has the
/// tools already.
const GIVEN: &str = "MEP_TOOLS";

/// What the command line says about tools.
#[derive(Debug, Clone, Default)]
pub struct ToolFlags {
    /// `-t`: tools of the whole run, over those of files and tasks.
    pub extra: Vec<(String, String)>,
    /// `--skip-tools`: nothing is installed.
    pub skip: bool,
    /// `--no-deps`: `[deps]` is left alone.
    pub no_deps: bool,
}

/// The directory of a project, and tools beside its own.
type Question = (PathBuf, Vec<String>);

/// Asks for the tools of one run, each question once.
#[derive(Debug)]
pub struct Toolbox<'a> {
    ctx: &'a Context,
    flags: &'a ToolFlags,
    installs: bool,
    quiet: bool,
    mise: Option<PathBuf>,
    answers: RefCell<HashMap<Question, Rc<Difference>>>,
    /// `tools` in templates, by the directory of a project.
    versions: RefCell<HashMap<PathBuf, Arc<serde_json::Value>>>,
    notes: RefCell<Vec<String>>,
}

impl<'a> Toolbox<'a> {
    /// A toolbox for one run. Looks for mise, and asks it nothing yet.
    pub fn new(ctx: &'a Context, flags: &'a ToolFlags, settings: &Settings) -> Self {
        Self {
            ctx,
            flags,
            installs: settings.install_tools && !flags.skip,
            quiet: settings.quiet || settings.silent,
            mise: if ask::is_asked(ctx) { None } else { shim::next_mise(ctx) },
            answers: RefCell::default(),
            versions: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// What the project's tools add to the environment of all its tasks.
    ///
    /// # Errors
    /// What mise says, or that `-t` has no mise to ask, or must not ask it.
    fn of_project(&self, loaded: &Loaded) -> Result<Rc<Difference>, Problem> {
        let project = &loaded.project;
        let asks = !self.flags.extra.is_empty();
        if ask::is_asked(self.ctx) || (project.tools.is_empty() && !asks) {
            return Ok(Rc::default());
        }
        let args = arguments(&self.flags.extra);
        let unmet = |why: &str, help: &str| {
            let text = format!("`-t {}` needs mise, {why}", args.join(" -t "));
            Problem::new("tools::none", text).help(help)
        };
        if project.own.tools == Some(false) {
            let help = "call the task without -t, or take the setting away";
            let error = unmet("and `tools = \"off\"` forbids to ask it", help);
            return if asks { Err(error) } else { Ok(Rc::default()) };
        }
        if self.mise.is_none() && asks {
            let help = "install mise, or call the task without -t";
            return Err(unmet("and there is none on PATH", help));
        }
        self.answer(loaded, args)
    }

    /// What a task gets instead, where it names tools of its own; `own` are
    /// they, rendered.
    ///
    /// # Errors
    /// What mise says, or that there is none.
    fn of_task(
        &self,
        loaded: &Loaded,
        task: &Task,
        own: &[(String, String)],
    ) -> Result<Rc<Difference>, Problem> {
        let project = &loaded.project;
        if project.own.tools == Some(false) || ask::is_asked(self.ctx) {
            return Ok(Rc::default());
        }
        if self.mise.is_none() {
            let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
            let text = format!(
                "task `{}` needs the tools {}, and there is no mise on PATH to set them up",
                task.name,
                names.join(", ")
            );
            return Err(Problem::new("tools::none", text).at(&task.spot, "this task").help(
                "install mise, or set `tools = \"off\"` in mep.toml to use what is on PATH",
            ));
        }
        // The first of two versions comes first on PATH.
        self.answer(loaded, arguments(&[&self.flags.extra, own].concat()))
    }

    /// Hands `[deps]` to mise, which knows what is out of date.
    ///
    /// # Errors
    /// What mise says.
    pub fn deps(&self, project: &Project) -> Result<(), Problem> {
        let named = self.flags.no_deps || project.own.tools == Some(false);
        let (Some(mise), false, false) = (&self.mise, named, project.deps.is_empty()) else {
            return Ok(());
        };
        // The outer run has done that.
        if self.deps_mark(project).is_some_and(|mark| self.is_given(&mark)) {
            return Ok(());
        }
        self.asker(mise, project).deps(&project.deps)
    }

    /// Lays the project's tools below what the configuration has set.
    ///
    /// # Errors
    /// As `of_project`.
    pub fn lay_under(&self, loaded: &Loaded, env: &mut EnvMap) -> Result<(), Problem> {
        let tools = self.of_project(loaded)?;
        tools.lay_under(env, &self.ctx.env);
        let mut marks: Vec<&str> = vec![&tools.key];
        let deps = self.deps_mark(&loaded.project);
        marks.extend(deps.as_deref());
        marks.retain(|mark| !mark.is_empty());
        if !marks.is_empty() {
            env.set(GIVEN, marks.join(","));
        }
        Ok(())
    }

    /// Puts a task's own tools, rendered, in the place of its project's.
    ///
    /// # Errors
    /// As `of_task`.
    pub fn replace(
        &self,
        loaded: &Loaded,
        task: &Task,
        own: &[(String, String)],
        env: &mut EnvMap,
    ) -> Result<(), Problem> {
        let tools = self.of_task(loaded, task, own)?;
        self.of_project(loaded)?.replace_by(&tools, env, &self.ctx.env);
        let deps = self.deps_mark(&loaded.project).unwrap_or_default();
        let marks = [tools.key.as_str(), &deps].join(",");
        env.set(GIVEN, marks.trim_matches(','));
        Ok(())
    }

    /// `tools` for the templates of a project: its installed tools by name,
    /// without those of tasks and of `-t`.
    ///
    /// # Errors
    /// What mise says.
    fn versions(&self, loaded: &Loaded) -> Result<Arc<serde_json::Value>, Problem> {
        let project = &loaded.project;
        let off = project.own.tools == Some(false) || ask::is_asked(self.ctx);
        let (Some(mise), false, false) = (&self.mise, off, project.tools.is_empty()) else {
            return Ok(Arc::new(serde_json::json!({})));
        };
        if let Some(known) = self.versions.borrow().get(&project.dir) {
            return Ok(Arc::clone(known));
        }
        // A nested run has their directories on PATH already.
        let mut path = self.of_project(loaded)?.paths.clone();
        path.extend(self.ctx.env.get("PATH").map(std::env::split_paths).into_iter().flatten());
        let said = self.asker(mise, project).versions(&loaded.profiles)?;
        let map = Arc::new(versions::map(said, &path));
        self.versions.borrow_mut().insert(project.dir.clone(), Arc::clone(&map));
        Ok(map)
    }

    fn deps_mark(&self, project: &Project) -> Option<String> {
        let names = project.deps.iter().map(|(name, _)| format!("deps {name}")).collect::<Vec<_>>();
        (!names.is_empty()).then(|| cache::mark(project, &names))
    }

    fn is_given(&self, mark: &str) -> bool {
        let given = self.ctx.env.get_str(GIVEN).unwrap_or_default();
        given.split(',').any(|known| known == mark)
    }

    /// Takes the notes for the reader.
    pub fn notes(&self, project: &Project) -> Vec<String> {
        let mut notes = std::mem::take(&mut *self.notes.borrow_mut());
        let unmet = project.tools.first().or_else(|| project.deps.first().map(|(_, spot)| spot));
        let off = project.own.tools == Some(false) || ask::is_asked(self.ctx);
        if let (None, Some(spot), false) = (&self.mise, unmet, off) {
            notes.push(without_mise(spot));
            notes.dedup();
        }
        notes
    }

    fn asker<'s>(&'s self, mise: &'s PathBuf, project: &'s Project) -> Asker<'s> {
        Asker {
            ctx: self.ctx,
            mise,
            project,
            installs: self.installs,
            quiet: self.quiet,
            notes: &self.notes,
        }
    }

    fn answer(&self, loaded: &Loaded, args: Vec<String>) -> Result<Rc<Difference>, Problem> {
        let project = &loaded.project;
        let Some(mise) = &self.mise else {
            // Of what is on the way here, `notes` tells.
            let beside = project.roots.last().filter(|root| root.aside);
            let unmet = project.tools.first().filter(|_| beside.is_some()).map(without_mise);
            let unmet = unmet.filter(|note| !self.notes.borrow().contains(note));
            self.notes.borrow_mut().extend(unmet);
            return Ok(Rc::default());
        };
        let question = (project.dir.clone(), args);
        if let Some(known) = self.answers.borrow().get(&question) {
            return Ok(Rc::clone(known));
        }
        let key = cache::key(self.ctx, mise, loaded, &question.1, self.installs);
        let mark = cache::mark(project, &question.1);
        let answer = if self.is_given(&mark) {
            Difference::default()
        } else if let Some(kept) = cache::read(self.ctx, &key) {
            kept
        } else {
            let asked = self.asker(mise, project).environment(&loaded.profiles, &question.1)?;
            if asked.lasts {
                cache::write(self.ctx, &key, project, &asked)
                    .unwrap_or_else(|error| self.note(&format!("tools are not kept: {error}")));
            }
            asked
        };
        let answer = Rc::new(Difference { key: mark, ..answer });
        self.answers.borrow_mut().insert(question, Rc::clone(&answer));
        Ok(answer)
    }

    fn note(&self, text: &str) {
        self.notes.borrow_mut().push(text.to_string());
    }
}

fn without_mise(spot: &Spot) -> String {
    let place = spot.place();
    format!("there is no mise on PATH to set up tools: tasks use what is there ({place})")
}

/// `tools` as `text` sees it: one that does not name it costs nothing, and a
/// query, which has no toolbox, sees an empty map.
///
/// # Errors
/// What mise says.
pub fn known(
    toolbox: Option<&Toolbox<'_>>,
    loaded: &Loaded,
    text: &str,
) -> Result<Arc<serde_json::Value>, Problem> {
    match toolbox {
        Some(toolbox) if template::names_tools(text) => toolbox.versions(loaded),
        _ => Ok(Arc::new(serde_json::json!({}))),
    }
}

/// `tool@version`, as mise's command line has it.
fn arguments(tools: &[(String, String)]) -> Vec<String> {
    let one = |(name, version): &(String, String)| match version.as_str() {
        "" => name.clone(),
        _ => format!("{name}@{version}"),
    };
    tools.iter().map(one).collect()
}
