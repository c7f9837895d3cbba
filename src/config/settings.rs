//! The settings that touch tasks: from files, environment and flags, with
//! mise's names and precedence.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::sandbox;
use super::setting_names::{self, GLOBAL_ONLY, Kind};
use super::value::{At, Value};
use crate::model::{Dialect, OutputStyle, Problem, Sandbox, Scope, closest};
use crate::sys::Context;

/// Every style of the reference, then two of our own.
pub const STYLES: [&str; 9] = [
    "prefix", "interleave", "keep-order", "replacing", "timed", "quiet", "silent", "grouped",
    "failures",
];

/// A style by its name.
pub fn parse_style(name: &str) -> Option<OutputStyle> {
    match name {
        "prefix" => Some(OutputStyle::Prefix),
        "interleave" => Some(OutputStyle::Interleave),
        "keep-order" => Some(OutputStyle::KeepOrder),
        "replacing" => Some(OutputStyle::Replacing),
        "timed" => Some(OutputStyle::Timed),
        "grouped" => Some(OutputStyle::Grouped),
        "failures" => Some(OutputStyle::Failures),
        _ => None,
    }
}

/// One source of settings; `None` is "not said".
#[derive(Debug, Clone, Default)]
pub(super) struct SettingsLayer {
    values: Vec<(String, Setting)>,
}

#[derive(Debug, Clone)]
enum Setting {
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<String>),
}

/// Settings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Tasks side by side, at least 1; `None` where nobody says.
    pub jobs: Option<usize>,
    /// No lines of ours, and no warnings.
    pub quiet: bool,
    /// No lines of ours about tasks.
    pub task_quiet: bool,
    /// No output of tasks either.
    pub silent: bool,
    /// Inherited streams, one at a time.
    pub raw: bool,
    /// 0, 1 (`-v`) or 2.
    pub verbose: u8,
    /// Questions are answered with yes.
    pub yes: bool,
    /// Running in CI.
    pub ci: bool,
    /// `task.output`
    pub output: Option<OutputStyle>,
    /// It is `silent`: tasks without a style of their own print nothing.
    pub output_silent: bool,
    /// It is the deprecated `quiet`.
    pub old_output: bool,
    /// `task.timings`
    pub timings: Option<bool>,
    /// `task.timeout`, as it is written: how long a run may take.
    pub timeout: Option<String>,
    /// Whole commands in the echo line.
    pub show_full_cmd: bool,
    /// Names of tasks to leave out.
    pub skip: Vec<String>,
    /// Leave out dependencies.
    pub skip_depends: bool,
    /// Freshness by content.
    pub hash_contents: bool,
    /// Equal times are fresh.
    pub equal_mtime: bool,
    /// The shell of scripts that name none.
    pub inline_shell: String,
    /// What evaluating `[env]` depends on.
    pub env: EnvSettings,
    /// Help does not show what `arg()` and its like declare.
    pub hides_script_args: bool,
    /// `task.run_auto_install`: missing tools are installed before a run.
    pub install_tools: bool,
    /// Executable files run through a shell.
    pub file_shell: bool,
    /// The shell of files that name none.
    pub default_file_shell: String,
    /// Where no tasks are looked for.
    pub disable_paths: Vec<PathBuf>,
    /// The name of a dotenv file in this directory and those above it.
    pub env_file: Option<String>,
    /// No task may run.
    pub safe: bool,
    /// What no task may touch; the flags' part is added to it.
    pub sandbox: Sandbox,
    /// How the projects of a monorepo are found.
    pub monorepo: MonorepoSettings,
}

/// Settings for a monorepo that does not list its projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonorepoSettings {
    /// So many directories down.
    pub depth: usize,
    /// Names of directories that are none; where there are none, the usual ones.
    pub excluded: Vec<String>,
    /// What git ignores is none either.
    pub respects_ignored: bool,
}

