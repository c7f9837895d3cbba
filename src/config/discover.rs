//! Which files may hold configuration, weakest first. Names paths; reads
//! nothing but directory lists.
//!
//! Source of the order: `reference` behaviour of mise 2026.9.15, kept in
//! `docs/mise-compat.md`.

use std::path::{Path, PathBuf};

use crate::model::Scope;
use crate::sys::Context;

/// A directory that may hold configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The config root of its files.
    pub(super) root: PathBuf,
    /// Whose it is.
    pub(super) scope: Scope,
    /// Candidate files, weakest first; most do not exist.
    pub(super) candidates: Vec<PathBuf>,
    /// Default task directories, weakest first.
    pub(super) task_dirs: Vec<PathBuf>,
    /// Candidates for our own keys, weakest first.
    pub(super) own: Vec<PathBuf>,
}

/// What narrows the search.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    /// Active profiles, weakest first.
    pub(super) profiles: Vec<String>,
    /// Nothing is read at all.
    pub(super) no_config: bool,
}

/// Every place, weakest first: system, the user's, then from `/` down to here.
pub(super) fn places(ctx: &Context, search: &Search) -> Vec<Place> {
    if search.no_config {
        return Vec::new();
    }
    let system = user_place(&ctx.dirs.system, Scope::System, ctx, search);
    let global = user_place(&ctx.dirs.config, Scope::Global, ctx, search);
    let mut places = vec![system, global];
    for dir in walked(ctx) {
        let mut place = project_place(&dir, ctx, search);
        for user in &places[..2] {
            // `~/.config/mise/config.toml` is the user's file, also from below ~.
            if user.candidates.iter().any(|path| path.starts_with(&dir)) {
                place.candidates.retain(|path| !user.candidates.contains(path));
            }
        }
        places.push(place);
    }
    let ignored = paths(ctx, "MISE_IGNORED_CONFIG_PATHS");
    if !ignored.is_empty() {
        for place in &mut places {
            let is_ignored = |path: &PathBuf| ignored.iter().any(|i| path.starts_with(i));
            place.candidates.retain(|path| !is_ignored(path));
        }
    }
    places
}

/// Which of the directories that may hold configuration are there: asked once,
/// so that nothing inside a missing one is looked for.
#[derive(Debug, Clone, Copy)]
struct Present {
    dot_config: bool,
    dot_config_mise: bool,
    dot_mise: bool,
    mise: bool,
}

impl Present {
    fn in_dir(dir: &Path) -> Self {
        let has = |sub: &str| dir.join(sub).is_dir();
        let dot_config = has(".config");
        Self {
            dot_config,
            dot_config_mise: dot_config && has(".config/mise"),
            dot_mise: has(".mise"),
            mise: has("mise"),
        }
    }
}

/// A `:`-separated list of paths in a variable.
fn paths(ctx: &Context, variable: &str) -> Vec<PathBuf> {
    let value = ctx.env.get(variable).filter(|v| !v.is_empty());
    value.map(|v| std::env::split_paths(v).collect()).unwrap_or_default()
}

/// The directories from just below the ceiling down to the working directory.
fn walked(ctx: &Context) -> Vec<PathBuf> {
    let ceilings = paths(ctx, "MISE_CEILING_PATHS");
    let mut dirs: Vec<PathBuf> = ctx
        .cwd
        .ancestors()
        .take_while(|dir| !ceilings.iter().any(|c| c == dir))
        .map(Path::to_path_buf)
        .collect();
    dirs.reverse();
    dirs
}

fn user_place(dir: &Path, scope: Scope, ctx: &Context, search: &Search) -> Place {
    let replaced = ctx.env.get("MISE_GLOBAL_CONFIG_FILE").filter(|v| !v.is_empty());
    let candidates = match (scope, replaced) {
        (Scope::Global, Some(only)) => vec![PathBuf::from(only)],
        _ => user_candidates(dir, &search.profiles),
    };
    let own_home = ctx.dirs.config.parent().map(|p| p.join("mep"));
    let (own, task_dirs) = match scope {
        Scope::Global => (
            own_home.map(|d| vec![d.join("mep.toml")]).unwrap_or_default(),
            default_task_dirs(&ctx.dirs.global_root, Present::in_dir(&ctx.dirs.global_root)),
        ),
        _ => (Vec::new(), Vec::new()),
    };
    Place { root: ctx.dirs.global_root.clone(), scope, candidates, task_dirs, own }
}

