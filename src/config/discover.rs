//! Which files may hold configuration, weakest first. Names paths; reads
//! nothing but directory lists.
//!
//! Source of the order: `reference` behaviour of mise 2026.9.15, kept in
//! `docs/mise-compat.md`.

use std::path::{Path, PathBuf};

use super::miserc::Search;
use crate::model::Scope;
use crate::sys::Context;

/// Where tasks that are files lie, where nothing says otherwise.
pub(super) const USUAL_TASK_DIR: &str = "mise-tasks";

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

/// Every place, weakest first: system, the user's, then from `/` down to here.
pub(super) fn places(ctx: &Context, search: &Search) -> Vec<Place> {
    let system = user_place(&ctx.dirs.system, Scope::System, ctx, search);
    let global = user_place(&ctx.dirs.config, Scope::Global, ctx, search);
    let mut places = vec![system, global];
    for dir in walked(ctx, search) {
        places.push(place_beside(&dir, &places[..2], ctx, search));
    }
    for place in &mut places[..2] {
        place.candidates.retain(|path| !search.ignores(path));
    }
    places
}

/// One directory of a project, without the files that are the user's.
pub(super) fn place_beside(dir: &Path, users: &[Place], ctx: &Context, search: &Search) -> Place {
    let mut place = project_place(dir, ctx, search);
    for user in users {
        // `~/.config/mise/config.toml` is the user's file, also from below ~.
        if user.candidates.iter().any(|path| path.starts_with(dir)) {
            place.candidates.retain(|path| !user.candidates.contains(path));
        }
    }
    place.candidates.retain(|path| !search.ignores(path));
    place
}

/// Names of configuration files that the environment adds to the usual ones.
pub(super) fn extra_names(ctx: &Context) -> Vec<PathBuf> {
    let set = |key| ctx.env.get(key).filter(|value| !value.is_empty());
    let overridden = set("MISE_OVERRIDE_CONFIG_FILENAMES").map(std::env::split_paths);
    let named = set("MISE_DEFAULT_CONFIG_FILENAME").map(PathBuf::from);
    overridden.into_iter().flatten().chain(named).collect()
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

/// The directories from just below the ceiling down to the working directory.
pub(super) fn walked(ctx: &Context, search: &Search) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = ctx
        .cwd
        .ancestors()
        .take_while(|dir| !search.ceilings.iter().any(|c| c == dir))
        .map(Path::to_path_buf)
        .collect();
    dirs.reverse();
    dirs
}