/// Settings that only `[env]` has use for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvSettings {
    /// `$X` in values is expanded.
    pub shell_expand: bool,
    /// `experimental`: age values need it.
    pub experimental: bool,
    /// An age value that stays closed is an error.
    pub age_strict: bool,
    /// Where the age key lies.
    pub age_key_file: Option<String>,
    /// More files with age keys.
    pub age_identity_files: Vec<String>,
    /// Private SSH keys, instead of those in `~/.ssh`.
    pub age_ssh_identity_files: Vec<String>,
    /// A sops file that stays closed is an error.
    pub sops_strict: bool,
    /// An age key for sops.
    pub sops_age_key: Option<String>,
    /// A file with an age key for sops.
    pub sops_age_key_file: Option<String>,
    /// Virtual environments are made by Python, never by uv.
    pub venv_stdlib: bool,
}

/// The settings that decide what is trusted. They come from the environment
/// and the user's own files: a project does not vouch for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TrustSettings {
    pub(super) paranoid: bool,
    pub(super) ci: bool,
    pub(super) paths: Vec<std::path::PathBuf>,
}

impl TrustSettings {
    /// `layers` are those of the user's own files.
    pub(super) fn resolve(ctx: &Context, layers: &[Layer<'_>]) -> Self {
        let from = Source { ctx, layers };
        let flag = |key: &str, variable: &str| from.flag(key, variable).unwrap_or(false);
        let set = ctx.env.get("MISE_TRUSTED_CONFIG_PATHS").filter(|v| !v.is_empty());
        let paths = match set {
            Some(paths) => std::env::split_paths(paths).collect(),
            None => match from.setting("trusted_config_paths") {
                Some(Setting::List(list)) => list.iter().map(Into::into).collect(),
                Some(Setting::Text(text)) => std::env::split_paths(text).collect(),
                _ => Vec::new(),
            },
        };
        Self { paranoid: flag("paranoid", "MISE_PARANOID"), ci: flag("ci", "CI"), paths }
    }
}

/// The notes that reading settings gives.
pub(super) type Notes = Vec<String>;

/// What reading one file's settings fills.
struct Reading<'a> {
    at: &'a At<'a>,
    scope: Scope,
    layer: SettingsLayer,
    notes: &'a mut Notes,
}

/// Reads `[settings]`.
pub(super) fn read(
    at: &At<'_>,
    value: &Value<'_>,
    scope: Scope,
    notes: &mut Notes,
) -> Result<SettingsLayer, Problem> {
    let mut reading = Reading { at, scope, layer: SettingsLayer::default(), notes };
    reading.table("", at.table("settings", value)?)?;
    Ok(reading.layer)
}

