//! All of it: places → files → raw tasks → one `Project`. The only function
//! that the rooms above call to learn what a directory says.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;

use super::discover::{self, Place, Search};
use super::merge::{self, Named};
use super::own::OwnTask;
use super::raw::{RawFile, RawTask};
use super::settings::{Settings, SettingsLayer, TrustSettings};
use super::trust::{Intent, Judge, Kind, Trust, Verdict};
use super::{read, task_dir};
use crate::model::{Blame, OwnKeys, Problem, Project, Root, Scope, Task, strip_extension};
use crate::sys::Context;

/// What the command line says about loading.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `-E`
    pub profile: Option<String>,
    /// `--no-config`
    pub no_config: bool,
    /// What it is for.
    pub intent: Intent,
}

impl Options {
    /// For a run without flags.
    pub fn running() -> Self {
        let intent = Intent { runs: true, ..Intent::default() };
        Self { intent, ..Self::default() }
    }
}

/// A project and the settings in force.
#[derive(Debug)]
pub struct Loaded {
    /// Tasks and roots.
    pub project: Project,
    /// Settings of files and environment, before flags.
    pub settings: Settings,
    /// Active profiles, weakest first.
    pub profiles: Vec<String>,
    /// Config roots that count as trusted only because this is a run.
    pub implied: Vec<PathBuf>,
}

/// Everything gathered so far.
#[derive(Default)]
struct Gathered {
    named: IndexMap<String, Task>,
    roots: Vec<Arc<Root>>,
    layers: Vec<SettingsLayer>,
    project: Project,
    own_tasks: Vec<(String, OwnTask)>,
    /// The nearest `task_config` that asks to be passed down.
    cascade: Cascade,
}

#[derive(Clone, Default)]
struct Cascade {
    dir: Option<String>,
    shell: Option<String>,
    includes: Option<Vec<PathBuf>>,
}

/// Reads every configuration file that counts for the working directory.
/// Mistakes are collected in `Project::problems`, never returned early.
pub(super) fn load(ctx: &Context, options: &Options) -> Loaded {
    let search = Search {
        profiles: discover::profiles(ctx, options.profile.as_deref()),
        no_config: options.no_config || ctx.flag("MISE_NO_CONFIG"),
    };
    let mut all = Gathered::default();
    all.project.dir.clone_from(&ctx.cwd);
    let mut judge = None;
    for place in discover::places(ctx, &search) {
        if place.scope != Scope::Project {
            gather(ctx, &place, None, &mut all);
            continue;
        }
        let made = || Judge::new(ctx, TrustSettings::resolve(ctx, &all.layers), options.intent);
        gather(ctx, &place, Some(judge.get_or_insert_with(made)), &mut all);
    }
    let settings = Settings::resolve(ctx, &all.layers);
    let implied = judge.map(|judge| judge.implied).unwrap_or_default();
    Loaded { project: finish(all), settings, profiles: search.profiles, implied }
}

/// A directory with configuration, as far as trust is concerned.
#[derive(Debug, Clone)]
pub struct ConfigRoot {
    /// The directory.
    pub dir: PathBuf,
    /// Its configuration files.
    pub files: Vec<PathBuf>,
    /// It says that it is the root of a monorepo.
    pub monorepo: bool,
}

/// Who is trusted, by the user's own settings; reads no file of a project.
pub fn trust_here<'c>(ctx: &'c Context, profile: Option<&str>) -> Trust<'c> {
    let profiles = discover::profiles(ctx, profile);
    let mut all = Gathered::default();
    for place in discover::places(ctx, &Search { profiles, no_config: false }) {
        if place.scope != Scope::Project {
            gather(ctx, &place, None, &mut all);
        }
    }
    Trust::new(ctx, TrustSettings::resolve(ctx, &all.layers))
}

/// The config roots from `/` down to the working directory, farthest first.
/// Nothing is made of what their files hold.
pub fn config_roots(ctx: &Context, profile: Option<&str>) -> Vec<ConfigRoot> {
    let profiles = discover::profiles(ctx, profile);
    let places = discover::places(ctx, &Search { profiles, no_config: false });
    let projects = places.into_iter().filter(|place| place.scope == Scope::Project);
    let roots = projects.map(|place| {
        let mut files = place.candidates;
        files.retain(|path| path.is_file());
        let monorepo = files.iter().any(|path| read::is_monorepo_root(path));
        ConfigRoot { dir: place.root, files, monorepo }
    });
    roots.filter(|root| !root.files.is_empty()).collect()
}

/// Reads one place and lays it over what lies farther away. Without a judge
/// the place is the user's own.
fn gather(ctx: &Context, place: &Place, mut judge: Option<&mut Judge<'_>>, all: &mut Gathered) {
    let files = read_files(place, judge.as_deref_mut(), all);
    read_own(place, &files, all);
    let includes = includes(ctx, place, &files, all);
    let user_without_config = place.scope != Scope::Project && files.is_empty();
    let mut found = task_dir::Found::default();
    if !user_without_config {
        for dir in includes {
            task_dir::read_path(&dir, &mut found);
        }
    }
    if let Some(judge) = judge {
        judge_includes(place, &found.tasks, judge, all);
    }
    all.project.problems.append(&mut found.problems);
    all.project.warnings.append(&mut found.warnings);
    all.project.not_executable.append(&mut found.not_executable);
    if files.is_empty() && found.tasks.is_empty() {
        return;
    }
    add_root(place, files, found.tasks, all);
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
                all.project.tools.extend(raw.tools.take());
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
        let OwnKeys { shim, tools, grace } = table.keys;
        all.project.own.tools = tools.or(all.project.own.tools);
        all.project.own.shim = shim.or(all.project.own.shim);
        all.project.own.grace = grace.or(all.project.own.grace);
        all.own_tasks.extend(table.tasks);
    }
}

