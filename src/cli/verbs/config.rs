//! `config`: the files that count here, and what one of them says.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::pretty::pretty;
use crate::app::{Change, Meant, config_file, config_value, set_config_value};
use crate::cli::grammar::config::{
    ConfigArgs, ConfigCommand, ConfigFileArgs, ConfigListArgs, ConfigSetArgs, ValueType,
};
use crate::cli::verbs::call::Call;
use crate::cli::{dialect, read};
use crate::config::{ConfigFile, config_files};
use crate::model::{Dialect, Exit, Problem};

/// Shows or changes configuration files.
///
/// # Errors
/// What cannot be read, found or written; nothing is changed then.
pub(in crate::cli) fn run(call: Call<'_>, args: ConfigArgs) -> Result<Exit, Vec<Problem>> {
    match args.command {
        None => ls(&call, &args.list),
        Some(ConfigCommand::Ls(own)) => ls(&call, &own),
        Some(ConfigCommand::Get(get)) => {
            let path = path(&call, &get.file).map_err(|p| vec![p])?;
            let text = config_value(&path, get.key.as_deref()).map_err(|p| vec![p])?;
            let _ = writeln!(std::io::stdout(), "{text}");
            Ok(Exit::Success)
        }
        Some(ConfigCommand::Set(args)) => set(&call, &args).map_err(|problem| vec![problem]),
    }
}

/// The file that is meant.
fn path(call: &Call<'_>, args: &ConfigFileArgs) -> Result<PathBuf, Problem> {
    let dirs = &call.ctx.dirs;
    if args.global {
        return Ok(dirs.config.join("config.toml"));
    }
    if args.system {
        return Ok(dirs.system.join("config.toml"));
    }
    config_file(call.ctx, call.global.env.as_deref(), args.file.as_deref())
}

fn set(call: &Call<'_>, args: &ConfigSetArgs) -> Result<Exit, Problem> {
    let pair = args.value.as_deref().map(|value| (args.key.as_str(), value));
    let Some(pair) = pair.or_else(|| args.key.split_once('=')) else {
        let usage = "Usage: mise config set <KEY>=<VALUE> or mise config set <KEY> <VALUE>";
        let problem = Problem::new("config-file::no-value", format!("no value for `{}`", args.key));
        return Err(problem.reference(usage).help("`config set KEY VALUE`"));
    };
    let path = path(call, &args.file)?;
    let meant = match args.kind {
        ValueType::Infer => Meant::Infer,
        ValueType::String => Meant::Text,
        ValueType::Integer => Meant::Integer,
        ValueType::Float => Meant::Float,
        ValueType::Bool => Meant::Flag,
        ValueType::List => Meant::List,
        ValueType::Set => Meant::Set,
    };
    let change = match (args.append, args.remove) {
        (true, _) => Change::Append,
        (_, true) => Change::Remove,
        _ => Change::Put,
    };
    let make = args.file.global || args.file.system;
    set_config_value(&path, pair, (meant, change), make, dialect(call.ctx, call.grammar))?;
    Ok(Exit::Success)
}

/// A file in JSON; the order of the fields is the reference's.
#[derive(Debug, Serialize)]
struct Shown {
    path: String,
    tools: Vec<String>,
}

fn ls(call: &Call<'_>, args: &ConfigListArgs) -> Result<Exit, Vec<Problem>> {
    let loaded = read(call.ctx, call.global, &call.options())?;
    let as_mise = dialect(call.ctx, call.grammar) == Dialect::Mise;
    if as_mise && !loaded.project.problems.is_empty() {
        return Err(loaded.project.problems);
    }
    loaded.project.warnings.iter().for_each(|w| call.voice.warn(w));
    let files = config_files(call.ctx, call.global.env.as_deref());
    let text = if args.tracked_configs {
        let mut paths: Vec<&Path> = files.iter().map(|file| file.path.as_path()).collect();
        paths.sort_unstable();
        paths.iter().map(|path| format!("{}\n", path.display())).collect()
    } else if args.json {
        let shown =
            |file: &ConfigFile| Shown { path: file.path.display().to_string(), tools: tools(file) };
        let shown: Vec<Shown> = files.iter().rev().map(shown).collect();
        pretty(&shown)
    } else {
        table(call, &files)
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Exit::Success)
}

fn tools(file: &ConfigFile) -> Vec<String> {
    let tools = file.table.get("tools").and_then(|tools| tools.as_table());
    tools.map(|tools| tools.keys().cloned().collect()).unwrap_or_default()
}

fn table(call: &Call<'_>, files: &[ConfigFile]) -> String {
    let rows: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let tools = tools(file).join(", ");
            let tools = if tools.is_empty() { "(none)".to_string() } else { tools };
            (call.ctx.dirs.tilde(&file.path), tools)
        })
        .collect();
    let width = rows.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    rows.iter().map(|(path, tools)| format!("{path:width$}  {tools}\n")).collect()
}
