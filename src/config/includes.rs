//! Where the tasks of a place lie: the entries of its `task_config`, those
//! that a parent passes down, or the default directories. Lists paths; reads
//! none of the files.

use std::path::{Path, PathBuf};

use glob::Pattern;

use super::discover::Place;
use super::env::{Evaluator, Late, Vars};
use super::inputs::{self, Inputs};
use super::loaded::Loaded;
use super::raw::RawFile;
use super::settings::Settings;
use super::template;
use crate::model::{Blame, Problem, Scope, Spot};
use crate::sys::{Context, normalize};

/// A place and the files that were found there, weakest first.
pub(super) struct Read {
    pub(super) place: Place,
    pub(super) files: Vec<RawFile>,
}

/// What a place's `task_config` comes to.
pub(super) struct TaskSources {
    /// Directories and `.toml` files, weakest first.
    pub(super) paths: Vec<PathBuf>,
    /// Whatever lies in one of these is no task.
    pub(super) hidden: Vec<PathBuf>,
    pub(super) dir: Option<String>,
    pub(super) shell: Option<String>,
    /// The files that its tasks share.
    pub(super) inputs: Inputs,
}

/// What a `task_config` passes down with `cascade`.
#[derive(Clone, Default)]
struct Passed {
    dir: Option<String>,
    shell: Option<String>,
    includes: Option<Vec<PathBuf>>,
    inputs: Inputs,
}

/// Asked for one place after the other, the farthest first.
pub(super) struct Includes<'a> {
    ctx: &'a Context,
    loaded: &'a Loaded,
    all: Vec<&'a Read>,
    /// `vars` of all files: evaluated when an entry is a template.
    vars: Option<Vars>,
    passed: Option<Passed>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

/// An entry of a list, the file it stands in and the root it means.
struct Entry<'a> {
    text: &'a str,
    spot: &'a Spot,
    file: &'a RawFile,
    root: &'a Path,
}

impl<'a> Includes<'a> {
    /// `loaded` holds the settings and the profiles; of its project only what
    /// nobody trusts is looked at.
    pub(super) fn new(ctx: &'a Context, loaded: &'a Loaded, all: &'a [Read]) -> Self {
        let (problems, warnings) = (Vec::new(), Vec::new());
        let all = all.iter().collect();
        Self { ctx, loaded, all, vars: None, passed: None, problems, warnings }
    }

    /// For a place that is not on the way to the working directory; `above` are
    /// those above it, the farthest first.
    pub(super) fn below(
        ctx: &'a Context,
        loaded: &'a Loaded,
        above: &[&'a Read],
        read: &'a Read,
    ) -> Self {
        let mut includes = Self::new(ctx, loaded, &[]);
        includes.all = above.iter().copied().chain([read]).collect();
        let passes = |read: &&Read| read.files.iter().any(|f| f.task_config.cascade == Some(true));
        if above.iter().any(passes) {
            above.iter().for_each(|read| drop(includes.of(read)));
            // They are said where those places are read themselves.
            includes.problems.clear();
            includes.warnings.clear();
        }
        includes
    }

    /// The sources of one place.
    pub(super) fn of(&mut self, read: &'a Read) -> TaskSources {
        let Read { place, files } = read;
        let last = |pick: fn(&RawFile) -> Option<&String>| files.iter().rev().find_map(pick);
        let cascade = files.iter().rev().find_map(|f| f.task_config.cascade);
        let is_project = place.scope == Scope::Project;
        if cascade == Some(false) {
            self.passed = None;
        }
        let outer = self.passed.clone().filter(|_| is_project);
        let passes_on = is_project && (cascade == Some(true) || outer.is_some());
        let outer = outer.unwrap_or_default();
        let includes = |f: &'a RawFile| Some((f, f.task_config.includes.as_ref()?));
        let own = files.iter().rev().find_map(includes);
        let own = own.map(|(file, list)| self.expand(place, file, list, is_source));
        let passed = Passed {
            dir: last(|f| f.task_config.dir.as_ref()).cloned().or(outer.dir),
            shell: last(|f| f.task_config.shell.as_ref()).cloned().or(outer.shell),
            includes: own.or(outer.includes),
            inputs: self.inputs(read, outer.inputs),
        };
        if passes_on {
            self.passed = Some(passed.clone());
        }
        TaskSources {
            hidden: self.hidden(read),
            dir: passed.dir,
            shell: passed.shell,
            inputs: passed.inputs,
            paths: passed.includes.unwrap_or_else(|| place.task_dirs.clone()),
        }
    }

    /// `task_config.excludes` and the setting `task.disable_paths`.
    fn hidden(&mut self, read: &'a Read) -> Vec<PathBuf> {
        let excludes = |f: &'a RawFile| Some((f, f.task_config.excludes.as_ref()?));
        let own = read.files.iter().rev().find_map(excludes);
        let own = own.map(|(file, list)| self.expand(&read.place, file, list, |_| true));
        let settings: &Settings = &self.loaded.settings;
        let all = own.into_iter().flatten().chain(settings.disable_paths.iter().cloned());
        all.map(|path| normalize(&path)).collect()
    }

    /// `task_config.input_groups` and `global_inputs`, over what a parent says.
    fn inputs(&mut self, read: &'a Read, outer: Inputs) -> Inputs {
        let mut inputs = outer;
        let config = |file: &'a RawFile| &file.task_config;
        let said = |file: &&RawFile| !file.task_config.global_inputs.is_empty();
        if let Some(file) = read.files.iter().rev().find(said) {
            inputs.global = self.patterns(read, file, &config(file).global_inputs);
        }
        let said = |file: &&RawFile| !file.task_config.input_groups.is_empty();
        if let Some(file) = read.files.iter().rev().find(said) {
            for (name, list) in &config(file).input_groups {
                inputs.groups.insert(name.clone(), self.patterns(read, file, list));
            }
        }
        inputs
    }

    fn patterns(
        &mut self,
        read: &'a Read,
        file: &'a RawFile,
        list: &'a [(String, Spot)],
    ) -> Vec<String> {
        let root = &*read.place.root;
        let mut patterns = Vec::with_capacity(list.len());
        for (text, spot) in list {
            match self.rendered(&Entry { text, spot, file, root }) {
                // Nothing runs where nobody is trusted: it is shown as it is written.
                Ok(known) => patterns.push(inputs::pattern(root, known.as_ref().unwrap_or(text))),
                Err(problem) => self.problems.push(problem),
            }
        }
        patterns
    }

    fn expand(
        &mut self,
        place: &'a Place,
        file: &'a RawFile,
        list: &'a [(String, Spot)],
        keep: fn(&Path) -> bool,
    ) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for (text, spot) in list {
            let entry = Entry { text, spot, file, root: &place.root };
            match self.text(&entry) {
                Ok(None) => {}
                Ok(Some(text)) if text.contains(['*', '?', '[']) => {
                    paths.extend(self.matches(&text, entry.root).into_iter().filter(|p| keep(p)));
                }
                Ok(Some(text)) => paths.push(self.ctx.dirs.below(entry.root, text)),
                Err(problem) => self.problems.push(problem),
            }
        }
        paths
    }

