//! Reads `[env]`, `[vars]` and a task's `env` and `vars` into directives.
//! Evaluates nothing.

use toml::de::{DeTable, DeValue};

use super::value::{At, Value, integer_text};
use crate::model::{EnvDirective, EnvEntry, Problem};

const VALUE_KEYS: [&str; 6] = ["value", "default", "required", "redact", "tools", "age"];
const DIRECTIVES: [&str; 4] = ["file", "path", "source", "python"];

/// All entries in written order; every `_` directive stands where the first
/// `_.` key is written, because TOML makes one table of them.
pub(super) fn read(
    at: &At<'_>,
    key: &str,
    value: &Value<'_>,
) -> Result<Vec<EnvEntry>, Vec<Problem>> {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let tables: Vec<&DeTable<'_>> = match value.get_ref() {
        DeValue::Table(table) => vec![table],
        DeValue::Array(items) if key == "env" && items.iter().all(|i| i.get_ref().is_table()) => {
            items.iter().filter_map(|i| i.get_ref().as_table()).collect()
        }
        _ => return Err(vec![at.wrong(key, value, "a table of variables")]),
    };
    for (name, value) in tables.into_iter().flat_map(|t| t.iter()) {
        let read = match name.get_ref().as_ref() {
            "_" | "mise" => directives(at, key, value),
            name => variable(at, key, name, value),
        };
        match read {
            Ok(mut found) => entries.append(&mut found),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

fn entry(at: &At<'_>, value: &Value<'_>, directive: EnvDirective) -> EnvEntry {
    EnvEntry { directive, spot: at.spot(value.span()) }
}

fn variable(
    at: &At<'_>,
    key: &str,
    name: &str,
    value: &Value<'_>,
) -> Result<Vec<EnvEntry>, Problem> {
    let directive = match value.get_ref() {
        DeValue::Table(table) => return detailed(at, key, name, value, table),
        DeValue::Boolean(false) => EnvDirective::Unset(name.into()),
        _ => EnvDirective::Set(name.into(), scalar(at, &format!("{key}.{name}"), value)?),
    };
    Ok(vec![entry(at, value, directive)])
}

fn scalar(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<String, Problem> {
    match value.get_ref() {
        DeValue::String(s) => Ok(s.to_string()),
        DeValue::Integer(i) => Ok(integer_text(i)),
        DeValue::Boolean(b) => Ok(b.to_string()),
        _ => Err(at.wrong(key, value, "a string, an integer or a boolean")),
    }
}

/// `K = { value | default | required | age, redact, tools }`
fn detailed(
    at: &At<'_>,
    key: &str,
    name: &str,
    whole: &Value<'_>,
    table: &DeTable<'_>,
) -> Result<Vec<EnvEntry>, Problem> {
    let mut found: Vec<EnvDirective> = Vec::new();
    let mut extra = Vec::new();
    for (k, v) in table {
        let full = format!("{key}.{name}.{}", k.get_ref());
        match k.get_ref().as_ref() {
            "value" if v.get_ref().as_bool() == Some(false) => {
                found.push(EnvDirective::Unset(name.into()));
            }
            "value" => found.push(EnvDirective::Set(name.into(), scalar(at, &full, v)?)),
            "default" if v.get_ref().is_bool() => {
                return Err(at.wrong(&full, v, "a string or an integer"));
            }
            "default" => found.push(EnvDirective::Default(name.into(), scalar(at, &full, v)?)),
            "required" => found.extend(required(at, &full, name, v)?),
            "age" => found.push(EnvDirective::Later("age")),
            "redact" if at.boolean(&full, v)? => extra.push(EnvDirective::Later("redact")),
            "tools" if at.boolean(&full, v)? => extra.push(EnvDirective::Later("tools")),
            // mise ignores other keys of a value table; so do we.
            _ => {}
        }
    }
    match found.len() {
        1 => Ok(found.into_iter().chain(extra).map(|d| entry(at, whole, d)).collect()),
        0 => Err(at
            .mistake(
                "config::env",
                format!("`{key}.{name}` of {} has no value", at.owner),
                whole,
                "no `value` here",
            )
            .help("give it `value`, `default` or `required = true`")),
        _ => Err(at.mistake(
            "config::env",
            format!(
                "`{key}.{name}` of {} has more than one of {}",
                at.owner,
                VALUE_KEYS[..3].join(", ")
            ),
            whole,
            "choose one of them",
        )),
    }
}

fn required(
    at: &At<'_>,
    key: &str,
    name: &str,
    value: &Value<'_>,
) -> Result<Option<EnvDirective>, Problem> {
    match value.get_ref() {
        DeValue::Boolean(false) => Ok(None),
        DeValue::Boolean(true) => Ok(Some(EnvDirective::Required(name.into(), None))),
        DeValue::String(s) => Ok(Some(EnvDirective::Required(name.into(), Some(s.to_string())))),
        _ => Err(at.wrong(key, value, "true or a help text")),
    }
}

fn directives(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Vec<EnvEntry>, Problem> {
    let mut entries = Vec::new();
    for (name, value) in at.table(&format!("{key}._"), value)? {
        let full = format!("{key}._.{}", name.get_ref());
        match name.get_ref().as_ref() {
            "file" => paths(at, &full, value, EnvDirective::File, &mut entries)?,
            "path" => paths(at, &full, value, EnvDirective::Path, &mut entries)?,
            "source" => paths(at, &full, value, EnvDirective::Source, &mut entries)?,
            "python" => entries.push(entry(at, value, EnvDirective::Later("_.python.venv"))),
            _ => return Err(at.unknown(name, &DIRECTIVES)),
        }
    }
    Ok(entries)
}

/// `"x"`, `["x", {path = "y"}]`, `{ path = "x" | ["x"], redact, tools }`
fn paths(
    at: &At<'_>,
    key: &str,
    value: &Value<'_>,
    make: fn(String) -> EnvDirective,
    entries: &mut Vec<EnvEntry>,
) -> Result<(), Problem> {
    match value.get_ref() {
        DeValue::Array(items) => {
            for item in items {
                paths(at, key, item, make, entries)?;
            }
        }
        DeValue::Table(table) => {
            let Some(path) = table.get("path") else {
                return Err(at.wrong(key, value, "a table with `path`"));
            };
            paths(at, key, path, make, entries)?;
            for option in ["redact", "tools", "expand"] {
                if table.get(option).is_some_and(|v| v.get_ref().as_bool() == Some(true)) {
                    entries.push(entry(at, value, EnvDirective::Later(option)));
                }
            }
        }
        _ => entries.push(entry(at, value, make(at.string(key, value)?))),
    }
    Ok(())
}
