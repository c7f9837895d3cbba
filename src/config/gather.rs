//! Reads one place after the other and lays what it says over what lies
//! farther away. Knows no order of places: `load` and `members` do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::discover::Place;
use super::extends::{self, Templates};
use super::includes::{Read, TaskSources};
use super::merge::Named;
use super::monorepo::Names;
use super::own::OwnTask;
use super::raw::{RawFile, RawTask};
use super::trust::{Judge, Kind, Verdict};
use super::{read, task_dir};
use crate::model::{Blame, EnvEntry, OwnKeys, Problem, Project, Root, Scope, Task};

/// Everything gathered so far.
#[derive(Default)]
pub(super) struct Gathered {
    /// The farthest root's first; a later one of the same name replaces it.
    pub(super) tasks: Vec<Task>,
    pub(super) roots: Vec<Arc<Root>>,
    pub(super) project: Project,
    /// With the places that they are for.
    pub(super) own_tasks: Vec<(OwnTask, Scope, PathBuf)>,
    pub(super) templates: Templates,
    /// The dotenv files of the setting `env_file`, the farthest first: below
    /// the `[env]` of every file.
    pub(super) dotenv: Vec<EnvEntry>,
    /// The setting `experimental`.
    pub(super) experimental: bool,
    /// The roots are beside the way, and this is the rank of the first one.
    pub(super) aside: Option<usize>,
}

/// Reads the files of one place. Without a judge the place is the user's own.
pub(super) fn read_place(place: Place, judge: Option<&mut Judge<'_>>, all: &mut Gathered) -> Read {
    let files = read_files(&place, judge, all);
    read_own(&place, &files, all);
    Read { place, files }
}

/// Reads the tasks of one place and lays it over what lies farther away.
pub(super) fn gather(
    read: Read,
    sources: TaskSources,
    names: &Names,
    judge: Option<&mut Judge<'_>>,
    all: &mut Gathered,
) {
    let Read { place, mut files } = read;
    let user_without_config = place.scope != Scope::Project && files.is_empty();
    let mut found = task_dir::Found::default();
    if *names == Names::Foreign {
        files.iter_mut().for_each(|file| file.tasks.clear());
    } else if !user_without_config {
        for path in &sources.paths {
            task_dir::read_path(path, &sources.hidden, &mut found);
        }
    }
    if let Some(judge) = judge.filter(|_| place.scope == Scope::Project) {
        judge_includes(&place, &found.tasks, judge, all);
    }
    all.project.problems.append(&mut found.problems);
    all.project.warnings.append(&mut found.warnings);
    all.project.not_executable.append(&mut found.not_executable);
    if files.is_empty() && found.tasks.is_empty() {
        return;
    }
    add_root(&place, files, found.tasks, sources, names, all);
}

fn read_files(
    place: &Place,
    mut judge: Option<&mut Judge<'_>>,
    all: &mut Gathered,
) -> Vec<RawFile> {
    let mut files = Vec::new();
    for path in &place.candidates {
        match read::text(path) {
            None => {}
            Some(Err(problem)) => all.project.problems.push(problem),
            Some(Ok(file)) => {
                if let Some(judge) = judge.as_deref_mut()
                    && !may_count(judge.file(&place.root, &file, Kind::Config), path, all)
                {
                    continue;
                }
                let mut raw = read::config(&file, place.scope);
                all.project.problems.append(&mut raw.problems);
                all.project.warnings.append(&mut raw.warnings);
                all.project.tools.extend(raw.tools.clone());
                all.project.deps.append(&mut raw.deps);
                files.push(raw);
            }
        }
    }
    files
}

/// Notes what was found about a file; false where it does not count.
fn may_count(verdict: Verdict, path: &Path, all: &mut Gathered) -> bool {
    match verdict {
        Verdict::Read => true,
        Verdict::Raw => {
            all.project.untrusted.push(path.to_path_buf());
            true
        }
        Verdict::Absent => false,
        Verdict::Refused(problem) => {
            all.project.problems.push(problem);
            false
        }
    }
}

