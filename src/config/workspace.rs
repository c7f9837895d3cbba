//! The projects of one run: the one we stand in, and those that its tasks
//! point to with `../dir:task`. A project is read when it is first named.
//! Knows nothing of graphs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use elsa::FrozenVec;

use super::aliases::load;
use super::env::{Evaluator, Late};
use super::load::Options;
use super::loaded::Loaded;
use super::template;
use super::tools::{self, Toolbox};
use crate::model::{Blame, EnvMap, Problem, ProjectId, Secrets, Task, TaskId};
use crate::sys::Context;

/// All projects read so far; it grows while it is shared.
pub struct Workspace<'c> {
    ctx: &'c Context,
    options: Options,
    projects: FrozenVec<Box<Loaded>>,
}

impl std::fmt::Debug for Workspace<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dirs: Vec<&Path> = self.projects.iter().map(|p| &*p.project.dir).collect();
        f.debug_struct("Workspace").field("projects", &dirs).finish_non_exhaustive()
    }
}

impl<'c> Workspace<'c> {
    /// The workspace round the project we stand in; `options` hold for every
    /// other project as well.
    pub fn new(ctx: &'c Context, options: Options, main: Loaded) -> Self {
        let projects = FrozenVec::new();
        projects.push(Box::new(main));
        Self { ctx, options, projects }
    }

    /// The project we stand in.
    pub fn main(&self) -> &Loaded {
        self.get(ProjectId::default())
    }

    /// A project.
    pub fn get(&self, id: ProjectId) -> &Loaded {
        &self.projects[id.0 as usize]
    }

    /// A task of any project.
    pub fn task(&self, id: TaskId) -> &Task {
        self.get(id.project).project.task(id)
    }

    /// What lists and labels call a task: `../api:build` where it is another
    /// project's.
    pub fn display(&self, id: TaskId) -> String {
        self.way_to(id.project) + self.task(id).display()
    }

    /// The full name of a task, with the way to its project.
    pub fn name(&self, id: TaskId) -> String {
        self.way_to(id.project) + &self.task(id).name
    }

    /// What stands before the names of a project's tasks.
    fn way_to(&self, id: ProjectId) -> String {
        if id == ProjectId::default() {
            return String::new();
        }
        let dir = relative(&self.main().project.dir, &self.get(id).project.dir);
        format!("{}:", dir.display())
    }

    /// The project that `dir`, below or beside `base`, belongs to.
    ///
    /// # Errors
    /// No such directory, or mistakes in its files that leave its environment
    /// unknown.
    pub fn reach(&self, base: &Path, dir: &str) -> Result<&Loaded, Vec<Problem>> {
        let path = self.ctx.dirs.resolve(base, dir);
        if !path.is_dir() {
            let text = format!("there is no directory {}", path.display());
            let help = format!("paths to other projects start at {}", base.display());
            return Err(vec![Problem::new("workspace::directory", text).help(help)]);
        }
        if let Some(known) = self.projects.iter().find(|p| p.project.home() == path) {
            return Ok(known);
        }
        let ctx = Context { cwd: path, ..self.ctx.clone() };
        let mut loaded = load(&ctx, &self.options);
        // A directory without files of its own belongs to the project above it.
        if let Some(known) =
            self.projects.iter().find(|p| p.project.home() == loaded.project.home())
        {
            return Ok(known);
        }
        if loaded.project.problems.iter().any(|p| p.blame == Blame::Project) {
            return Err(loaded.project.problems);
        }
        loaded.project.id = ProjectId(self.projects.len() as u32);
        loaded.project.dir = loaded.project.home().to_path_buf();
        Ok(self.projects.push_get(Box::new(loaded)))
    }
}

/// `to` as seen from `from`.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| "..");
    up.map(PathBuf::from).chain([to.components().skip(common).collect()]).collect()
}

/// `dir:task` taken apart. `None` for an ordinary name.
pub fn split_path(word: &str) -> Option<(&str, &str)> {
    let slash = word.rfind('/')?;
    let colon = slash + word[slash..].find(':')?;
    let monorepo = word.starts_with("//") || word.starts_with(':');
    (!monorepo && colon + 1 < word.len()).then(|| (&word[..colon], &word[colon + 1..]))
}

