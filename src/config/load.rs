//! All of it: places → files → raw tasks → one `Project`. The only function
//! that the rooms above call to learn what a directory says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::discover;
use super::gather::{Gathered, gather, read_place};
use super::includes::{Includes, Read, TaskSources};
use super::loaded::{Loaded, TaskDirs};
use super::members::Members;
use super::merge;
use super::miserc::Search;
use super::monorepo::{Ground, Names};
use super::own::OwnTask;
use super::settings::{Layer, Settings, TrustSettings};
use super::trust::{Intent, Judge, Trust};
use super::{read, task_dir};
use crate::model::{
    Blame, EnvDirective, EnvEntry, EnvOptions, Monorepo, Problem, Project, Root, Scope, SourceFile,
    Spot, Task, closest, full_in, split_full, strip_extension,
};
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
    /// Of a monorepo every project, not only what is on the way here.
    pub whole: bool,
}

impl Options {
    /// With every project of a monorepo.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// For a run without flags.
    pub fn running() -> Self {
        let intent = Intent { runs: true, ..Intent::default() };
        Self { intent, whole: true, ..Self::default() }
    }
}

/// Reads every configuration file that counts for the working directory.
/// Mistakes are collected in `Project::problems`, never returned early.
pub(super) fn load(ctx: &Context, options: &Options) -> Loaded {
    let mut all = Gathered::default();
    all.project.dir.clone_from(&ctx.cwd);
    let search = Search::new(ctx, options.profile.as_deref(), &mut all.project.problems);
    let no_config = options.no_config || ctx.flag("MISE_NO_CONFIG");
    let places = if no_config { Vec::new() } else { discover::places(ctx, &search) };
    all.project.warnings.extend(discover::dotted_fragments(&places, &search).map(str::to_string));
    let mut judge = None;
    let mut read: Vec<Read> = Vec::new();
    for place in places {
        let judge = (place.scope == Scope::Project).then(|| {
            let made =
                || Judge::new(ctx, TrustSettings::resolve(ctx, &layers(&read)), options.intent);
            judge.get_or_insert_with(made)
        });
        let place = read_place(place, judge, &mut all);
        read.push(place);
    }
    let settings = Settings::resolve(ctx, &layers(&read), &mut all.project.problems);
    let mut project = Project::default();
    project.untrusted.clone_from(&all.project.untrusted);
    let (profiles, implied) = (search.profiles.clone(), Vec::new());
    let task_dirs = TaskDirs::default();
    let mut loaded = Loaded { project, settings, profiles, implied, task_dirs };
    let ground = Ground::of(&read);
    let mut includes = Includes::new(ctx, &loaded, &read);
    let sources: Vec<TaskSources> = read.iter().map(|r| includes.of(r)).collect();
    let Includes { mut problems, mut warnings, .. } = includes;
    all.project.problems.append(&mut problems);
    all.project.warnings.append(&mut warnings);
    loaded.task_dirs = new_tasks(ctx, &read, &sources);
    for template in read.iter_mut().flat_map(|r| &mut r.files).flat_map(|f| &mut f.templates) {
        all.project.problems.extend(template.broken.iter().cloned());
        all.templates.insert(template.name.clone(), template.clone());
    }
    all.dotenv = dotenv(ctx, &search, &loaded.settings);
    all.experimental = loaded.settings.env.experimental;
    let aside = ground.as_ref().map(|ground| {
        let members = Members { ctx, search: &search, loaded: &loaded, ground, way: &read };
        members.gather(options.whole, judge.as_mut(), &mut all)
    });
    for (read, sources) in read.into_iter().zip(sources) {
        let is_project = read.place.scope == Scope::Project;
        let names = ground.as_ref().filter(|_| is_project).map(|g| g.names(&read.place.root));
        gather(read, sources, &names.unwrap_or(Names::Plain), judge.as_mut(), &mut all);
    }
    aside.into_iter().for_each(|aside| lay_beside(aside, &mut all));
    loaded.implied = judge.map(|judge| judge.implied).unwrap_or_default();
    loaded.project = finish(all);
    loaded
}

/// The projects beside the way, behind all that is on it.
fn lay_beside(mut aside: Gathered, all: &mut Gathered) {
    all.tasks.append(&mut aside.tasks);
    all.roots.append(&mut aside.roots);
    all.own_tasks.append(&mut aside.own_tasks);
    let from = aside.project;
    all.project.problems.extend(from.problems);
    all.project.warnings.extend(from.warnings);
    all.project.untrusted.extend(from.untrusted);
    all.project.not_executable.extend(from.not_executable);
    all.project.left_out = from.left_out;
}

/// Where new tasks that are files go: beside the nearest configuration, else here.
fn new_tasks(ctx: &Context, read: &[Read], sources: &[TaskSources]) -> TaskDirs {
    let projects =
        || read.iter().zip(sources).rev().filter(|(r, _)| r.place.scope == Scope::Project);
    let nearest = projects().find(|(read, _)| !read.files.is_empty()).or(projects().next());
    match nearest {
        Some((read, sources)) => TaskDirs {
            chosen: sources.paths != read.place.task_dirs,
            paths: sources.paths.clone(),
            usual: read.place.root.join(discover::USUAL_TASK_DIR),
        },
        None => TaskDirs { usual: ctx.cwd.join(discover::USUAL_TASK_DIR), ..TaskDirs::default() },
    }
}

/// The settings of all files, weakest first.
fn layers(read: &[Read]) -> Vec<Layer<'_>> {
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for Read { place, files } in read {
        layers.extend(files.iter().map(|file| (&*place.root, &file.settings)));
    }
    layers
}

