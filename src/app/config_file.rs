//! One configuration file as it is asked for and changed, key by key. Knows no
//! flags and prints nothing.

use std::path::{Path, PathBuf};

use toml::{Table, Value};
use toml_edit::{Array, Item};

use super::settings::{care, edited, typed};
use crate::config::edit::Sheet;
use crate::config::{self, known_settings};
use crate::model::{Dialect, Problem, Scope};
use crate::sys::Context;

/// How a typed value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// By the key, then by how it looks.
    Infer,
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// `true` or `false`
    Flag,
    /// Texts with commas.
    List,
    /// The same, each once.
    Set,
}

/// What happens with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It takes the place of what is there.
    Put,
    /// It is added to the list that is there.
    Append,
    /// It is taken out of the list that is there.
    Remove,
}

/// Keys of a task that are yes or no.
const TASK_FLAGS: [&str; 5] = ["hide", "quiet", "raw", "interactive", "raw_args"];

/// The strongest file that counts here; one that `path` names, or that counts in
/// the directory it names.
///
/// # Errors
/// There is none.
pub fn config_file(
    ctx: &Context,
    profile: Option<&str>,
    path: Option<&Path>,
) -> Result<PathBuf, Problem> {
    let Some(path) = path else {
        let files = config::config_files(ctx, profile);
        return files.last().map(|file| file.path.clone()).ok_or_else(none);
    };
    let path = ctx.cwd.join(path);
    if !path.is_dir() {
        return Ok(path);
    }
    let there = Context { cwd: path.clone(), ..ctx.clone() };
    let files = config::config_files(&there, profile);
    let inside = files.into_iter().rev().find(|file| file.path.starts_with(&path));
    inside.map(|file| file.path).ok_or_else(none)
}

fn none() -> Problem {
    let problem = Problem::new("config-file::none", "No mise.toml file found");
    problem.help("make one, or name one with `--file`")
}

/// What a key of a file says, as TOML; all of it without a key.
///
/// # Errors
/// The file cannot be read, or has no such key.
pub fn config_value(path: &Path, key: Option<&str>) -> Result<String, Problem> {
    let sheet = there(path)?;
    let root: Table = toml::from_str(&sheet.text()).unwrap_or_default();
    let root = Value::Table(root);
    let mut keys = key.into_iter().flat_map(|key| key.split('.'));
    let found = keys.try_fold(&root, |value, key| value.as_table()?.get(key));
    match found {
        Some(Value::Table(table)) => Ok(toml::to_string(table).unwrap_or_default()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value) => Ok(value.to_string()),
        None => {
            let key = key.unwrap_or_default();
            let text = format!("Key not found: {key} in {}", path.display());
            Err(Problem::new("config-file::key", text))
        }
    }
}

fn there(path: &Path) -> Result<Sheet, Problem> {
    let sheet = Sheet::open(path)?;
    if sheet.existed() {
        return Ok(sheet);
    }
    let text = format!("config file not found: {}", path.display());
    Err(Problem::new("config-file::missing", text))
}

/// Changes a key of a file, which may be made where `make` says so.
///
/// # Errors
/// A value that is none of its type, one that the file must not have there, a
/// file that cannot be written: nothing is changed then.
pub fn set_config_value(
    path: &Path,
    (key, value): (&str, &str),
    (meant, change): (Meant, Change),
    make: bool,
    dialect: Dialect,
) -> Result<(), Problem> {
    let mut sheet = if make { Sheet::open(path)? } else { there(path)? };
    let keys: Vec<&str> = key.split('.').collect();
    let care = care(dialect);
    match change {
        Change::Put => sheet.set(&keys, edited(&read(key, value, meant)?), care)?,
        Change::Append => {
            let list = appended(sheet.get(&keys), value);
            sheet.set(&keys, list.into(), care)?;
        }
        Change::Remove => remove(&mut sheet, &keys, value),
    }
    check(path, &sheet, dialect)?;
    sheet.write(care).map(|_| ())
}

