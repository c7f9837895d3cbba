//! Reads `[env]`, `[vars]` and a task's `env` and `vars` into directives.
//! Evaluates nothing.

use toml::de::{DeTable, DeValue};

use super::value::{At, Stops, Value, integer_text};
use crate::model::{AgeFormat, EnvDirective, EnvEntry, EnvOptions, Problem, Venv, closest};

const VALUE_KEYS: [&str; 4] = ["value", "default", "required", "age"];
const DIRECTIVES: [&str; 4] = ["file", "path", "source", "python"];
const VENV_KEYS: [&str; 5] = ["path", "create", "python", "uv_create_args", "python_create_args"];

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
        // `[[env]]`, which a task does not have.
        DeValue::Array(items)
            if key == "env"
                && !matches!(at.stops, Stops::Task(_))
                && items.iter().all(|i| i.get_ref().is_table()) =>
        {
            items.iter().filter_map(|i| i.get_ref().as_table()).collect()
        }
        _ => return Err(vec![at.wrong(key, value, "a table of variables")]),
    };
    for (name, value) in tables.into_iter().flat_map(|t| t.iter()) {
        let read = match name.get_ref().as_ref() {
            "mise" if key == "vars" => Err(at
                .mistake("config::env", "`vars.mise` is not supported".into(), value, "here")
                .help("write `_` for `mise`")),
            "_" | "mise" => directives(at, key, value),
            name => variable(at, key, name, value).map(|entry| vec![entry]),
        };
        match read {
            Ok(mut found) => entries.append(&mut found),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

/// The top-level `redactions`.
pub(super) fn redactions(at: &At<'_>, value: &Value<'_>) -> Result<EnvEntry, Problem> {
    let names = at.string_list("redactions", value)?;
    Ok(entry(at, value, EnvDirective::Redact(names), EnvOptions::default()))
}

fn entry(at: &At<'_>, value: &Value<'_>, directive: EnvDirective, options: EnvOptions) -> EnvEntry {
    EnvEntry { directive, options, spot: at.spot(value.span()) }
}

fn variable(at: &At<'_>, key: &str, name: &str, value: &Value<'_>) -> Result<EnvEntry, Problem> {
    let directive = match value.get_ref() {
        DeValue::Table(table) => return detailed(at, key, name, value, table),
        DeValue::Boolean(false) => EnvDirective::Unset(name.into()),
        _ => EnvDirective::Set(name.into(), scalar(at, &format!("{key}.{name}"), value)?),
    };
    Ok(entry(at, value, directive, EnvOptions::default()))
}

fn scalar(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<String, Problem> {
    match value.get_ref() {
        DeValue::String(s) => Ok(s.to_string()),
        DeValue::Integer(i) => Ok(integer_text(i)),
        DeValue::Boolean(b) => Ok(b.to_string()),
        _ => Err(at.wrong(key, value, "a string, an integer or a boolean")),
    }
}

/// `K = { value | default | required | age, redact, tools }`; mise ignores
/// other keys of such a table, and so do we.
fn detailed(
    at: &At<'_>,
    key: &str,
    name: &str,
    whole: &Value<'_>,
    table: &DeTable<'_>,
) -> Result<EnvEntry, Problem> {
    let full = format!("{key}.{name}");
    let mut found: Vec<EnvDirective> = Vec::new();
    for (k, v) in table {
        let inner = format!("{full}.{}", k.get_ref());
        match k.get_ref().as_ref() {
            "value" if v.get_ref().as_bool() == Some(false) => {
                found.push(EnvDirective::Unset(name.into()));
            }
            "value" => found.push(EnvDirective::Set(name.into(), scalar(at, &inner, v)?)),
            "default" if v.get_ref().is_bool() => {
                return Err(at.wrong(&inner, v, "a string or an integer"));
            }
            "default" => found.push(EnvDirective::Default(name.into(), scalar(at, &inner, v)?)),
            "required" => found.extend(required(at, &inner, name, v)?),
            "age" => found.push(age(at, &inner, name, v)?),
            _ => {}
        }
    }
    let options = options(at, &full, table)?;
    let several = found.len() > 1;
    if let Some(directive) = found.pop().filter(|_| !several) {
        return Ok(entry(at, whole, directive, options));
    }
    let [what, label, help] = if several {
        let all = format!("has more than one of {}", VALUE_KEYS.join(", "));
        [all, "choose one of them".into(), String::new()]
    } else {
        let help = "give it `value`, `default` or `required = true`";
        ["has no value".into(), "no `value` here".into(), help.into()]
    };
    let problem =
        at.mistake("config::env", format!("`{full}` of {} {what}", at.owner), whole, label);
    Err(if help.is_empty() { problem } else { problem.help(help) })
}

/// `redact` and `tools` of a table.
fn options(at: &At<'_>, key: &str, table: &DeTable<'_>) -> Result<EnvOptions, Problem> {
    let flag =
        |name: &str| table.get(name).map(|v| at.boolean(&format!("{key}.{name}"), v)).transpose();
    Ok(EnvOptions { tools: flag("tools")? == Some(true), redact: flag("redact")? })
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

/// `"base64"` or `{ value = "base64", format = "raw" | "zstd" }`
fn age(at: &At<'_>, key: &str, name: &str, value: &Value<'_>) -> Result<EnvDirective, Problem> {
    let DeValue::Table(table) = value.get_ref() else {
        let text = at.string(key, value)?;
        return Ok(EnvDirective::Age(name.into(), text, AgeFormat::Raw));
    };
    let Some(text) = table.get("value") else {
        return Err(at.wrong(key, value, "a table with `value`"));
    };
    let format = match table.get("format") {
        None => AgeFormat::Raw,
        Some(format) => match format.get_ref().as_str() {
            Some("raw") => AgeFormat::Raw,
            Some("zstd") => AgeFormat::Zstd,
            _ => return Err(at.wrong(format!("{key}.format"), format, "\"raw\" or \"zstd\"")),
        },
    };
    Ok(EnvDirective::Age(name.into(), at.string(format!("{key}.value"), text)?, format))
}

fn directives(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Vec<EnvEntry>, Problem> {
    let mut entries = Vec::new();
    for (name, value) in at.table(&format!("{key}._"), value)? {
        let full = format!("{key}._.{}", name.get_ref());
        match name.get_ref().as_ref() {
            "file" => paths(at, &full, value, &|path, expand| EnvDirective::File { path, expand })?,
            "path" => paths(at, &full, value, &|path, _| EnvDirective::Path(path))?,
            "source" => paths(at, &full, value, &|path, _| EnvDirective::Source(path))?,
            "python" => vec![entry(at, value, venv(at, &full, value)?, EnvOptions::default())],
            _ => return Err(plugin(at.unknown(name, &DIRECTIVES), name.get_ref())),
        }
        .into_iter()
        // Vars have no PATH: mise passes over these, and so do we.
        .filter(|e| {
            let path = matches!(e.directive, EnvDirective::Path(_) | EnvDirective::Venv(_));
            key != "vars" || !path
        })
        .for_each(|e| entries.push(e));
    }
    Ok(entries)
}

/// A directive that is none of ours: of mise's plugins, unless it is a slip of the finger.
fn plugin(problem: Problem, name: &str) -> Problem {
    if !closest(name, DIRECTIVES, 1).is_empty() {
        return problem;
    }
    problem.help(format!(
        "the keys are `file`, `path`, `source`, `python`; if `{name}` is a plugin of mise, put what \
         it exports into a file for `_.file` or `_.source`, or run mise's own `mise run`"
    ))
}

/// `"x"`, `["x", {path = "y"}]`, `{ path = "x" | ["x"], redact, tools, expand }`
fn paths(
    at: &At<'_>,
    key: &str,
    value: &Value<'_>,
    make: &dyn Fn(String, bool) -> EnvDirective,
) -> Result<Vec<EnvEntry>, Problem> {
    match value.get_ref() {
        DeValue::Array(items) => {
            let lists = items.iter().map(|item| paths(at, key, item, make));
            Ok(lists.collect::<Result<Vec<_>, _>>()?.concat())
        }
        DeValue::Table(table) => {
            let Some(path) = table.get("path") else {
                return Err(at.wrong(key, value, "a table with `path`"));
            };
            let options = options(at, key, table)?;
            let expand = table.get("expand").map(|v| at.boolean(&format!("{key}.expand"), v));
            let expand = expand.transpose()? == Some(true);
            let texts = at.strings(format!("{key}.path"), path)?;
            let entries = texts.into_iter().map(|t| entry(at, value, make(t, expand), options));
            Ok(entries.collect())
        }
        _ => {
            let text = at.string(key, value)?;
            Ok(vec![entry(at, value, make(text, false), EnvOptions::default())])
        }
    }
}

/// `{ venv = "path" }` or `{ venv = { path, create, … } }`
fn venv(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<EnvDirective, Problem> {
    let mut venv = None;
    for (name, value) in at.table(key, value)? {
        match name.get_ref().as_ref() {
            "venv" => venv = Some(value),
            _ => return Err(at.unknown(name, &["venv"])),
        }
    }
    let Some(value) = venv else {
        return Err(at.wrong(key, value, "a table with `venv`"));
    };
    let key = format!("{key}.venv");
    let DeValue::Table(table) = value.get_ref() else {
        let path = at.string(&key, value)?;
        return Ok(EnvDirective::Venv(Venv { path, ..Venv::default() }));
    };
    let mut out = Venv::default();
    for (name, value) in table {
        let full = format!("{key}.{}", name.get_ref());
        match name.get_ref().as_ref() {
            "path" => out.path = at.string(&full, value)?,
            "create" => out.create = at.boolean(&full, value)?,
            "python" => out.python = Some(at.string(&full, value)?),
            "uv_create_args" => out.uv_args = at.string_list(&full, value)?,
            "python_create_args" => out.python_args = at.string_list(&full, value)?,
            _ => return Err(at.unknown(name, &VENV_KEYS)),
        }
    }
    if out.path.is_empty() {
        return Err(at.wrong(&key, value, "a path or a table with `path`"));
    }
    Ok(EnvDirective::Venv(out))
}