/// One evaluator for each project.
#[derive(Debug)]
pub struct Evaluators<'a> {
    workspace: &'a Workspace<'a>,
    late: Late,
    tools: Option<&'a Toolbox<'a>>,
    /// By project.
    made: Vec<Option<Evaluator<'a>>>,
}

impl<'a> Evaluators<'a> {
    /// Evaluators for one run or query.
    pub fn new(workspace: &'a Workspace<'a>, late: Late) -> Self {
        Self { workspace, late, tools: None, made: Vec::new() }
    }

    /// With tools set up for the tasks of a run.
    #[must_use]
    pub fn with_tools(mut self, tools: &'a Toolbox<'a>) -> Self {
        self.tools = Some(tools);
        self
    }

    /// Puts the tools that a task names, rendered, in the place of its
    /// project's.
    ///
    /// # Errors
    /// What mise says of them, or that there is no mise.
    pub fn task_tools(
        &self,
        id: TaskId,
        own: &[(String, String)],
        env: &mut EnvMap,
    ) -> Result<(), Problem> {
        let Some(tools) = self.tools else {
            return Ok(());
        };
        let (loaded, task) = (self.workspace.get(id.project), self.workspace.task(id));
        let beside = task.root.aside.then(|| loaded.beside(&task.root));
        tools.replace(beside.as_ref().unwrap_or(loaded), task, own, env)
    }

    /// `tools`, as a text of a project sees it.
    ///
    /// # Errors
    /// What mise says.
    pub fn tools(&self, id: ProjectId, text: &str) -> Result<Arc<serde_json::Value>, Problem> {
        tools::known(self.tools, self.workspace.get(id), text)
    }

    /// The projects they evaluate.
    pub fn workspace(&self) -> &'a Workspace<'a> {
        self.workspace
    }

    /// The evaluator of a project.
    pub fn of(&mut self, id: ProjectId) -> &mut Evaluator<'a> {
        let at = id.0 as usize;
        if self.made.len() <= at {
            self.made.resize_with(at + 1, || None);
        }
        let (workspace, late, tools) = (self.workspace, self.late, self.tools);
        self.made[at].get_or_insert_with(|| {
            Evaluator::new(workspace.ctx, workspace.get(id), late).with_tools(tools)
        })
    }

    /// True where nothing may be evaluated.
    pub fn is_raw(&self) -> bool {
        self.workspace.projects.iter().any(|p| !p.project.untrusted.is_empty())
    }

    /// True for a query: it starts no program.
    pub fn is_query(&self) -> bool {
        self.late == Late::Keep
    }

    /// True where this text stays as it is written.
    pub fn keeps(&self, text: &str) -> bool {
        (self.is_raw() && template::is_template(text))
            || (self.late == Late::Keep
                && (template::is_late(text) || self.made.iter().flatten().any(|e| e.keeps(text))))
    }

    /// The values that all of them found to be secret.
    pub fn secrets(&self) -> Secrets {
        let made = self.made.iter().flatten();
        let mut all = Secrets::default();
        made.flat_map(|e| e.secrets.iter()).for_each(|secret| all.add(secret));
        all
    }

    /// The notes of all of them.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        let made = self.made.iter().flatten();
        made.flat_map(|evaluator| evaluator.warnings.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_at_the_first_colon_after_its_last_slash() {
        assert_eq!(split_path("../api:build"), Some(("../api", "build")));
        assert_eq!(split_path("../api:test:unit"), Some(("../api", "test:unit")));
        assert_eq!(split_path("apps/web:*"), Some(("apps/web", "*")));
        for name in ["build", "test:unit", "a/b", "//a:b", ":b", "../api:"] {
            assert_eq!(split_path(name), None, "{name}");
        }
    }

    #[test]
    fn a_project_is_named_by_the_way_to_it() {
        assert_eq!(relative(Path::new("/r/web"), Path::new("/r/api")), Path::new("../api"));
        assert_eq!(relative(Path::new("/r"), Path::new("/r/api")), Path::new("api"));
        assert_eq!(relative(Path::new("/r/a/b"), Path::new("/r")), Path::new("../.."));
    }
}
