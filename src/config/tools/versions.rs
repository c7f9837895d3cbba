//! `tools` in templates: what `mise ls` says of the installed ones, by name.
//! Starts nothing, and reads no configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One version of a tool, as `mise ls --json` has it.
#[derive(Debug, Deserialize)]
pub(super) struct Version {
    version: String,
    install_path: PathBuf,
    installed: bool,
}

/// The answer of `mise ls --current --json`.
pub(super) type Versions = BTreeMap<String, Vec<Version>>;

/// The map that templates see. A tool of a backend is there by its short name
/// as well. `mise ls` sorts several versions of a tool by itself: `path` has
/// them as they are written.
pub(super) fn map(versions: Versions, path: &[PathBuf]) -> Value {
    let mut tools = Map::new();
    for (name, mut versions) in versions {
        versions.retain(|version| version.installed);
        versions.sort_by_key(|version| place(&version.install_path, path));
        let mut shown: Vec<Value> = versions
            .iter()
            .map(|v| json!({ "version": v.version, "path": v.install_path.to_string_lossy() }))
            .collect();
        let value = match shown.len() {
            0 => continue,
            1 => shown.remove(0),
            _ => Value::Array(shown),
        };
        if let Some((_, short)) = name.split_once(':') {
            tools.insert(short.to_string(), value.clone());
        }
        tools.insert(name, value);
    }
    Value::Object(tools)
}

fn place(tool: &Path, path: &[PathBuf]) -> usize {
    path.iter().position(|dir| dir.starts_with(tool)).unwrap_or(path.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_the_order_of_path_and_backends_have_short_names() {
        let said = r#"{
            "node": [
                {"version": "18", "install_path": "/i/18", "installed": true},
                {"version": "9", "install_path": "/i/9", "installed": false},
                {"version": "20", "install_path": "/i/20", "installed": true}
            ],
            "npm:a": [{"version": "1", "install_path": "/a", "installed": true}],
            "gone": [{"version": "1", "install_path": "/g", "installed": false}]
        }"#;
        let versions: Versions = serde_json::from_str(said).expect("it is JSON");
        let (a, n18, n20) = (
            json!({"version": "1", "path": "/a"}),
            json!({"version": "18", "path": "/i/18"}),
            json!({"version": "20", "path": "/i/20"}),
        );
        let path = ["/i/20/bin", "/i/18/bin"].map(PathBuf::from);
        let expected = json!({ "node": [n20, n18], "npm:a": a, "a": a });
        assert_eq!(map(versions, &path), expected);
    }
}