/// The files that the setting `env_file` names, in every directory walked.
fn dotenv(ctx: &Context, search: &Search, settings: &Settings) -> Vec<EnvEntry> {
    let Some(name) = &settings.env_file else {
        return Vec::new();
    };
    let paths = discover::walked(ctx, search).into_iter().map(|dir| dir.join(name));
    let entry = |path: PathBuf| EnvEntry {
        directive: EnvDirective::File { path: path.display().to_string(), expand: false },
        spot: Spot::new(&SourceFile::new(path, String::new()), 0..0),
        options: EnvOptions::default(),
    };
    paths.filter(|path| path.is_file()).map(entry).collect()
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
    let mut all = Gathered::default();
    let search = Search::new(ctx, profile, &mut Vec::new());
    let places = discover::places(ctx, &search).into_iter();
    let users = places.filter(|place| place.scope != Scope::Project);
    let read: Vec<Read> = users.map(|place| read_place(place, None, &mut all)).collect();
    Trust::new(ctx, TrustSettings::resolve(ctx, &layers(&read)))
}

/// The config roots from `/` down to the working directory, farthest first.
/// Nothing is made of what their files hold.
pub fn config_roots(ctx: &Context, profile: Option<&str>) -> Vec<ConfigRoot> {
    let places = discover::places(ctx, &Search::new(ctx, profile, &mut Vec::new()));
    let projects = places.into_iter().filter(|place| place.scope == Scope::Project);
    let roots = projects.map(|place| {
        let mut files = place.candidates;
        files.retain(|path| path.is_file());
        let monorepo = files.iter().any(|path| read::is_monorepo_root(path));
        ConfigRoot { dir: place.root, files, monorepo }
    });
    roots.filter(|root| !root.files.is_empty()).collect()
}

/// The files of our own keys, weakest first.
pub fn own_files(ctx: &Context, profile: Option<&str>) -> Vec<PathBuf> {
    let places = discover::places(ctx, &Search::new(ctx, profile, &mut Vec::new()));
    places.into_iter().flat_map(|place| place.own).filter(|path| path.is_file()).collect()
}

/// The file that a new key of the project goes into; it may not be there yet.
pub fn writable(ctx: &Context, profile: Option<&str>) -> PathBuf {
    discover::writable(ctx, &Search::new(ctx, profile, &mut Vec::new()))
}

fn finish(all: Gathered) -> Project {
    let mut project = all.project;
    project.roots = all.roots;
    project.tasks = all.tasks;
    project.tasks.sort_by(|a, b| a.name.cmp(&b.name));
    project.tasks.dedup_by(|nearer, kept| {
        let same = nearer.name == kept.name;
        if same {
            std::mem::swap(nearer, kept);
        }
        same
    });
    name_for_display(&mut project.tasks);
    for (own, scope, dir) in all.own_tasks {
        lay_own(&mut project, own, scope, &dir);
    }
    let mut problems = Vec::new();
    for task in &mut project.tasks {
        let broken = merge::drain_broken(task);
        // A template's mistake is that of every task that uses it.
        problems.extend(broken.iter().filter(|p| !project.problems.contains(p)).cloned());
        task.broken = broken.into();
    }
    project.problems.append(&mut problems);
    project.warnings.extend(merge::alias_clashes(&project.tasks));
    project.index();
    project
}

/// Lays our own keys over the task that they mean. Keys for a task that is not
/// there are no error: another profile may have it, and the user's own file is
/// for all projects.
fn lay_own(project: &mut Project, own: OwnTask, scope: Scope, dir: &Path) {
    let OwnTask { name, spot, policy, problems } = own;
    let root = project.monorepo.as_ref().filter(|_| scope == Scope::Project);
    let path = root.and_then(|monorepo| Monorepo::path_of(&monorepo.root, dir));
    let name = path.map(|path| full_in(&path, &name).into_owned()).unwrap_or(name);
    let named = project.tasks.binary_search_by(|task| task.name.as_str().cmp(&name)).ok();
    let shown = || {
        let alias = |task: &Task| task.aliases.iter().any(|alias| task.full_alias(alias) == name);
        project.tasks.iter().position(|task| task.display() == name || alias(task))
    };
    if let Some(at) = named.or_else(shown) {
        let task = &mut project.tasks[at];
        task.policy.overlay(policy);
        let blame = Blame::Task(task.name.clone());
        task.broken.extend(problems.into_iter().map(|problem| problem.blame(blame.clone())));
        return;
    }
    project.problems.extend(problems);
    if scope == Scope::Project {
        let names = project.tasks.iter().map(|task| task.display());
        let near = closest(&name, names, 1).first().map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_default();
        let place = spot.place();
        let text = format!("there is no task `{name}` for the keys it is given ({place}){near}");
        project.warnings.push(text);
    }
}

/// A task shows without its last extension, unless that name is taken. The
/// tasks are sorted by name.
fn name_for_display(tasks: &mut [Task]) {
    for at in 0..tasks.len() {
        let name = &tasks[at].name;
        let own = split_full(name).map_or(0, |(path, _)| path.len() + 1);
        let short = &name[..own + strip_extension(&name[own..]).len()];
        let is_taken = || tasks.binary_search_by(|t| t.name.as_str().cmp(short)).is_ok();
        if short.len() < tasks[at].name.len() && !is_taken() {
            tasks[at].shown = Some(short.into());
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
            path: None,
            tools: Vec::new(),
            aside: false,
        })
    });
    let parts: Vec<_> = Path::new(word).iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.join(":");
    Some(
        task_dir::ad_hoc(path, &name)?
            .map(|(raw, warnings)| (merge::finish(Some("".into()), raw, &root), warnings)),
    )
}
