//! Reads one configuration file, or one included task file, into its raw
//! form. Touches no other file.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::plain::{self, Key, Stream};
use super::raw::{RawFile, RawTask, RawTaskConfig};
use super::value::{At, Owner, Stops, Value};
use super::{document, env_table, extends, min_version, own, repair, settings, task_table};
use crate::model::{
    Blame, EnvDirective, EnvEntry, EnvOptions, Problem, Scope, SourceFile, Spot, closest,
};

/// Top-level keys of mise that are not about tasks.
const FOREIGN: [&str; 13] = [
    "tool_config", "tool_alias", "shell_alias", "plugins", "hooks", "watch_files", "oci",
    "bootstrap", "dotfiles", "daemons", "daemon_groups", "daemons_settings", "daemon_providers",
];

/// Top-level keys that are read here.
const KNOWN: [&str; 18] = [
    "tasks",
    "env",
    "vars",
    "task_config",
    "settings",
    "tools",
    "deps",
    "min_version",
    "task_templates",
    "redactions",
    "_",
    "alias",
    "env_file",
    "dotenv",
    "env_path",
    "monorepo_root",
    "experimental_monorepo_root",
    "monorepo",
];

/// All top-level keys that mean something.
#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    KNOWN.into_iter().chain(FOREIGN)
}

/// The text of a file. `None` where there is none; a problem where it is
/// there and cannot be read, or is no text.
pub(super) fn text(path: &Path) -> Option<Result<Arc<SourceFile>, Problem>> {
    bytes(path).map(|read| {
        read.and_then(|bytes| match String::from_utf8(bytes) {
            Ok(text) => Ok(SourceFile::new(path.to_path_buf(), text)),
            Err(error) => Err(not_utf8(path, &error)),
        })
    })
}

/// The text of a script, of which only the headers matter here: the file
/// itself is executed, whatever else is in it.
pub(super) fn script(path: &Path) -> Option<Result<Arc<SourceFile>, Problem>> {
    whole(path, small_file(path)).map(|read| {
        let text = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        read.map(|bytes| SourceFile::new(path.to_path_buf(), text(bytes)))
    })
}

/// What scripts are: many and small. Their size is not asked for, which is one
/// call for each of them less.
fn small_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
    bytes.shrink_to_fit();
    Ok(bytes)
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> Problem {
    let at = error.utf8_error().valid_up_to();
    let file =
        SourceFile::new(path.to_path_buf(), String::from_utf8_lossy(error.as_bytes()).into_owned());
    Problem::new("config::encoding", format!("{} is not UTF-8", path.display()))
        .at(&Spot::new(&file, at..at + 1), "this byte")
        .help("save the file as UTF-8")
}

fn bytes(path: &Path) -> Option<Result<Vec<u8>, Problem>> {
    whole(path, std::fs::read(path))
}

/// What reading a file has come to; `None` where there is none.
fn whole(path: &Path, read: std::io::Result<Vec<u8>>) -> Option<Result<Vec<u8>, Problem>> {
    match read {
        Ok(bytes) => Some(Ok(bytes)),
        Err(error) if is_absent(&error) => None,
        Err(error) => Some(Err(Problem::new(
            "config::unreadable",
            format!("cannot read {}: {error}", path.display()),
        )
        .help("make the file readable, or remove it"))),
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory)
}

/// Reads a configuration file.
pub(super) fn config(file: &Arc<SourceFile>, scope: Scope) -> RawFile {
    let mut raw = RawFile::new(Arc::clone(file));
    let mut streamed = Vec::new();
    let at = project_at(file);
    let each = &mut |name: &Key<'_>, table: &Value<'_>| {
        streamed.push(task_table::read(&at, name, table));
    };
    let plain = plain::document(&file.text, Some(Stream { of: "tasks", each }));
    let (mut root, mistakes) = match plain {
        Some(root) => {
            raw.tasks = streamed;
            (root, None)
        }
        None => document::parse_all(&file.text),
    };
    let repaired;
    if let Some(mistakes) = mistakes {
        let lines;
        (repaired, lines) = repair::shell_quotes(&file.text);
        match document::parse(&repaired) {
            (second, None) if !lines.is_empty() => root = second,
            _ => {
                raw.problems = mistakes.problems(file, &Blame::Project);
                return raw;
            }
        }
        raw.warnings.extend(lines.iter().map(|line| shell_quote(file, *line)));
    }
    if let Some(unmet) = demand(&mut raw, &root) {
        raw.problems = vec![unmet];
        raw.tasks.clear();
        return raw;
    }
    for (key, value) in &root {
        if let Err(problem) = top_level(&mut raw, key.get_ref(), value, scope) {
            raw.problems.push(problem);
        }
    }
    raw.env.splice(0..0, raw.old_env.drain(..));
    raw
}

