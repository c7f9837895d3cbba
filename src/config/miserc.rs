//! The `miserc.toml` files: what has to be known before any other file is
//! looked for. Knows only their five keys.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::value::{At, Owner, Stops, Value};
use super::{document, read};
use crate::model::{Blame, Problem};
use crate::sys::{Context, normalize};

/// What the files say; of each key the nearest one counts.
#[derive(Debug, Default)]
struct Keys {
    env: Option<Vec<String>>,
    ceiling_paths: Option<Vec<String>>,
    ignored_config_paths: Option<Vec<String>>,
    auto_env: Option<bool>,
    env_conf_d: Option<bool>,
}

/// What narrows and widens the search for files: flags, then variables, then
/// the `miserc.toml` files.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Active profiles, weakest first.
    pub(super) profiles: Vec<String>,
    /// Profiles of this system, below the active ones.
    pub(super) system_profiles: Vec<String>,
    /// Directories at which the walk to the root ends.
    pub(super) ceilings: Vec<PathBuf>,
    /// The dotted names of `conf.d` select profiles, where somebody says.
    pub(super) env_conf_d: Option<bool>,
    ignored: Vec<Ignored>,
}

/// A star stays inside one directory.
const WITH_SEPARATORS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// An entry of `ignored_config_paths`.
#[derive(Debug)]
enum Ignored {
    Below(PathBuf),
    Matching(Pattern),
}

impl Search {
    /// Reads the files. `profile` is the flag `-E`.
    pub(super) fn new(ctx: &Context, profile: Option<&str>, problems: &mut Vec<Problem>) -> Self {
        let ceilings = paths(ctx, "MISE_CEILING_PATHS");
        let keys = Keys::read(ctx, ceilings.as_deref().unwrap_or_default(), problems);
        let list = |list: Option<Vec<String>>| list.unwrap_or_default();
        let rc = |texts| list(texts).into_iter().map(PathBuf::from).collect::<Vec<_>>();
        let flag = |variable, key: Option<bool>| ctx.flag_value(variable).or(key);
        let ignored = paths(ctx, "MISE_IGNORED_CONFIG_PATHS");
        let ignored = ignored.unwrap_or_else(|| rc(keys.ignored_config_paths));
        let set = profile.filter(|text| !text.is_empty()).or_else(|| ctx.env.get_str("MISE_ENV"));
        Self {
            profiles: set.map_or_else(|| list(keys.env), names),
            system_profiles: if flag("MISE_AUTO_ENV", keys.auto_env) == Some(true) {
                system_profiles()
            } else {
                Vec::new()
            },
            ceilings: ceilings.unwrap_or_else(|| rc(keys.ceiling_paths)),
            env_conf_d: flag("MISE_ENV_CONF_D", keys.env_conf_d),
            ignored: ignored.iter().map(|path| Ignored::new(ctx, path)).collect(),
        }
    }

    /// Every profile whose files are read, weakest first.
    pub(super) fn all_profiles(&self) -> impl Iterator<Item = &String> {
        self.system_profiles.iter().chain(&self.profiles)
    }

    /// True where a file is never read.
    pub(super) fn ignores(&self, path: &Path) -> bool {
        self.ignored.iter().any(|ignored| match ignored {
            Ignored::Below(dir) => path.starts_with(dir),
            Ignored::Matching(pattern) => {
                path.ancestors().any(|path| pattern.matches_path_with(path, WITH_SEPARATORS))
            }
        })
    }
}

impl Ignored {
    fn new(ctx: &Context, path: &Path) -> Self {
        let path = ctx.dirs.resolve(&ctx.cwd, path);
        let text = path.to_string_lossy();
        match Pattern::new(&text) {
            Ok(pattern) if text.contains(['*', '?', '[']) => Self::Matching(pattern),
            _ => Self::Below(normalize(&path)),
        }
    }
}

impl Keys {
    /// The nearest file first: each fills what is still open.
    fn read(ctx: &Context, ceilings: &[PathBuf], problems: &mut Vec<Problem>) -> Self {
        let walked = ctx.cwd.ancestors().take_while(|dir| !ceilings.iter().any(|c| c == dir));
        let project = walked.flat_map(|d| [d.join(".miserc.toml"), d.join(".config/miserc.toml")]);
        let user = [&ctx.dirs.config, &ctx.dirs.system].map(|dir| dir.join("miserc.toml"));
        let mut keys = Self::default();
        for path in project.chain(user) {
            let file = match read::text(&path) {
                None => continue,
                Some(Err(problem)) => {
                    problems.push(problem);
                    continue;
                }
                Some(Ok(file)) => file,
            };
            let (root, mistakes) = document::parse(&file.text);
            problems.extend(mistakes.iter().flat_map(|m| m.problems(&file, &Blame::Project)));
            let at =
                At { file: &file, owner: Owner::File(&path), stops: Stops::Project, offset: 0 };
            for (key, value) in &root {
                if let Err(problem) = keys.key(&at, key.get_ref(), value) {
                    problems.push(problem);
                }
            }
        }
        keys
    }

    /// One key; others are passed over, as in mise.
    fn key(&mut self, at: &At<'_>, key: &str, value: &Value<'_>) -> Result<(), Problem> {
        let list = match key {
            "env" => &mut self.env,
            "ceiling_paths" => &mut self.ceiling_paths,
            "ignored_config_paths" => &mut self.ignored_config_paths,
            "auto_env" | "env_conf_d" => {
                let flag = at.boolean(key, value)?;
                let slot =
                    if key == "auto_env" { &mut self.auto_env } else { &mut self.env_conf_d };
                slot.get_or_insert(flag);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let found = at.string_list(key, value)?;
        list.get_or_insert(found);
        Ok(())
    }
}

/// A `:`-separated list of paths in a variable.
fn paths(ctx: &Context, variable: &str) -> Option<Vec<PathBuf>> {
    let value = ctx.env.get(variable).filter(|v| !v.is_empty())?;
    Some(std::env::split_paths(value).collect())
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_string).collect()
}

/// What mise calls this system, the most general name first.
fn system_profiles() -> Vec<String> {
    let os = std::env::consts::OS;
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    vec![std::env::consts::FAMILY.to_string(), os.to_string(), format!("{os}-{arch}")]
}
