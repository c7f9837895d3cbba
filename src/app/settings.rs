//! Settings as they are asked for and changed: what the files say, what is in
//! force, and a new value in a file. Knows no flags and prints nothing.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use toml::{Table, Value};
use toml_edit::{Array, Item};

use crate::config::edit::{Care, Sheet};
use crate::config::{
    self, ConfigFile, KnownSetting, SettingKind, known_settings, may_not_be_local, modern_setting,
};
use crate::model::{Dialect, Problem, Scope, closest};
use crate::sys::Context;

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingRow {
    /// Its dotted name.
    pub name: String,
    /// What it is.
    pub value: Value,
    /// The file that says so; none for what is in force.
    pub source: Option<PathBuf>,
    /// What mise calls its type.
    pub kind: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// The settings of this place.
#[derive(Debug)]
pub struct SettingsView {
    files: Vec<ConfigFile>,
    local: PathBuf,
    /// Those in force, by their dotted names, in the order they are shown in.
    force: Vec<(KnownSetting, Value)>,
}

/// Where a setting is read or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The user's own file.
    User,
    /// The project's.
    Project,
}

impl SettingsView {
    /// Reads the files; `flags` are names that the command line says.
    pub fn new(ctx: &Context, profile: Option<&str>, flags: &[(&str, Value)]) -> Self {
        let files = config::config_files(ctx, profile);
        let local = config::writable(ctx, profile);
        let force = in_force(ctx, &files, flags);
        Self { files, local, force }
    }

    /// What files say, after what is in force where `all` is asked for. `wanted`
    /// is a setting or a group.
    pub fn rows(&self, all: bool, whose: Whose, wanted: Option<&str>) -> Vec<SettingRow> {
        let mut rows = Vec::new();
        if all && whose == Whose::User {
            for (known, value) in &self.force {
                add_rows(&mut rows, known, value, None);
            }
        }
        let is_asked = |file: &&ConfigFile| whose == Whose::User || file.path == self.local;
        for file in self.files.iter().filter(is_asked) {
            let Some(settings) = file.table.get("settings") else { continue };
            let ignored = |name| file.scope == Scope::Project && may_not_be_local(name);
            for known in known_settings().filter(|known| !ignored(known.name)) {
                if let Some(value) = at(settings, known.name) {
                    add_rows(&mut rows, &known, value, Some(&file.path));
                }
            }
        }
        let group = wanted.map(|name| format!("{name}."));
        rows.retain(|row| match (wanted, &group) {
            (Some(name), Some(group)) => row.name == name || row.name.starts_with(group),
            _ => true,
        });
        rows
    }

    /// One setting or group: as it is in force, or as the project's file says.
    ///
    /// # Errors
    /// There is no such setting, or it is nothing.
    pub fn get(&self, name: &str, whose: Whose) -> Result<String, Problem> {
        let tree = match whose {
            Whose::User => {
                let pairs = self.force.iter().map(|(known, value)| (known.name, value));
                tree(pairs)
            }
            Whose::Project => {
                let file = self.files.iter().find(|file| file.path == self.local);
                let settings = file.and_then(|file| file.table.get("settings"));
                let known = known_settings();
                let stated = settings.map(|settings| {
                    tree(known.filter_map(|known| Some((known.name, at(settings, known.name)?))))
                });
                stated.unwrap_or_default()
            }
        };
        match at(&Value::Table(tree), name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None if is_known(name) => {
                let text = format!("Setting [{name}] is not set");
                Err(Problem::new("settings::unset", text))
            }
            None => Err(unknown(name)),
        }
    }
}

/// Changes a setting: `value` is what it is to be, or what is to be added.
///
/// # Errors
/// No such setting, a value that it cannot have, a file that cannot be written:
/// nothing is changed then.
pub fn set_setting(
    path: &Path,
    (name, value): (&str, &str),
    add: bool,
    dialect: Dialect,
) -> Result<(), Problem> {
    let known = known_settings().find(|known| known.name == name).ok_or_else(|| unknown(name))?;
    let value = typed(&known, value)?;
    if dialect == Dialect::Mise && name.split('.').count() > 2 {
        // It writes what it cannot read there, and refuses it.
        let problem = Problem::new("settings::depth", format!("mise cannot set `{name}`"));
        return Err(problem.help("write it into the file; nothing was changed"));
    }
    let keys: Vec<&str> = std::iter::once("settings").chain(name.split('.')).collect();
    let mut sheet = Sheet::open(path)?;
    let care = care(dialect);
    let value = match value {
        Value::Array(new) if add => {
            let old = sheet.get(&keys).and_then(Item::as_array).cloned().unwrap_or_default();
            joined(old, &new, care).into()
        }
        other => edited(&other),
    };
    sheet.set(&keys, value, care)?;
    sheet.write(care).map(|_| ())
}