fn appended(old: Option<&Item>, value: &str) -> Array {
    let mut list = match old.and_then(Item::as_value) {
        Some(toml_edit::Value::Array(list)) => list.clone(),
        Some(single) => {
            let mut single = single.clone();
            single.decor_mut().clear();
            std::iter::once(single).collect()
        }
        None => Array::new(),
    };
    if !list.iter().any(|entry| entry.as_str() == Some(value)) {
        list.push(value);
    }
    list
}

/// What is alone there goes with its key.
fn remove(sheet: &mut Sheet, keys: &[&str], value: &str) {
    let is_it = sheet.get(keys).and_then(Item::as_str) == Some(value);
    if is_it {
        sheet.unset(keys);
    } else if let Some(list) = sheet.get_mut(keys).and_then(Item::as_array_mut) {
        list.retain(|entry| entry.as_str() != Some(value));
    }
}

/// What the file would say has to be a configuration.
fn check(path: &Path, sheet: &Sheet, dialect: Dialect) -> Result<(), Problem> {
    let problems = config::mistakes(path, sheet.text(), Scope::Project);
    let old = sheet.before().map(|text| config::mistakes(path, text.to_string(), Scope::Project));
    let old = old.unwrap_or_default();
    // What was wrong before is not this change's doing.
    let known =
        |new: &Problem| dialect == Dialect::Mep && old.iter().any(|old| old.message == new.message);
    match problems.into_iter().find(|new| !known(new)) {
        Some(problem) => Err(problem.help("nothing was changed")),
        None => Ok(()),
    }
}

fn read(key: &str, text: &str, meant: Meant) -> Result<Value, Problem> {
    let wrong = |what: &str| {
        let problem = Problem::new("config-file::value", format!("`{text}` is not {what}"));
        Err(problem.help(format!("`{key}` is as it was; `--type` says what a value is")))
    };
    let list = || text.split(',').map(str::trim).filter(|text| !text.is_empty());
    let meant = if meant == Meant::Infer { inferred(key, text) } else { meant };
    Ok(match meant {
        Meant::Infer => {
            let name = key.strip_prefix("settings.").unwrap_or(key);
            match known_settings().find(|known| known.name == name) {
                Some(known) => typed(&known, text)?,
                None => Value::from(text),
            }
        }
        Meant::Text => Value::from(text),
        Meant::Integer => match text.parse::<i64>() {
            Ok(number) => Value::Integer(number),
            Err(_) => return wrong("a whole number"),
        },
        Meant::Float => match text.parse::<f64>() {
            Ok(number) => Value::Float(number),
            Err(_) => return wrong("a number"),
        },
        Meant::Flag => match text {
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            _ => return wrong("true or false"),
        },
        Meant::List => Value::Array(list().map(Value::from).collect()),
        Meant::Set => {
            let mut once: Vec<&str> = Vec::new();
            for text in list() {
                if !once.contains(&text) {
                    once.push(text);
                }
            }
            Value::Array(once.into_iter().map(Value::from).collect())
        }
    })
}

/// `Infer` stays for settings that have a type beside yes or no.
fn inferred(key: &str, text: &str) -> Meant {
    use crate::config::SettingKind::{Flag, List, Map, Number, Paths};
    let keys: Vec<&str> = key.split('.').collect();
    if let ["settings", rest @ ..] = &keys[..] {
        let name = rest.join(".");
        return match known_settings().find(|known| known.name == name).map(|known| known.kind) {
            Some(Flag) => Meant::Flag,
            Some(Number | List | Paths | Map) => Meant::Infer,
            _ => Meant::Text,
        };
    }
    match &keys[..] {
        ["tasks", _, flag] if TASK_FLAGS.contains(flag) => Meant::Flag,
        _ if ["true", "false"].contains(&text) => Meant::Flag,
        _ => Meant::Text,
    }
}