    /// The entry, rendered; nothing where it is a template that nobody trusts.
    fn rendered(&mut self, entry: &Entry<'_>) -> Result<Option<String>, Problem> {
        if !template::is_template(entry.text) {
            return Ok(Some(entry.text.to_string()));
        }
        if !self.loaded.project.untrusted.is_empty() {
            return Ok(None);
        }
        self.render(entry).map(Some)
    }

    /// The path or pattern that an entry of `includes` or `excludes` means.
    fn text(&mut self, entry: &Entry<'_>) -> Result<Option<String>, Problem> {
        let rendered = self.rendered(entry).map_err(|problem| problem.blame(Blame::File))?;
        let Some(text) = rendered else {
            return Ok(None);
        };
        if text.starts_with("git::") {
            let what = "needs remote sources, which this version does not have";
            let problem = Problem::new("config::include", format!("include `{text}` {what}"));
            return Err(problem.at(entry.spot, "here").blame(Blame::File));
        }
        Ok(Some(text))
    }

    /// An entry sees the vars of all files, but only the variables of the
    /// caller and of its own file: tasks are looked for before environments
    /// are put together.
    fn render(&mut self, entry: &Entry<'_>) -> Result<String, Problem> {
        let mut evaluator = Evaluator::new(self.ctx, self.loaded, Late::Render);
        if self.vars.is_none() {
            let mut vars = Vars::new();
            for Read { place, files } in &self.all {
                for file in files {
                    evaluator
                        .vars_from(&file.vars, &place.root, &self.ctx.env, &mut vars, false)?;
                }
            }
            self.vars = Some(vars);
        }
        let vars = self.vars.get_or_insert_default();
        let mut env = self.ctx.env.clone();
        evaluator.task_env(&entry.file.env, entry.root, vars, &mut env)?;
        let scope = template::Scope {
            ctx: self.ctx,
            config_root: entry.root,
            dir: entry.root,
            env: &env,
            vars,
            usage: None,
            tools: None,
            source: Some(&entry.file.file.path),
            exec_gets_env: true,
            task: None,
            profiles: &self.loaded.profiles,
        };
        template::render(entry.text, &scope).map_err(|error| {
            let message = format!("cannot render the entry `{}`: {}", entry.text, error.message);
            let label = error.message.split(". ").next().unwrap_or_default();
            Problem::new("config::template", message).at(entry.spot, label)
        })
    }

    /// What a pattern matches, in name order.
    fn matches(&mut self, text: &str, root: &Path) -> Vec<PathBuf> {
        let below =
            |dir: &Path, rest: &str| format!("{}/{rest}", Pattern::escape(&dir.to_string_lossy()));
        let pattern = match text.strip_prefix("~/") {
            Some(rest) => below(&self.ctx.dirs.home, rest),
            None if text.starts_with('/') => text.to_string(),
            None => below(root, text),
        };
        match glob::glob(&pattern) {
            Ok(found) => found.flatten().collect(),
            Err(error) => {
                let place = root.display();
                self.warnings
                    .push(format!("failed to expand glob pattern '{text}' in '{place}': {error}"));
                Vec::new()
            }
        }
    }
}

/// What a pattern may bring in.
fn is_source(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|e| e == "toml")
}
