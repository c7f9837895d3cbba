//! Files that hold variables: dotenv, JSON, YAML, TOML (by the ending of the
//! name), and shell scripts that export them. Knows no configuration.

use std::path::Path;
use std::process::{Command, Stdio};

use indexmap::IndexMap;
use serde_json::Value;

use crate::model::EnvMap;

/// Names and values, in the file's order.
pub(super) type Pairs = Vec<(String, String)>;

/// The variables of a file; none where there is no file.
///
/// # Errors
/// What is wrong with the file, in one line.
pub(super) fn read(path: &Path) -> Result<Pairs, String> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(format!("cannot read {}: {e}", path.display())),
    };
    let named = |kind: &str, error: String| {
        format!("failed to parse {kind} file: {}: {error}", path.display())
    };
    // mise reads `.yml` as dotenv.
    match path.extension().and_then(|e| e.to_str()) {
        Some("json") => json(&bytes).map_err(|e| named("json", e)),
        Some("yaml") => yaml(&bytes).map_err(|e| named("yaml", e)),
        Some("toml") => toml(&bytes).map_err(|e| named("toml", e)),
        _ => dotenv(&bytes).map_err(|e| named("dotenv", e)),
    }
}

fn dotenv(bytes: &[u8]) -> Result<Pairs, String> {
    dotenvy::from_read_iter(bytes).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn json(bytes: &[u8]) -> Result<Pairs, String> {
    let map: IndexMap<String, Value> = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    flat(map)
}

fn yaml(bytes: &[u8]) -> Result<Pairs, String> {
    let text = String::from_utf8_lossy(bytes);
    // `yes` is a text, as in YAML 1.2.
    let options = serde_saphyr::options! { strict_booleans: true };
    let map: IndexMap<String, Value> =
        serde_saphyr::from_str_with_options(&text, options).map_err(|e| e.to_string())?;
    flat(map)
}

/// Strings, numbers and truths; anything deeper is no variable.
fn flat(map: IndexMap<String, Value>) -> Result<Pairs, String> {
    map.into_iter()
        .map(|(key, value)| match value {
            Value::String(text) => Ok((key, text)),
            Value::Number(number) => Ok((key, number.to_string())),
            Value::Bool(flag) => Ok((key, flag.to_string())),
            other => Err(format!("`{key}` is no text, number or boolean: {other}")),
        })
        .collect()
}

fn toml(bytes: &[u8]) -> Result<Pairs, String> {
    use ::toml::de::{DeTable, DeValue};
    let text = String::from_utf8_lossy(bytes);
    let table = DeTable::parse(&text).map_err(|e| e.message().to_string())?;
    table
        .get_ref()
        .iter()
        .map(|(key, value)| {
            let name = key.get_ref().to_string();
            match value.get_ref() {
                DeValue::String(text) => Ok((name, text.to_string())),
                DeValue::Integer(number) => Ok((name, super::value::integer_text(number))),
                DeValue::Boolean(flag) => Ok((name, flag.to_string())),
                _ => Err(format!("`{name}` is no text, integer or boolean")),
            }
        })
        .collect()
}

/// What a bash script exports when it is sourced over `env`: what is new or
/// changed. What it prints goes to standard error.
///
/// # Errors
/// Where bash is missing or the script fails.
pub(super) fn source(path: &Path, cwd: &Path, env: &EnvMap) -> Result<Pairs, String> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let script = r#"exec 3>&1 1>&2; . "$1" && env -0 >&3"#;
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", script, "bash"])
        .arg(path)
        .current_dir(cwd)
        .env_clear()
        .envs(env.iter())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cannot source {}: bash: {e}", path.display()))?;
    if !output.status.success() {
        return Err(format!("sourcing {} failed", path.display()));
    }
    let own = ["_", "SHLVL", "PWD", "OLDPWD"];
    let pairs = output.stdout.split(|b| *b == 0).filter_map(|pair| {
        let text = std::str::from_utf8(pair).ok()?;
        let (key, value) = text.split_once('=')?;
        let changed = env.get_str(key) != Some(value);
        (changed && !own.contains(&key)).then(|| (key.to_string(), value.to_string()))
    });
    Ok(pairs.collect())
}