impl Reading<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) -> Result<(), Problem> {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            if key.get_ref().contains('.') {
                // A quoted name with a dot is none of mise's.
                self.unknown(&name);
                continue;
            }
            let is_group = setting_names::GROUPS.contains(&name.as_str());
            match (value.get_ref(), setting_names::kind(&name)) {
                (DeValue::Table(inner), _) if is_group => self.table(&format!("{name}."), inner)?,
                (_, _) if is_group => return Err(self.at.wrong(&name, value, "a table")),
                (_, None) => match setting_names::modern(&name) {
                    Some(new) => self.deprecated(&name, new, value)?,
                    None if setting_names::is_strict(&name) => {
                        let near: Vec<&str> = setting_names::names().collect();
                        return Err(self.unknown_in_group(&name, key, &near));
                    }
                    None => self.unknown(&name),
                },
                (_, Some(kind)) => self.setting(&name, &name, kind, value)?,
            }
        }
        Ok(())
    }

    fn unknown(&mut self, name: &str) {
        let path = self.at.file.path.display();
        self.notes.push(format!("unknown field in {path}: settings.{name}"));
    }

    fn unknown_in_group(
        &self,
        name: &str,
        key: &Spanned<impl AsRef<str>>,
        known: &[&str],
    ) -> Problem {
        let message = format!("unknown setting `{name}`");
        let problem = Problem::new("config::unknown-key", message)
            .at(&self.at.spot(key.span()), "not a setting")
            .blame(self.at.stops.into());
        match closest(name, known.iter().copied(), 1).first() {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        }
    }

    fn deprecated(&mut self, old: &str, new: &str, value: &Value<'_>) -> Result<(), Problem> {
        self.notes.push(format!(
            "deprecated [setting.{old}]: Use {new} instead. This will be removed in mise 2027.2.0."
        ));
        match setting_names::kind(new) {
            Some(kind) => self.setting(old, new, kind, value),
            None => Ok(()),
        }
    }

    /// Reads a value under its written name, keeps it under the one of today.
    fn setting(
        &mut self,
        written: &str,
        name: &str,
        kind: Kind,
        value: &Value<'_>,
    ) -> Result<(), Problem> {
        let path = self.at.file.path.display();
        if self.scope == Scope::Project && GLOBAL_ONLY.contains(&name) {
            let why = "is ignored for security reasons";
            self.notes.push(format!("{name} in non-global config {path} {why}"));
        }
        let read = typed(self.at, written, kind, value)?;
        if self.scope != Scope::Project || !GLOBAL_ONLY.contains(&name) {
            self.layer.values.extend(read.map(|setting| (name.to_string(), setting)));
        }
        Ok(())
    }
}

/// A value of the type that its setting has. Those of other settings are not
/// looked at.
fn typed(
    at: &At<'_>,
    name: &str,
    kind: Kind,
    value: &Value<'_>,
) -> Result<Option<Setting>, Problem> {
    let name = format!("settings.{name}");
    let setting = match (kind, value.get_ref()) {
        (Kind::Other, _) => return Ok(None),
        (Kind::Flag, _) => Setting::Flag(at.boolean(&name, value)?),
        (Kind::List, _) => Setting::List(at.string_list(&name, value)?),
        (Kind::Text, _) => Setting::Text(at.string(&name, value)?),
        (Kind::Style, DeValue::String(text)) if STYLES.contains(&text.as_ref()) => {
            Setting::Text(text.to_string())
        }
        (Kind::Style, _) => {
            return Err(at.wrong(&name, value, &format!("one of {}", STYLES.join(", "))));
        }
        (Kind::Number, DeValue::Integer(_)) => {
            match super::value::integer_text_of(value).parse::<i64>() {
                Ok(number) if number >= 0 => Setting::Number(number),
                _ => return Err(at.wrong(&name, value, "a number from 0 on")),
            }
        }
        (Kind::Number, _) => return Err(at.wrong(&name, value, "a number")),
    };
    Ok(Some(setting))
}

/// Variables that have to mean yes or no, and mean neither.
fn bad_flags(ctx: &Context) -> impl Iterator<Item = Problem> {
    setting_names::flags().filter_map(|name| {
        let variable = format!("MISE_{}", name.replace('.', "_").to_uppercase());
        let value = ctx.env.get(&variable)?.to_string_lossy();
        let word = value.trim().to_ascii_lowercase();
        if ["", "0", "1", "true", "false", "yes", "no", "on", "off", "y", "n"]
            .contains(&word.as_str())
        {
            return None;
        }
        let text = format!("`{variable}` must be true or false, not `{value}`");
        Some(Problem::new("config::variable", text).help("set it to 1 or 0, or unset it"))
    })
}

impl SettingsLayer {
    fn get(&self, key: &str) -> Option<&Setting> {
        self.values.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// A file's settings and the root that its relative paths mean.
pub(super) type Layer<'a> = (&'a Path, &'a SettingsLayer);

/// Looks a key up in the environment, then in the layers, strongest last.
struct Source<'a> {
    ctx: &'a Context,
    layers: &'a [Layer<'a>],
}