/// Scripts and included files need trust where they hold templates.
fn judge_includes(place: &Place, tasks: &[RawTask], judge: &mut Judge<'_>, all: &mut Gathered) {
    let mut last: Option<&Path> = None;
    for task in tasks {
        let file = &task.spot.file;
        if last.replace(&file.path) != Some(&file.path) {
            may_count(judge.file(&place.root, file, Kind::Include), &file.path, all);
        }
    }
}

/// `[_.mep]` of the files, then `mep.toml` over it.
fn read_own(place: &Place, files: &[RawFile], all: &mut Gathered) {
    let mut tables: Vec<_> = files.iter().filter_map(|f| f.own.clone()).collect();
    for path in &place.own {
        match read::text(path) {
            None => {}
            Some(Err(problem)) => all.project.problems.push(problem),
            Some(Ok(file)) => {
                let (own, mut problems) = read::own_file(&file);
                all.project.problems.append(&mut problems);
                tables.push(own);
            }
        }
    }
    for table in tables {
        let OwnKeys { shim, tools, grace, leaks, jobserver, record, unlinted } = table.keys;
        let own = &mut all.project.own;
        own.tools = tools.or(own.tools);
        own.shim = shim.or(own.shim);
        own.grace = grace.or(own.grace);
        own.leaks = leaks.or(own.leaks);
        own.jobserver = jobserver.or(own.jobserver);
        own.record = record.over(own.record);
        own.unlinted.extend(unlinted);
        let tasks = table.tasks.into_iter();
        all.own_tasks.extend(tasks.map(|task| (task, place.scope, place.root.clone())));
    }
}

fn add_root(
    place: &Place,
    files: Vec<RawFile>,
    mut found: Vec<RawTask>,
    sources: TaskSources,
    names: &Names,
    all: &mut Gathered,
) {
    found.iter_mut().for_each(|task| extends::apply(task, &all.templates));
    let mut named = Named::new(found);
    let mut root = Root {
        dir: place.root.clone(),
        scope: place.scope,
        rank: all.aside.unwrap_or_default() + all.roots.len(),
        env: std::mem::take(&mut all.dotenv),
        vars: Vec::new(),
        task_dir: sources.dir,
        task_shell: sources.shell,
        files: Vec::new(),
        path: match names {
            Names::Below(path) => Some(path.clone()),
            Names::Plain | Names::Foreign => None,
        },
        tools: files.iter().filter_map(|file| file.tools.clone()).collect(),
        aside: all.aside.is_some(),
    };
    for raw in files {
        root.env.extend(raw.env);
        root.vars.extend(raw.vars);
        root.files.push(raw.file);
        let mut tasks = raw.tasks;
        tasks.iter_mut().for_each(|task| extends::apply(task, &all.templates));
        named.add_inline(tasks);
    }
    let root = Arc::new(root);
    all.roots.push(Arc::clone(&root));
    all.tasks.reserve(named.len());
    let first = all.tasks.len();
    all.tasks.extend(named.finish(&root));
    for task in &mut all.tasks[first..] {
        root.path.iter().for_each(|path| name_in_full(task, path));
        let laid = sources.inputs.lay(task, all.experimental, &mut all.project.warnings);
        // Where all tasks have the same mistake, once is enough.
        let news = |p: &Problem| all.project.problems.iter().all(|q| q.message != p.message);
        let news = laid.err().filter(news);
        all.project.problems.extend(news);
    }
}

/// Puts the path of its project before the name of a task.
fn name_in_full(task: &mut Task, path: &str) {
    let name = format!("{path}:{}", task.name);
    for problem in task.broken.iter_mut().filter(|p| p.blame == Blame::Task(task.name.clone())) {
        problem.blame = Blame::Task(name.clone());
    }
    task.name = name;
    task.shown = None;
}
