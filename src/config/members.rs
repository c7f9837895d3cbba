//! The other projects of a monorepo: each is read with what lies above it, and
//! apart from the rest, so that a broken one is left out. Knows the order of
//! places, not how one is read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::discover::{self, Place};
use super::gather::{Gathered, gather, read_place};
use super::includes::{Includes, Read, TaskSources};
use super::loaded::Loaded;
use super::miserc::Search;
use super::monorepo::{Found, Ground};
use super::trust::{Judge, REFUSED};
use crate::model::{Monorepo, Problem, Scope};
use crate::sys::Context;

/// The code of a task whose template is missing: it alone cannot run.
const UNEXTENDED: &str = "config::extends";

/// What reading them needs.
pub(super) struct Members<'a> {
    pub(super) ctx: &'a Context,
    pub(super) search: &'a Search,
    /// With the settings of the way to the working directory.
    pub(super) loaded: &'a Loaded,
    pub(super) ground: &'a Ground,
    /// The places on that way, weakest first, users' first.
    pub(super) way: &'a [Read],
}

/// A place beside the way.
struct Aside {
    read: Read,
    /// What was found there.
    found: Gathered,
    /// Its tasks count: it is a project, not only above one.
    is_project: bool,
}

impl Members<'_> {
    /// Notes in `all` where in the monorepo we stand. Where the `whole` of it is asked
    /// for, gathers the projects that are not on the way.
    pub(super) fn gather(
        &self,
        whole: bool,
        judge: Option<&mut Judge<'_>>,
        all: &mut Gathered,
    ) -> Gathered {
        let extra = discover::extra_names(self.ctx);
        let (settings, warnings) = (&self.loaded.settings.monorepo, &mut all.project.warnings);
        let found = whole.then(|| self.ground.projects(settings, &extra, warnings));
        all.project.monorepo = self.here(found.as_ref());
        let mut aside = Gathered {
            templates: all.templates.clone(),
            experimental: all.experimental,
            ..Gathered::default()
        };
        if let Some(found) = found {
            self.read(&found, judge, self.way.len(), &mut aside);
        }
        aside
    }

    /// The nearest directory with configuration, or that the root lists, is where
    /// we stand.
    fn here(&self, found: Option<&Found>) -> Option<Monorepo> {
        let listed = found.filter(|_| self.ground.lists());
        let configures = |dir: &&Path| {
            let here = self.way.iter().find(|read| read.place.root == **dir);
            here.is_some_and(|read| !read.files.is_empty())
                || listed.is_some_and(|found| found.contains_key(*dir))
        };
        let root = &self.ground.root;
        let here = self.ctx.cwd.ancestors().find(configures).unwrap_or(root);
        Monorepo::path_of(root, here).map(|here| Monorepo { root: root.clone(), here })
    }

    /// Reads all of `projects` that are not on the way; adds them to `all`.
    fn read(
        &self,
        projects: &Found,
        mut judge: Option<&mut Judge<'_>>,
        rank: usize,
        all: &mut Gathered,
    ) {
        let mut asides: Vec<Aside> = Vec::new();
        for place in self.places(projects) {
            let mut found = Gathered { aside: Some(0), ..Gathered::default() };
            let read = read_place(place, judge.as_deref_mut(), &mut found);
            let dir = &read.place.root;
            let is_empty =
                read.files.is_empty() && !read.place.task_dirs.iter().any(|d| d.is_dir());
            if is_empty && projects.get(dir) == Some(&true) {
                let dir = dir.strip_prefix(&self.ground.root).unwrap_or(dir).display();
                all.project
                    .warnings
                    .push(format!("[monorepo].config_roots: '{dir}' has no mise config file"));
            }
            let is_project = !is_empty && projects.contains_key(dir);
            asides.push(Aside { read, found, is_project });
        }
        let sources: Vec<_> =
            (0..asides.len()).map(|at| self.sources(&mut asides, at, all)).collect();
        let mut next = rank;
        for (aside, sources) in asides.into_iter().zip(sources) {
            let Aside { read, mut found, is_project } = aside;
            found.aside = Some(next);
            let root = read.place.root.clone();
            gather(read, sources, &self.ground.names(&root), judge.as_deref_mut(), &mut found);
            next += found.roots.len();
            self.add(root, found, is_project, all);
        }
    }

    /// The projects, and the directories between them and the root.
    fn places(&self, projects: &Found) -> Vec<Place> {
        let root = &self.ground.root;
        let mut dirs: BTreeSet<PathBuf> = BTreeSet::new();
        for project in projects.keys() {
            let above = project.ancestors().take_while(|dir| dir != root);
            dirs.extend(above.map(PathBuf::from));
        }
        let users: Vec<Place> = self.way.iter().take(2).map(|read| read.place.clone()).collect();
        let aside = |dir: &PathBuf| self.way.iter().all(|read| read.place.root != *dir);
        let place = |dir: PathBuf| discover::place_beside(&dir, &users, self.ctx, self.search);
        dirs.into_iter().filter(aside).map(place).collect()
    }

    /// Where the tasks of one of them lie, and the templates that they may use.
    fn sources(&self, asides: &mut [Aside], at: usize, all: &Gathered) -> TaskSources {
        let (before, rest) = asides.split_at_mut(at);
        let Aside { read, found, .. } = &mut rest[0];
        let dir = read.place.root.clone();
        let is_above =
            |r: &&Read| r.place.scope != Scope::Project || dir.starts_with(&r.place.root);
        let near: Vec<&Read> = before.iter().map(|aside| &aside.read).filter(is_above).collect();
        found.templates.clone_from(&all.templates);
        for file in near.iter().copied().chain([&*read]).flat_map(|read| &read.files) {
            found.project.problems.extend(file.templates.iter().flat_map(|t| t.broken.clone()));
            found.templates.extend(file.templates.iter().map(|t| (t.name.clone(), t.clone())));
        }
        found.experimental = all.experimental;
        let above: Vec<&Read> = self.way.iter().filter(is_above).chain(near).collect();
        let mut includes = Includes::below(self.ctx, self.loaded, &above, read);
        let sources = includes.of(read);
        found.project.problems.append(&mut includes.problems);
        found.project.warnings.append(&mut includes.warnings);
        sources
    }

    /// Adds what was found in a place. A mistake in it leaves the project out, so
    /// that it stops nobody who has no use for it.
    fn add(&self, dir: PathBuf, mut found: Gathered, is_project: bool, all: &mut Gathered) {
        let tasks = &mut found.tasks;
        let broken = tasks.iter().flat_map(|task| &task.broken).filter(|p| p.code != UNEXTENDED);
        let mut problems: Vec<Problem> = broken.cloned().collect();
        problems.append(&mut found.project.problems);
        let (refused, problems): (Vec<_>, _) =
            problems.into_iter().partition(|p| p.code == REFUSED);
        all.project.problems.extend(refused);
        all.project.untrusted.append(&mut found.project.untrusted);
        if !problems.is_empty() {
            let path = Monorepo::path_of(&self.ground.root, &dir).unwrap_or_default();
            all.project.warnings.push(left_out(&path, &problems[0]));
            all.project.left_out.push((path, problems));
            return;
        }
        all.project.warnings.append(&mut found.project.warnings);
        all.roots.append(&mut found.roots);
        if is_project {
            all.project.not_executable.append(&mut found.project.not_executable);
            all.tasks.append(tasks);
            all.own_tasks.append(&mut found.own_tasks);
        }
    }
}

fn left_out(path: &str, problem: &Problem) -> String {
    let place = problem.labels.first().map(|label| format!(" ({})", label.spot.place()));
    format!("{path} is left out: {}{}", problem.message, place.unwrap_or_default())
}