fn shell_quote(file: &SourceFile, line: usize) -> String {
    format!(
        "{}:{line}: `'\\''` is the shell's, not TOML's; it is read as a quote. For every reader, \
         write the text between three quotes",
        file.path.display()
    )
}

/// A newer version that the file asks for: then nothing else in it means what
/// we think it means.
fn demand(raw: &mut RawFile, root: &DeTable<'_>) -> Option<Problem> {
    let value = root.get("min_version")?;
    let file = Arc::clone(&raw.file);
    match min_version::read(&project_at(&file), value) {
        Ok(demand) => {
            raw.warnings.extend(demand.warning.filter(|_| demand.unmet.is_none()));
            demand.unmet
        }
        Err(problem) => {
            raw.problems.push(problem);
            None
        }
    }
}

/// The top of a file, whose mistakes stop every run of the project.
fn project_at(file: &Arc<SourceFile>) -> At<'_> {
    At { file, owner: Owner::File(&file.path), stops: Stops::Project, offset: 0 }
}

fn top_level(raw: &mut RawFile, key: &str, value: &Value<'_>, scope: Scope) -> Result<(), Problem> {
    let file = Arc::clone(&raw.file);
    let at = project_at(&file);
    match key {
        "tasks" => raw.tasks = tasks(&at, value)?,
        "env" | "vars" => match env_table::read(&at, key, value) {
            Ok(entries) if key == "env" => raw.env.extend(entries),
            Ok(entries) => raw.vars = entries,
            Err(problems) => raw.problems.extend(problems),
        },
        "redactions" => raw.env.push(env_table::redactions(&at, value)?),
        "task_templates" => raw.templates = extends::read(&at, value, &mut raw.warnings)?,
        "task_config" => raw.task_config = task_config(&at, value, &mut raw.warnings)?,
        "settings" => raw.settings = settings::read(&at, value, scope, &mut raw.warnings)?,
        "tools" => {
            let names = at.table(key, value)?;
            raw.tools = names.iter().next().map(|(name, _)| at.spot(name.span()));
        }
        "deps" => {
            let auto = |value: &Value<'_>| value.get_ref().get("auto")?.get_ref().as_bool();
            let names = at.table(key, value)?.iter().filter(|(_, v)| auto(v) == Some(true));
            raw.deps =
                names.map(|(name, _)| (name.get_ref().to_string(), at.spot(name.span()))).collect();
        }
        "monorepo_root" => raw.monorepo.root = Some(at.boolean(key, value)?),
        "experimental_monorepo_root" => {
            raw.monorepo.old_root = Some(at.boolean(key, value)?);
            raw.warnings.push(format!(
                "deprecated [config.{key}]: `{key}` in {} is deprecated. Use `monorepo_root` \
                 instead. This will be removed in mise 2027.12.0.",
                file.path.display()
            ));
        }
        "monorepo" => {
            raw.monorepo.config_roots = config_roots(&at, value, &mut raw.warnings)?;
        }
        "env_file" | "dotenv" | "env_path" => deprecated_env(raw, &at, key, value)?,
        "alias" => {
            at.table(key, value)?;
            raw.warnings.push(format!(
                "deprecated [alias]: [alias] is deprecated, use [tool_alias] instead in {}",
                file.path.display()
            ));
        }
        "_" => extension(raw, &at, value),
        _ if KNOWN.contains(&key) || FOREIGN.contains(&key) => {}
        _ => raw.warnings.push(unknown_field(&at, key)),
    }
    Ok(())
}

/// The old names of `env._.file` and `env._.path`.
fn deprecated_env(
    raw: &mut RawFile,
    at: &At<'_>,
    key: &str,
    value: &Value<'_>,
) -> Result<(), Problem> {
    let new = if key == "env_path" { "env._.path" } else { "env._.file" };
    raw.warnings.push(format!(
        "deprecated [config.{key}]: `{key}` in {} is deprecated. Use `{new}` instead. \
         This will be removed in mise 2027.4.0.",
        at.file.path.display()
    ));
    for path in at.strings(key, value)? {
        let directive = match key {
            "env_path" => EnvDirective::Path(path),
            _ => EnvDirective::File { path, expand: false },
        };
        raw.old_env.push(EnvEntry {
            directive,
            spot: at.spot(value.span()),
            options: EnvOptions::default(),
        });
    }
    Ok(())
}