/// Takes a setting out of a file.
///
/// # Errors
/// The file is not there, or cannot be written.
pub fn unset_setting(path: &Path, name: &str, dialect: Dialect) -> Result<(), Problem> {
    let mut sheet = Sheet::open(path)?;
    if !sheet.existed() {
        let text = format!("{} is not there", path.display());
        return Err(Problem::new("settings::file", text).help("no setting stands in it"));
    }
    let keys: Vec<&str> = std::iter::once("settings").chain(name.split('.')).collect();
    if sheet.unset(&keys) {
        sheet.write(care(dialect))?;
    }
    Ok(())
}

/// As mise writes a file, or with all that is around what changes.
pub(super) fn care(dialect: Dialect) -> Care {
    if dialect == Dialect::Mise { Care::Plain } else { Care::Keep }
}

fn joined(mut old: Array, new: &[Value], care: Care) -> Array {
    if care == Care::Plain {
        old.set_trailing("");
        old.set_trailing_comma(false);
    }
    for text in new.iter().filter_map(Value::as_str) {
        if !old.iter().any(|entry| entry.as_str() == Some(text)) {
            old.push(text);
        }
    }
    old
}

/// What was typed, as the setting's type has it.
pub(super) fn typed(known: &KnownSetting, text: &str) -> Result<Value, Problem> {
    let wrong = |what: &str| {
        let problem = Problem::new("settings::value", format!("{text} must be {what}"));
        Err(problem.help(format!("`{}` is as it was; nothing was changed", known.name)))
    };
    let strings = |texts: Vec<&str>| Value::Array(texts.into_iter().map(Value::from).collect());
    Ok(match known.kind {
        SettingKind::Flag => match flag(text) {
            Some(flag) => Value::Boolean(flag),
            None => return wrong("true or false"),
        },
        SettingKind::Number => match text.parse::<i64>() {
            Ok(number) if number >= 0 => Value::Integer(number),
            _ => return wrong("a number"),
        },
        SettingKind::Duration if !is_duration(text) => return wrong("a duration, like `30s`"),
        SettingKind::List => strings(parts(text, ',')),
        SettingKind::Paths => strings(parts(text, ':')),
        SettingKind::Map => match serde_json::from_str::<toml::Table>(text) {
            Ok(map) if map.values().all(Value::is_str) => Value::Table(map),
            _ => return wrong("JSON: an object of texts"),
        },
        SettingKind::OneOf(words) if !words.split(',').any(|word| word == text) => {
            return wrong(&format!("one of {}", words.replace(',', ", ")));
        }
        SettingKind::OneOf(_) if known.name == "python.uv_venv_auto" => {
            flag(text).map_or(Value::from(text), Value::Boolean)
        }
        SettingKind::VariableOnly => {
            let text = format!("`{}` cannot be set in a file", known.name);
            let problem = Problem::new("settings::variable", text);
            return Err(problem.help(format!("set the variable {}", known.variable())));
        }
        SettingKind::OneOf(_) | SettingKind::Duration | SettingKind::Text => Value::from(text),
    })
}

fn parts(text: &str, between: char) -> Vec<&str> {
    text.split(between).map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" => Some(true),
        "false" | "0" | "no" | "n" => Some(false),
        _ => None,
    }
}

fn is_duration(text: &str) -> bool {
    text.parse::<u64>().is_ok() || crate::sys::duration::parse(text).is_some()
}

/// A value as a file being changed holds it.
pub(super) fn edited(value: &Value) -> toml_edit::Value {
    value.to_string().parse().unwrap_or_else(|_| value.to_string().into())
}

fn is_known(name: &str) -> bool {
    let group = format!("{name}.");
    known_settings().any(|known| known.name == name || known.name.starts_with(&group))
}

fn unknown(name: &str) -> Problem {
    let problem = Problem::new("settings::unknown", format!("Unknown setting: {name}"));
    let names: Vec<&str> = known_settings().map(|known| known.name).collect();
    match closest(name, names, 1).first() {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("`settings --all` lists them"),
    }
}

/// What stands under a dotted name.
fn at<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    name.split('.').try_fold(value, |value, key| value.as_table()?.get(key))
}