fn user_place(dir: &Path, scope: Scope, ctx: &Context, search: &Search) -> Place {
    let replaced = ctx.env.get("MISE_GLOBAL_CONFIG_FILE").filter(|v| !v.is_empty());
    let candidates = match (scope, replaced) {
        (Scope::Global, Some(only)) => vec![PathBuf::from(only)],
        _ => user_candidates(dir, search),
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
fn user_candidates(dir: &Path, search: &Search) -> Vec<PathBuf> {
    let fragments = |level| fragments(&dir.join("conf.d"), search, level);
    let mut found = fragments(Level::Plain);
    let mut add = |middle: &str, fragments: Vec<PathBuf>| {
        found.extend(fragments);
        found.extend(["config", "mise"].map(|n| dir.join(format!("{n}{middle}.toml"))));
    };
    add("", Vec::new());
    for e in search.all_profiles() {
        add(&format!(".{e}"), fragments(Level::Profile(e, "")));
    }
    add(".local", Vec::new());
    for e in search.all_profiles() {
        add(&format!(".{e}.local"), fragments(Level::Profile(e, ".local")));
    }
    found
}

/// The file that a new key goes into: of the nearest directory that has one, the
/// weakest that is for all profiles and no fragment; else one to be made here.
pub(super) fn writable(ctx: &Context, search: &Search) -> PathBuf {
    let plain = Search::default();
    let user = user_place(&ctx.dirs.config, Scope::Global, ctx, search);
    let is_theirs = |path: &PathBuf| {
        !search.ignores(path)
            && !user.candidates.contains(path)
            && !path.parent().is_some_and(|dir| dir.ends_with("conf.d"))
    };
    // What lies in the home directory is meant for it alone.
    let below_home = |dir: &PathBuf| *dir != ctx.dirs.home || *dir == ctx.cwd;
    let dirs = walked(ctx, search).into_iter().rev().take_while(below_home);
    let mut found = dirs.flat_map(|dir| project_place(&dir, ctx, &plain).candidates);
    let there = found.find(|path| path.is_file() && is_theirs(path));
    there.unwrap_or_else(|| ctx.cwd.join(new_name(ctx)))
}

/// What a new file is called.
fn new_name(ctx: &Context) -> PathBuf {
    let given = |key| ctx.env.get(key).filter(|value| !value.is_empty());
    let names = given("MISE_OVERRIDE_CONFIG_FILENAMES").map(std::env::split_paths);
    let first = names.and_then(|mut names| names.next());
    let default = || given("MISE_DEFAULT_CONFIG_FILENAME").map(PathBuf::from);
    first.or_else(default).unwrap_or_else(|| "mise.toml".into())
}

fn project_place(dir: &Path, ctx: &Context, search: &Search) -> Place {
    let present = Present::in_dir(dir);
    let overridden = ctx.env.get("MISE_OVERRIDE_CONFIG_FILENAMES").filter(|v| !v.is_empty());
    let candidates = match overridden {
        Some(names) => std::env::split_paths(names).map(|n| dir.join(n)).collect(),
        None => project_candidates(dir, ctx, search, present),
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
    search: &Search,
    present: Present,
) -> Vec<PathBuf> {
    let Present { dot_config, dot_config_mise, dot_mise, mise } = present;
    let mut found = Vec::new();
    let mut add = |present: bool, name: &str| {
        if present {
            found.push(dir.join(name));
        }
    };
    let conf_d = |sub: &str, present: bool, level: Level<'_>| {
        if present { fragments(&dir.join(sub), search, level) } else { Vec::new() }
    };
    for path in conf_d(".config/mise/conf.d", dot_config_mise, Level::Plain) {
        add(true, &path.to_string_lossy());
    }
    add(dot_config_mise, ".config/mise/config.toml");
    add(dot_config_mise, ".config/mise/mise.toml");
    add(dot_config, ".config/mise.toml");
    for path in conf_d(".mise/conf.d", dot_mise, Level::Plain) {
        add(true, &path.to_string_lossy());
    }
    add(dot_mise, ".mise/config.toml");
    for path in conf_d("mise/conf.d", mise, Level::Plain) {
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
    for e in search.all_profiles() {
        for end in ["", ".local"] {
            let level = Level::Profile(e, end);
            for path in conf_d(".config/mise/conf.d", dot_config_mise, level) {
                add(true, &path.to_string_lossy());
            }
            add(dot_config_mise, &format!(".config/mise/config.{e}{end}.toml"));
            add(dot_config, &format!(".config/mise.{e}{end}.toml"));
            for path in conf_d("mise/conf.d", mise, level) {
                add(true, &path.to_string_lossy());
            }
            add(mise, &format!("mise/config.{e}{end}.toml"));
            add(true, &format!("mise.{e}{end}.toml"));
            for path in conf_d(".mise/conf.d", dot_mise, level) {
                add(true, &path.to_string_lossy());
            }
            add(dot_mise, &format!(".mise/config.{e}{end}.toml"));
            add(true, &format!(".mise.{e}{end}.toml"));
        }
    }
    found
}

/// Which files of a `conf.d`.
#[derive(Debug, Clone, Copy)]
enum Level<'a> {
    /// Those that are always read.
    Plain,
    /// Those of a profile: its name, and the end `""` or `".local"`.
    Profile(&'a str, &'a str),
}

/// `*.toml` of a `conf.d`, in name order, without hidden names. A dot inside a
/// name selects a profile only where `env_conf_d` says so.
fn fragments(dir: &Path, search: &Search, level: Level<'_>) -> Vec<PathBuf> {
    let selects = search.env_conf_d == Some(true);
    if matches!(level, Level::Profile(..)) && !selects {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(stem) = name.strip_suffix(".toml").filter(|stem| !stem.starts_with('.')) else {
            return false;
        };
        let selector = stem.split_once('.').map_or("", |(_, selector)| selector);
        match level {
            Level::Plain => !selects || ["", "local"].contains(&selector),
            Level::Profile(e, end) => selector.strip_suffix(end) == Some(e),
        }
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(wanted).collect();
    found.sort();
    found
}

/// A warning where a name in a `conf.d` will mean something else one day.
pub(super) fn dotted_fragments(places: &[Place], search: &Search) -> Option<&'static str> {
    let is_dotted = |path: &PathBuf| {
        path.parent().is_some_and(|dir| dir.ends_with("conf.d"))
            && path.file_stem().is_some_and(|stem| stem.as_encoded_bytes().contains(&b'.'))
    };
    let any = || places.iter().flat_map(|place| &place.candidates).any(is_dotted);
    (search.env_conf_d.is_none() && any()).then_some(
        "deprecated [dotted_conf_d_filename]: dots in unconditional conf.d filenames are \
         deprecated because the suffix will become an environment selector; rename fragments such \
         as `node.tools.toml` to `node-tools.toml`, or set `env_conf_d = true` in a miserc.toml \
         file to opt in now This will be removed in mise 2027.8.10.",
    )
}

fn default_task_dirs(dir: &Path, present: Present) -> Vec<PathBuf> {
    [
        (true, USUAL_TASK_DIR),
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
