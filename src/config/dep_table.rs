//! Reads how one task names others: `depends`, `depends_post`, `wait_for`,
//! `finally`. Knows the forms, not whether the names exist.

use std::fmt::Display;

use toml::de::{DeTable, DeValue};

use super::value::{self, At, Value};
use crate::model::{Call, Dep, DepSpec, Problem};

/// `depends`, `depends_post`, `wait_for` in all their forms.
pub(super) fn dependencies(at: &At<'_>, key: &str, value: &Value<'_>) -> Result<Vec<Dep>, Problem> {
    match value.get_ref() {
        DeValue::Array(items) => {
            value::list(items, |i, v| dependency(at, format_args!("{key}[{i}]"), v))
        }
        DeValue::String(_) | DeValue::Table(_) => Ok(vec![dependency(at, key, value)?]),
        _ => Err(at.wrong(key, value, "a task name or a list of them")),
    }
}

fn dependency(at: &At<'_>, key: impl Display + Copy, value: &Value<'_>) -> Result<Dep, Problem> {
    let spec = match value.get_ref() {
        DeValue::String(text) => DepSpec::Text(text.to_string()),
        DeValue::Array(words) if !words.is_empty() => DepSpec::List(at.string_list(key, value)?),
        DeValue::Table(table) => dependency_table(at, key, value, table)?,
        _ => return Err(at.wrong(key, value, "a task name, a list of words or a table")),
    };
    if let DepSpec::Text(text) = &spec {
        check_words(at, key, value, text)?;
    }
    let spot = at.spot(value.span());
    Ok(Dep { spec, spot })
}

/// Unbalanced quotes and a line of nothing but `K=v` are mistakes of the text
/// itself; a template is looked at when it is rendered.
fn check_words(
    at: &At<'_>,
    key: impl Display,
    value: &Value<'_>,
    text: &str,
) -> Result<(), Problem> {
    if super::template::is_template(text) {
        return Ok(());
    }
    let complaint = match Call::from_text(text) {
        Ok(_) => return Ok(()),
        Err(complaint) => complaint,
    };
    let message = format!("`{key}` of {}: {complaint}", at.owner);
    Err(at.mistake("config::dependency", message, value, "here"))
}

fn dependency_table(
    at: &At<'_>,
    key: impl Display,
    whole: &Value<'_>,
    table: &DeTable<'_>,
) -> Result<DepSpec, Problem> {
    const DEP_KEYS: [&str; 4] = ["task", "args", "env", "optional"];
    let (mut task, mut call) = (None, Call::default());
    for (name, value) in table {
        let full = format!("{key}.{}", name.get_ref());
        match name.get_ref().as_ref() {
            "task" => task = Some(at.string(&full, value)?),
            "args" => call.args = at.string_list(&full, value)?,
            "env" => call.env = at.string_table(&full, value)?,
            "optional" => call.optional = at.boolean(&full, value)?,
            _ => return Err(at.unknown(name, &DEP_KEYS)),
        }
    }
    let Some(task) = task else {
        let message = format!("`{key}` of {} needs `task`", at.owner);
        return Err(at.mistake("config::dependency", message, whole, "no `task` here"));
    };
    Ok(DepSpec::Table(Call { task, ..call }.into()))
}