fn unknown_field(at: &At<'_>, key: &str) -> String {
    let all = KNOWN.iter().chain(&FOREIGN).copied();
    let near = closest(key, all, 1).first().map(|n| format!(" (did you mean `{n}`?)"));
    format!("unknown field in {}: {key}{}", at.file.path.display(), near.unwrap_or_default())
}

fn tasks(at: &At<'_>, value: &Value<'_>) -> Result<Vec<RawTask>, Problem> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(at
            .wrong("tasks", value, "a table of tasks")
            .help("write `[tasks.name]` with `run = \"…\"` below it"));
    };
    Ok(table.iter().map(|(name, value)| task_table::read(at, name, value)).collect())
}

/// Reads a `*.toml` of a task directory: its top-level keys are tasks. A
/// broken one stops only its own tasks.
pub(super) fn include(file: &Arc<SourceFile>) -> Result<Vec<RawTask>, Vec<Problem>> {
    let (root, mistakes) = document::parse(&file.text);
    if let Some(mistakes) = mistakes {
        return Err(mistakes.problems(file, &Blame::File));
    }
    let at = At { file, owner: Owner::File(&file.path), stops: Stops::File, offset: 0 };
    Ok(root.iter().map(|(name, value)| task_table::read(&at, name, value)).collect())
}

/// True where the file says `monorepo_root = true`.
pub(super) fn is_monorepo_root(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let (root, _) = document::parse(&text);
    let says = |key| root.get(key).is_some_and(|v| v.get_ref().as_bool() == Some(true));
    says("monorepo_root") || says("experimental_monorepo_root")
}

fn task_config(
    at: &At<'_>,
    value: &Value<'_>,
    warnings: &mut Vec<String>,
) -> Result<RawTaskConfig, Problem> {
    let mut read = RawTaskConfig::default();
    for (key, value) in at.table("task_config", value)? {
        let full = format!("task_config.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "includes" => read.includes = Some(placed(at, &full, value)?),
            "excludes" => read.excludes = Some(placed(at, &full, value)?),
            "dir" => read.dir = Some(at.string(&full, value)?),
            "shell" => read.shell = Some(at.string(&full, value)?),
            "cascade" => read.cascade = Some(at.boolean(&full, value)?),
            "global_inputs" => read.global_inputs = placed(at, &full, value)?,
            "input_groups" => {
                for (name, list) in at.table(&full, value)? {
                    let name = name.get_ref().to_string();
                    let list = placed(at, &format!("{full}.{name}"), list)?;
                    read.input_groups.push((name, list));
                }
            }
            "cache" | "rust_cache" | "global_env" | "global_pass_through_env" => {}
            _ => warnings.push(format!("unknown field in {}: {full}", at.file.path.display())),
        }
    }
    Ok(read)
}

/// `[monorepo]`: of the other keys, the projects and the defaults of tasks that
/// mise calls experimental are not ours yet.
fn config_roots(
    at: &At<'_>,
    value: &Value<'_>,
    warnings: &mut Vec<String>,
) -> Result<Vec<String>, Problem> {
    let mut roots = Vec::new();
    for (key, value) in at.table("monorepo", value)? {
        match key.get_ref().as_ref() {
            "config_roots" => roots = at.string_list("monorepo.config_roots", value)?,
            "projects" | "task_defaults" => {}
            other => warnings
                .push(format!("unknown field in {}: monorepo.?.{other}", at.file.path.display())),
        }
    }
    Ok(roots)
}

/// A list of texts, each with its place.
fn placed(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Vec<(String, Spot)>, Problem> {
    let texts = at.string_list(key, value)?;
    let items = value.get_ref().as_array().into_iter().flatten();
    Ok(texts.into_iter().zip(items.map(|item| at.spot(item.span()))).collect())
}

fn extension(raw: &mut RawFile, at: &At<'_>, value: &Value<'_>) {
    let Some(mep) = value.get_ref().get("mep") else {
        return;
    };
    let at = At { owner: Owner::Words("[_.mep]"), ..*at };
    match at.table("mep", mep) {
        Ok(table) => {
            let (own, problems) = own::read(&at, table);
            raw.own = Some(own);
            raw.problems.extend(problems);
        }
        Err(problem) => raw.problems.push(problem),
    }
}

/// Reads a `mep.toml`.
pub(super) fn own_file(file: &Arc<SourceFile>) -> (own::OwnTable, Vec<Problem>) {
    let (root, mistakes) = document::parse(&file.text);
    if let Some(mistakes) = mistakes {
        return (own::OwnTable::default(), mistakes.problems(file, &Blame::Project));
    }
    own::read(&project_at(file), &root)
}
