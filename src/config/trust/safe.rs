//! Files that can do no harm by being read: nothing in them is evaluated
//! before a task runs.

use toml::de::DeValue;

use crate::config::document;

/// True for a configuration of plain tasks and plain tool versions, without a
/// template anywhere, not in a comment and not behind an escape.
pub(super) fn config(text: &str) -> bool {
    let (root, mistakes) = document::parse(text);
    if mistakes.is_some() || has_delimiter(text) {
        return false;
    }
    root.iter().all(|(key, value)| {
        let plain = match key.get_ref().as_ref() {
            "min_version" | "tasks" => true,
            "tools" => is_plain(value.get_ref()),
            _ => false,
        };
        plain && no_templates(value.get_ref())
    })
}

/// True for an included file, a script too, without a template.
pub(super) fn include(text: &str) -> bool {
    !has_delimiter(text)
}

/// Where mise's engine would begin to read, `${#` included.
fn has_delimiter(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|delimiter| text.contains(delimiter))
}

/// Versions as strings or lists of strings.
fn is_plain(tools: &DeValue<'_>) -> bool {
    let version = |value: &DeValue<'_>| match value {
        DeValue::String(_) => true,
        DeValue::Array(items) => items.iter().all(|item| item.get_ref().is_str()),
        _ => false,
    };
    tools.as_table().is_some_and(|table| table.iter().all(|(_, v)| version(v.get_ref())))
}

/// What escapes hide from the text stands in the value.
fn no_templates(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) => !has_delimiter(text),
        DeValue::Array(items) => items.iter().all(|item| no_templates(item.get_ref())),
        DeValue::Table(table) => {
            table.iter().all(|(key, v)| !has_delimiter(key.get_ref()) && no_templates(v.get_ref()))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_tasks_and_tools_are_harmless() {
        for text in [
            "",
            "min_version = '2020.1.1'\n[tasks]\nx = 'echo'",
            "[tools]\nnode = '20'\npython = ['3.10', '3.11']",
            "[tasks.x]\nrun = 'echo ${x}'\nenv = { A = '1' }",
        ] {
            assert!(config(text), "{text}");
        }
        for text in [
            "[env]",
            "[vars]",
            "[_.mep]",
            "[settings]",
            "[task_config]",
            "[x]",
            "[tasks]\nx = '{{ 1 }}'",
            "[tasks]\nx = '{% if %}'",
            "[tasks]\nx = 'echo ${#x}'",
            "# {{\n[tasks]\nx = 'y'",
            "[tasks]\nx = \"\\u007b\\u007b 1 }}\"",
            "[tasks]\nx = \"\"\"{\\\n{ 1 }}\"\"\"",
            "[tasks.\"{\\u007b\"]\nrun = 'x'",
            "[tools]\nnode = { version = '20' }",
            "[tasks",
        ] {
            assert!(!config(text), "{text}");
        }
    }
}