/// The task directories of a place: its own includes, else those passed down,
/// else the defaults.
fn includes(ctx: &Context, place: &Place, files: &[RawFile], all: &mut Gathered) -> Vec<PathBuf> {
    let last = |pick: fn(&RawFile) -> Option<bool>| files.iter().rev().find_map(pick);
    let cascade = last(|f| f.task_config.cascade);
    let own = files.iter().rev().find_map(|f| f.task_config.includes.as_ref());
    let own: Option<Vec<PathBuf>> = own.map(|list| {
        let mut paths = Vec::new();
        for (text, spot) in list {
            if let Some(what) = later_include(text) {
                let problem = Problem::new(
                    "config::include",
                    format!("include `{text}` needs {what}, which this version does not have"),
                );
                let problem = problem.at(spot, "here").blame(Blame::File);
                all.project.problems.push(problem);
            } else {
                paths.push(ctx.dirs.resolve(&place.root, text));
            }
        }
        paths
    });
    if cascade == Some(false) {
        all.cascade = Cascade::default();
    }
    let chosen = own.clone().or_else(|| all.cascade.includes.clone());
    if cascade == Some(true) {
        all.cascade.includes = own.or_else(|| all.cascade.includes.take());
    }
    chosen.unwrap_or_else(|| place.task_dirs.clone())
}

/// What an include entry needs that is not here yet.
fn later_include(text: &str) -> Option<&'static str> {
    if text.starts_with("git::") {
        Some("remote sources")
    } else if super::template::is_template(text) {
        Some("templates in includes")
    } else if text.contains(['*', '?', '[', '{']) {
        Some("patterns in includes")
    } else {
        None
    }
}

fn add_root(place: &Place, files: Vec<RawFile>, found: Vec<RawTask>, all: &mut Gathered) {
    let last = |pick: fn(&RawFile) -> Option<&String>| files.iter().rev().find_map(pick).cloned();
    let own_dir = last(|f| f.task_config.dir.as_ref());
    let own_shell = last(|f| f.task_config.shell.as_ref());
    let cascades = files.iter().rev().find_map(|f| f.task_config.cascade);
    let inherited = all.cascade.clone();
    if cascades == Some(true) {
        all.cascade.dir = own_dir.clone().or(inherited.dir.clone());
        all.cascade.shell = own_shell.clone().or(inherited.shell.clone());
    }
    let mut named = Named::new();
    merge::replace_all(&mut named, found);
    let mut root = Root {
        dir: place.root.clone(),
        scope: place.scope,
        rank: all.roots.len(),
        env: Vec::new(),
        vars: Vec::new(),
        task_dir: own_dir.or(inherited.dir),
        task_shell: own_shell.or(inherited.shell),
        files: Vec::new(),
    };
    for raw in files {
        root.env.extend(raw.env);
        root.vars.extend(raw.vars);
        root.files.push(raw.file);
        all.layers.push(raw.settings);
        for task in raw.tasks {
            merge::add_inline(&mut named, task);
        }
    }
    let root = Arc::new(root);
    all.roots.push(Arc::clone(&root));
    for (name, raw) in named {
        all.named.insert(name, merge::finish(raw, &root));
    }
}

fn finish(all: Gathered) -> Project {
    let mut project = all.project;
    project.roots = all.roots;
    project.tasks = all.named.into_values().collect();
    project.tasks.sort_by(|a, b| a.name.cmp(&b.name));
    name_for_display(&mut project.tasks);
    for (name, own) in all.own_tasks {
        match project.tasks.binary_search_by(|t| t.name.as_str().cmp(&name)) {
            Ok(i) => {
                project.tasks[i].grace = own.grace;
                project.tasks[i].later.extend(own.later);
            }
            Err(_) => {
                project.warnings.push(format!("mep keys for task `{name}`, which does not exist"))
            }
        }
    }
    let mut problems = Vec::new();
    for task in &mut project.tasks {
        let broken = merge::drain_broken(task);
        problems.extend(broken.iter().cloned());
        task.broken = broken;
    }
    project.problems.append(&mut problems);
    project.warnings.extend(merge::alias_clashes(&project.tasks));
    project.index();
    project
}

/// A task shows without its last extension, unless that name is taken.
fn name_for_display(tasks: &mut [Task]) {
    let names: HashSet<String> = tasks.iter().map(|t| t.name.clone()).collect();
    for task in tasks {
        let short = strip_extension(&task.name);
        if short.len() < task.name.len() && !names.contains(short) {
            task.display = short.to_string();
        }
    }
}

/// A script named by its path on the command line becomes a task of the
/// nearest root, or of the working directory.
///
/// # Errors
/// An unreadable file; `None` where there is no such file.
pub fn ad_hoc_task(
    ctx: &Context,
    project: &Project,
    word: &str,
    path: &Path,
) -> Option<Result<(Task, Vec<String>), Problem>> {
    let root = project.nearest_root().cloned().unwrap_or_else(|| {
        Arc::new(Root {
            dir: ctx.cwd.clone(),
            scope: Scope::Project,
            rank: project.roots.len(),
            env: Vec::new(),
            vars: Vec::new(),
            task_dir: None,
            task_shell: None,
            files: Vec::new(),
        })
    });
    let name = word.replace('/', ":");
    Some(task_dir::ad_hoc(path, &name)?.map(|(raw, warnings)| {
        let mut task = merge::finish(raw, &root);
        task.display = String::new();
        (task, warnings)
    }))
}