fn tree<'v>(pairs: impl Iterator<Item = (&'v str, &'v Value)>) -> Table {
    let mut tree = Table::new();
    for (name, value) in pairs {
        put(&mut tree, name, value.clone());
    }
    tree
}

fn put(tree: &mut Table, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            tree.insert(name.to_string(), value);
        }
        Some((group, rest)) => {
            let inner = tree.entry(group).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// A map is a row for each of its names.
fn add_rows(
    rows: &mut Vec<SettingRow>,
    known: &KnownSetting,
    value: &Value,
    source: Option<&PathBuf>,
) {
    let row = |name: String, value: &Value| SettingRow {
        name,
        value: value.clone(),
        source: source.cloned(),
        kind: known.kind.word(),
        about: known.about,
    };
    match value {
        Value::Table(map) => {
            rows.extend(map.iter().map(|(key, v)| row(format!("{}.{key}", known.name), v)));
        }
        value => rows.push(row(known.name.to_string(), value)),
    }
}

/// Every setting that is something: the command line, then variables, then
/// files, then mise itself say what.
fn in_force(
    ctx: &Context,
    files: &[ConfigFile],
    flags: &[(&str, Value)],
) -> Vec<(KnownSetting, Value)> {
    let stated = merged(files);
    let stated = Value::Table(stated);
    let mut found = Vec::new();
    let mut last = Vec::new();
    for known in known_settings().filter(|known| modern_setting(known.name).is_none()) {
        let flag = flags.iter().find(|(name, _)| *name == known.name).map(|(_, value)| value);
        let said = flag.cloned().or_else(|| variable(ctx, &known));
        let said = said.or_else(|| at(&stated, known.name).cloned());
        // mise derives this one after all others.
        let list =
            if known.name == "all_compile" && said.is_none() { &mut last } else { &mut found };
        if let Some(value) = said.or_else(|| default(ctx, &known)) {
            list.push((known, value));
        }
    }
    found.append(&mut last);
    found
}

/// What the files say together, the old names as those of today.
fn merged(files: &[ConfigFile]) -> Table {
    let mut all = Table::new();
    for file in files {
        let Some(settings) = file.table.get("settings") else { continue };
        for known in known_settings() {
            let ignored = file.scope == Scope::Project && may_not_be_local(known.name);
            let Some(value) = at(settings, known.name).filter(|_| !ignored) else { continue };
            put(&mut all, modern_setting(known.name).unwrap_or(known.name), value.clone());
        }
    }
    all
}

fn variable(ctx: &Context, known: &KnownSetting) -> Option<Value> {
    let text = ctx.env.get_str(&known.variable()).filter(|text| !text.is_empty())?;
    match known.kind {
        SettingKind::Flag => flag(text).map(Value::Boolean),
        SettingKind::Paths => {
            let paths = std::env::split_paths(text);
            Some(Value::Array(paths.map(|p| p.display().to_string().into()).collect()))
        }
        SettingKind::VariableOnly | SettingKind::Text => Some(Value::from(text)),
        _ => typed(known, text).ok(),
    }
}

fn default(ctx: &Context, known: &KnownSetting) -> Option<Value> {
    match known.name {
        "python.default_packages_file" => {
            let path = ctx.dirs.home.join(".default-python-packages");
            Some(path.display().to_string().into())
        }
        _ => serde_json::from_str::<Value>(known.default).ok(),
    }
}

/// The rows as a tree: a later row of a name replaces the one before it.
pub fn setting_tree(rows: &[SettingRow]) -> Table {
    tree(rows.iter().map(|row| (row.name.as_str(), &row.value)))
}

/// The same for programs, with what is known of each.
pub fn extended_tree(rows: &[SettingRow]) -> Json {
    let mut all = Map::new();
    for row in rows {
        let mut one = json!({
            "value": row.value, "type": row.kind, "description": row.about,
        });
        if let (Some(source), Some(one)) = (&row.source, one.as_object_mut()) {
            one.insert("source".into(), source.display().to_string().into());
        }
        put_json(&mut all, &row.name, one);
    }
    Json::Object(all)
}

fn put_json(tree: &mut Map<String, Json>, name: &str, value: Json) {
    match name.split_once('.') {
        None => {
            tree.insert(name.to_string(), value);
        }
        Some((group, rest)) => {
            let inner = tree.entry(group).or_insert_with(|| json!({}));
            if let Json::Object(inner) = inner {
                put_json(inner, rest, value);
            }
        }
    }
}