/// In the user's directory, unlike in a project, local beats profile.
fn user_candidates(dir: &Path, profiles: &[String]) -> Vec<PathBuf> {
    let mut names = vec!["config.toml".to_string(), "mise.toml".into()];
    for e in profiles {
        names.extend([format!("config.{e}.toml"), format!("mise.{e}.toml")]);
    }
    names.extend(["config.local.toml".into(), "mise.local.toml".into()]);
    for e in profiles {
        names.extend([format!("config.{e}.local.toml"), format!("mise.{e}.local.toml")]);
    }
    let mut found = fragments(&dir.join("conf.d"));
    found.extend(names.into_iter().map(|n| dir.join(n)));
    found
}

fn project_place(dir: &Path, ctx: &Context, search: &Search) -> Place {
    let present = Present::in_dir(dir);
    let overridden = ctx.env.get("MISE_OVERRIDE_CONFIG_FILENAMES").filter(|v| !v.is_empty());
    let candidates = match overridden {
        Some(names) => std::env::split_paths(names).map(|n| dir.join(n)).collect(),
        None => project_candidates(dir, ctx, &search.profiles, present),
    };
    Place {
        root: dir.to_path_buf(),
        scope: Scope::Project,
        candidates,
        task_dirs: default_task_dirs(dir, present),
        own: vec![dir.join("mep.toml"), dir.join("mep.local.toml")],
    }
}

fn project_candidates(
    dir: &Path,
    ctx: &Context,
    profiles: &[String],
    present: Present,
) -> Vec<PathBuf> {
    let Present { dot_config, dot_config_mise, dot_mise, mise } = present;
    let mut found = Vec::new();
    let mut add = |present: bool, name: &str| {
        if present {
            found.push(dir.join(name));
        }
    };
    let conf_d = |sub: &str, present: bool| {
        if present { fragments(&dir.join(sub)) } else { Vec::new() }
    };
    for path in conf_d(".config/mise/conf.d", dot_config_mise) {
        add(true, &path.to_string_lossy());
    }
    add(dot_config_mise, ".config/mise/config.toml");
    add(dot_config_mise, ".config/mise/mise.toml");
    add(dot_config, ".config/mise.toml");
    for path in conf_d(".mise/conf.d", dot_mise) {
        add(true, &path.to_string_lossy());
    }
    add(dot_mise, ".mise/config.toml");
    for path in conf_d("mise/conf.d", mise) {
        add(true, &path.to_string_lossy());
    }
    add(mise, "mise/config.toml");
    add(true, "mise.toml");
    let extra = ctx.env.get_str("MISE_DEFAULT_CONFIG_FILENAME");
    if let Some(name) = extra.filter(|n| !n.is_empty()) {
        add(true, name);
    }
    add(true, ".mise.toml");
    add(dot_config_mise, ".config/mise/config.local.toml");
    add(dot_config_mise, ".config/mise/mise.local.toml");
    add(dot_config, ".config/mise.local.toml");
    add(dot_mise, ".mise/config.local.toml");
    add(mise, "mise/config.local.toml");
    add(true, "mise.local.toml");
    add(true, ".mise.local.toml");
    for e in profiles {
        for end in ["", ".local"] {
            add(dot_config_mise, &format!(".config/mise/config.{e}{end}.toml"));
            add(dot_config, &format!(".config/mise.{e}{end}.toml"));
            add(mise, &format!("mise/config.{e}{end}.toml"));
            add(true, &format!("mise.{e}{end}.toml"));
            add(dot_mise, &format!(".mise/config.{e}{end}.toml"));
            add(true, &format!(".mise.{e}{end}.toml"));
        }
    }
    found
}

/// `*.toml` of a `conf.d`, in name order, without dotted names.
fn fragments(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .filter(|p| !p.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')))
        .collect();
    found.sort();
    found
}

fn default_task_dirs(dir: &Path, present: Present) -> Vec<PathBuf> {
    [
        (true, "mise-tasks"),
        (true, ".mise-tasks"),
        (present.dot_mise, ".mise/tasks"),
        (present.dot_config_mise, ".config/mise/tasks"),
        (present.mise, "mise/tasks"),
    ]
    .iter()
    .filter(|(there, _)| *there)
    .map(|(_, sub)| dir.join(sub))
    .collect()
}

/// The profiles: `-E` replaces `MISE_ENV`.
pub(super) fn profiles(ctx: &Context, flag: Option<&str>) -> Vec<String> {
    let text = flag.or_else(|| ctx.env.get_str("MISE_ENV")).unwrap_or_default();
    text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(str::to_string).collect()
}