impl Source<'_> {
    fn setting(&self, key: &str) -> Option<&Setting> {
        self.layers.iter().rev().find_map(|(_, layer)| layer.get(key))
    }

    fn flag(&self, key: &str, variable: &str) -> Option<bool> {
        self.ctx.flag_value(variable).or_else(|| match self.setting(key) {
            Some(Setting::Flag(flag)) => Some(*flag),
            _ => None,
        })
    }

    fn text(&self, key: &str, variable: &str) -> Option<String> {
        let set = self.ctx.env.get_str(variable).filter(|v| !v.is_empty());
        set.map(str::to_string).or_else(|| match self.setting(key) {
            Some(Setting::Text(text)) => Some(text.clone()),
            _ => None,
        })
    }

    fn list(&self, key: &str, variable: &str) -> Vec<String> {
        let words = |text: &str| text.split(',').map(|w| w.trim().to_string()).collect();
        match (self.ctx.env.get_str(variable), self.setting(key)) {
            (Some(text), _) if !text.is_empty() => words(text),
            (_, Some(Setting::List(list))) => list.clone(),
            (_, Some(Setting::Text(text))) => words(text),
            _ => Vec::new(),
        }
    }

    /// Paths of a variable mean the working directory, those of a file its root.
    fn paths(&self, key: &str, variable: &str) -> Vec<PathBuf> {
        if let Some(set) = self.ctx.env.get(variable).filter(|v| !v.is_empty()) {
            return std::env::split_paths(set).map(|path| self.ctx.cwd.join(path)).collect();
        }
        let lists = self.layers.iter().rev().filter_map(|(root, layer)| match layer.get(key) {
            Some(Setting::List(list)) => Some(list.iter().map(|path| root.join(path)).collect()),
            _ => None,
        });
        lists.into_iter().next().unwrap_or_default()
    }

    fn number(&self, key: &str, variable: &str) -> Option<usize> {
        let set = self.ctx.env.get_str(variable).and_then(|v| v.parse().ok());
        let number = set.or_else(|| match self.setting(key) {
            Some(Setting::Number(number)) => Some(*number),
            _ => None,
        });
        number.map(|n: i64| n.max(0) as usize)
    }
}

/// mise starts 8; we start as many as there are cores, and at least 4. Asking
/// for the cores reads several files, so only a run that has use for it asks.
pub fn default_jobs(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Mise => 8,
        Dialect::Mep => std::thread::available_parallelism().map_or(4, |n| n.get().max(4)),
    }
}

