//! The settings that touch tasks: from files, environment and flags, with
//! mise's names and precedence.

use toml::de::{DeTable, DeValue};

use super::value::{At, Value};
use crate::model::{Dialect, OutputStyle, Problem, Scope};
use crate::sys::Context;

/// Every style of the reference.
pub(super) const STYLES: [&str; 7] =
    ["prefix", "interleave", "keep-order", "replacing", "timed", "quiet", "silent"];

/// Styles that this version reads but does not draw.
pub(super) const LATER_STYLES: [&str; 3] = ["keep-order", "replacing", "timed"];

/// Settings that would change what a task does and have no effect yet.
const LATER: [&str; 4] = [
    "task.timeout",
    "sandbox.deny_env",
    "use_file_shell_for_executable_tasks",
    "task.disable_paths",
];

/// What files that are not the user's own may not decide.
const GLOBAL_ONLY: [&str; 6] = [
    "yes",
    "ci",
    "unix_default_inline_shell_args",
    "unix_default_file_shell_args",
    "paranoid",
    "trusted_config_paths",
];

/// A style by its name.
pub fn parse_style(name: &str) -> Option<OutputStyle> {
    match name {
        "prefix" => Some(OutputStyle::Prefix),
        "interleave" => Some(OutputStyle::Interleave),
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
    /// No lines of ours.
    pub quiet: bool,
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
    /// `task.timings`
    pub timings: Option<bool>,
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
    pub(super) fn resolve(ctx: &Context, layers: &[SettingsLayer]) -> Self {
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

/// Reads `[settings]`.
pub(super) fn read(
    at: &At<'_>,
    value: &Value<'_>,
    scope: Scope,
    notes: &mut Notes,
) -> Result<SettingsLayer, Problem> {
    let mut layer = SettingsLayer::default();
    flatten(at, "", at.table("settings", value)?, &mut layer)?;
    layer.values.retain(|(key, _)| {
        let refused = scope == Scope::Project && GLOBAL_ONLY.contains(&key.as_str());
        let path = at.file.path.display();
        if refused {
            notes
                .push(format!("{key} in non-global config {path} is ignored for security reasons"));
        }
        if LATER.contains(&key.as_str()) {
            notes.push(format!("setting `{key}` in {path} has no effect in this version"));
        }
        !refused
    });
    Ok(layer)
}

fn flatten(
    at: &At<'_>,
    prefix: &str,
    table: &DeTable<'_>,
    layer: &mut SettingsLayer,
) -> Result<(), Problem> {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        let setting = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(at, &format!("{name}."), inner, layer)?;
                continue;
            }
            DeValue::Boolean(flag) => Setting::Flag(*flag),
            DeValue::Integer(_) => match super::value::integer_text_of(value).parse() {
                Ok(number) => Setting::Number(number),
                Err(_) => return Err(at.wrong(&name, value, "a smaller number")),
            },
            DeValue::Array(_) if is_ours(&name) => Setting::List(at.string_list(&name, value)?),
            DeValue::String(text) => Setting::Text(text.to_string()),
            _ => continue,
        };
        check(at, &name, &setting, value)?;
        layer.values.push((modern(&name).to_string(), setting));
    }
    Ok(())
}

/// Old flat names of the task settings.
fn modern(name: &str) -> &str {
    match name {
        "task_output" => "task.output",
        "task_timings" => "task.timings",
        "task_timeout" => "task.timeout",
        "task_skip" => "task.skip",
        "task_skip_depends" => "task.skip_depends",
        "task_show_full_cmd" => "task.show_full_cmd",
        "task_run_auto_install" => "task.run_auto_install",
        other => other,
    }
}

fn is_ours(name: &str) -> bool {
    ["task.skip", "trusted_config_paths", "age.identity_files", "age.ssh_identity_files"]
        .contains(&modern(name))
}

/// The types of the settings that we honour.
fn check(at: &At<'_>, name: &str, setting: &Setting, value: &Value<'_>) -> Result<(), Problem> {
    let expected = match (modern(name), setting) {
        ("jobs", Setting::Number(_)) => return Ok(()),
        ("jobs", _) => "an integer",
        ("task.output", Setting::Text(text)) if STYLES.contains(&text.as_str()) => return Ok(()),
        ("task.output", _) => {
            return Err(at.wrong(name, value, &format!("one of {}", STYLES.join(", "))));
        }
        ("task.skip", Setting::List(_) | Setting::Text(_)) => return Ok(()),
        ("task.skip", _) => "a list of task names",
        (
            "quiet"
            | "silent"
            | "raw"
            | "yes"
            | "ci"
            | "task.timings"
            | "task.show_full_cmd"
            | "task.skip_depends"
            | "task.source_freshness_hash_contents"
            | "task.source_freshness_equal_mtime_is_fresh"
            | "env_shell_expand"
            | "experimental"
            | "age.strict"
            | "sops.strict"
            | "python.venv_stdlib"
            | "task.disable_spec_from_run_scripts"
            | "paranoid"
            | "task.run_auto_install"
            | "task.quiet",
            Setting::Number(_) | Setting::List(_) | Setting::Text(_),
        ) => "true or false",
        _ => return Ok(()),
    };
    Err(at.wrong(name, value, expected))
}

impl SettingsLayer {
    fn get(&self, key: &str) -> Option<&Setting> {
        self.values.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// Looks a key up in the environment, then in the layers, strongest last.
struct Source<'a> {
    ctx: &'a Context,
    layers: &'a [SettingsLayer],
}

impl Source<'_> {
    fn setting(&self, key: &str) -> Option<&Setting> {
        self.layers.iter().rev().find_map(|layer| layer.get(key))
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

    fn jobs(&self) -> Option<usize> {
        let set = self.ctx.env.get_str("MISE_JOBS").and_then(|v| v.parse().ok());
        let number = set.or_else(|| match self.setting("jobs") {
            Some(Setting::Number(number)) => Some(*number),
            _ => None,
        });
        number.map(|n: i64| n.max(1) as usize)
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
    pub(super) fn resolve(ctx: &Context, layers: &[SettingsLayer]) -> Self {
        let from = Source { ctx, layers };
        let flag = |key: &str, variable: &str| from.flag(key, variable).unwrap_or(false);
        let style = from.text("task.output", "MISE_TASK_OUTPUT");
        let style = style.as_deref();
        Self {
            jobs: from.jobs(),
            quiet: flag("quiet", "MISE_QUIET")
                || flag("task.quiet", "MISE_TASK_QUIET")
                || style == Some("quiet"),
            silent: flag("silent", "MISE_SILENT") || style == Some("silent"),
            raw: flag("raw", "MISE_RAW"),
            verbose: u8::from(flag("verbose", "MISE_VERBOSE")),
            yes: flag("yes", "MISE_YES"),
            ci: flag("ci", "CI"),
            output: style.and_then(parse_style),
            timings: from.flag("task.timings", "MISE_TASK_TIMINGS"),
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