impl Settings {
    /// Merges the layers (weakest first) under the environment.
    pub(super) fn resolve(
        ctx: &Context,
        layers: &[Layer<'_>],
        problems: &mut Vec<Problem>,
    ) -> Self {
        problems.extend(bad_flags(ctx));
        let from = Source { ctx, layers };
        let flag = |key: &str, variable: &str| from.flag(key, variable).unwrap_or(false);
        let style = from.text("task.output", "MISE_TASK_OUTPUT");
        let style = style.as_deref();
        Self {
            jobs: from.number("jobs", "MISE_JOBS").map(|n| n.max(1)),
            quiet: flag("quiet", "MISE_QUIET"),
            task_quiet: flag("task.quiet", "MISE_TASK_QUIET")
                || matches!(style, Some("quiet" | "silent")),
            silent: flag("silent", "MISE_SILENT"),
            raw: flag("raw", "MISE_RAW"),
            verbose: u8::from(flag("verbose", "MISE_VERBOSE")),
            yes: flag("yes", "MISE_YES"),
            ci: flag("ci", "CI"),
            output: match style {
                Some("quiet") => Some(OutputStyle::Interleave),
                other => other.and_then(parse_style),
            },
            output_silent: style == Some("silent"),
            old_output: style == Some("quiet"),
            timings: from.flag("task.timings", "MISE_TASK_TIMINGS"),
            timeout: from.text("task.timeout", "MISE_TASK_TIMEOUT"),
            show_full_cmd: flag("task.show_full_cmd", "MISE_TASK_SHOW_FULL_CMD"),
            skip: from.list("task.skip", "MISE_TASK_SKIP"),
            skip_depends: flag("task.skip_depends", "MISE_TASK_SKIP_DEPENDS"),
            hash_contents: flag(
                "task.source_freshness_hash_contents",
                "MISE_TASK_SOURCE_FRESHNESS_HASH_CONTENTS",
            ),
            equal_mtime: flag(
                "task.source_freshness_equal_mtime_is_fresh",
                "MISE_TASK_SOURCE_FRESHNESS_EQUAL_MTIME_IS_FRESH",
            ),
            inline_shell: from
                .text("unix_default_inline_shell_args", "MISE_UNIX_DEFAULT_INLINE_SHELL_ARGS")
                .unwrap_or_else(|| "sh -o errexit -c".into()),
            install_tools: from.flag("task.run_auto_install", "MISE_TASK_RUN_AUTO_INSTALL")
                != Some(false),
            env: EnvSettings::resolve(&from),
            hides_script_args: flag(
                "task.disable_spec_from_run_scripts",
                "MISE_TASK_DISABLE_SPEC_FROM_RUN_SCRIPTS",
            ),
            file_shell: flag(
                "use_file_shell_for_executable_tasks",
                "MISE_USE_FILE_SHELL_FOR_EXECUTABLE_TASKS",
            ),
            default_file_shell: from
                .text("unix_default_file_shell_args", "MISE_UNIX_DEFAULT_FILE_SHELL_ARGS")
                .unwrap_or_else(|| "sh".into()),
            disable_paths: from.paths("task.disable_paths", "MISE_TASK_DISABLE_PATHS"),
            env_file: from.text("env_file", "MISE_ENV_FILE").filter(|name| !name.is_empty()),
            safe: flag("safe", "MISE_SAFE"),
            sandbox: sandbox::of_settings(flag),
            monorepo: MonorepoSettings::resolve(&from),
        }
    }
}

impl MonorepoSettings {
    fn resolve(from: &Source<'_>) -> Self {
        let respects = "task.monorepo_respect_gitignore";
        Self {
            depth: from.number("task.monorepo_depth", "MISE_TASK_MONOREPO_DEPTH").unwrap_or(5),
            excluded: from.list("task.monorepo_exclude_dirs", "MISE_TASK_MONOREPO_EXCLUDE_DIRS"),
            respects_ignored: from.flag(respects, "MISE_TASK_MONOREPO_RESPECT_GITIGNORE")
                != Some(false),
        }
    }
}

impl EnvSettings {
    fn resolve(from: &Source<'_>) -> Self {
        let on = |key: &str, variable: &str| from.flag(key, variable) == Some(true);
        let not_off = |key: &str, variable: &str| from.flag(key, variable) != Some(false);
        Self {
            shell_expand: not_off("env_shell_expand", "MISE_ENV_SHELL_EXPAND"),
            experimental: on("experimental", "MISE_EXPERIMENTAL"),
            age_strict: not_off("age.strict", "MISE_AGE_STRICT"),
            age_key_file: from.text("age.key_file", "MISE_AGE_KEY_FILE"),
            age_identity_files: from.list("age.identity_files", "MISE_AGE_IDENTITY_FILES"),
            age_ssh_identity_files: from
                .list("age.ssh_identity_files", "MISE_AGE_SSH_IDENTITY_FILES"),
            sops_strict: not_off("sops.strict", "MISE_SOPS_STRICT"),
            sops_age_key: from.text("sops.age_key", "MISE_SOPS_AGE_KEY"),
            sops_age_key_file: from.text("sops.age_key_file", "MISE_SOPS_AGE_KEY_FILE"),
            venv_stdlib: on("python.venv_stdlib", "MISE_VENV_STDLIB"),
        }
    }
}
