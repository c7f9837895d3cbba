//! `settings`: what was typed → what is shown, or changed in a file.

use std::io::Write;
use std::path::PathBuf;

use crate::app::{SettingRow, SettingsView, Whose};
use crate::app::{extended_tree, set_setting, setting_tree, unset_setting};
use crate::cli::grammar::settings::{SettingsArgs, SettingsCommand, SettingsListArgs};
use crate::cli::verbs::call::Call;
use crate::cli::{dialect, read};
use crate::config;
use crate::model::{Exit, Problem};
use crate::sys::Dirs;

/// Shows or changes settings.
///
/// # Errors
/// What cannot be read, found or written; nothing is changed then.
pub(in crate::cli) fn run(call: Call<'_>, args: SettingsArgs) -> Result<Exit, Vec<Problem>> {
    let options = call.options();
    let loaded = read(call.ctx, call.global, &options)?;
    // As in mise they stop nothing here: what they concern may be what is looked for.
    if !loaded.project.problems.is_empty() {
        call.voice.problems(&loaded.project.problems);
    }
    loaded.project.warnings.iter().for_each(|w| call.voice.warn(w));
    let list = &args.list;
    match args.command {
        Some(SettingsCommand::Ls(own)) => ls(&call, &own),
        Some(SettingsCommand::Get(one)) => get(&call, &one.setting, one.local || list.local),
        Some(SettingsCommand::Set(one)) => {
            set(&call, &one.setting, one.value.as_deref(), one.local || list.local, "set")
        }
        Some(SettingsCommand::Add(one)) => {
            set(&call, &one.setting, one.value.as_deref(), one.local || list.local, "add")
        }
        Some(SettingsCommand::Unset(one)) => {
            let path = path(&call, one.local || list.local);
            let dialect = dialect(call.ctx, call.grammar);
            unset_setting(&path, &one.setting, dialect).map_err(|p| vec![p])?;
            Ok(Exit::Success)
        }
        None => match (&list.setting, &args.value) {
            (None, _) => ls(&call, list),
            (Some(name), Some(value)) => set(&call, name, Some(value), list.local, "set"),
            (Some(name), None) if name.contains('=') => set(&call, name, None, list.local, "set"),
            (Some(name), None) => get(&call, name, list.local),
        },
    }
}

/// The file that is changed.
fn path(call: &Call<'_>, local: bool) -> PathBuf {
    if local {
        return config::writable(call.ctx, call.global.env.as_deref());
    }
    let given = call.ctx.env.get("MISE_GLOBAL_CONFIG_FILE").filter(|path| !path.is_empty());
    given.map_or_else(|| call.ctx.dirs.config.join("config.toml"), PathBuf::from)
}

fn whose(local: bool) -> Whose {
    if local { Whose::Project } else { Whose::User }
}

fn view(call: &Call<'_>) -> SettingsView {
    SettingsView::new(call.ctx, call.global.env.as_deref(), &call.global.said())
}

fn get(call: &Call<'_>, name: &str, local: bool) -> Result<Exit, Vec<Problem>> {
    let text = view(call).get(name, whose(local)).map_err(|p| vec![p])?;
    let _ = writeln!(std::io::stdout(), "{text}");
    Ok(Exit::Success)
}

/// `NAME VALUE` or `NAME=VALUE`
fn set(
    call: &Call<'_>,
    name: &str,
    value: Option<&str>,
    local: bool,
    verb: &str,
) -> Result<Exit, Vec<Problem>> {
    let pair = value.map(|value| (name, value)).or_else(|| name.split_once('='));
    let Some(pair) = pair else {
        let text = format!(
            "Usage: mise settings {verb} <KEY>=<VALUE> or mise settings {verb} <KEY> <VALUE>"
        );
        let problem = Problem::new("settings::no-value", format!("no value for `{name}`"));
        let help = format!("`settings {verb} {name} VALUE`");
        return Err(vec![problem.reference(text).help(help)]);
    };
    let dialect = dialect(call.ctx, call.grammar);
    set_setting(&path(call, local), pair, verb == "add", dialect).map_err(|p| vec![p])?;
    Ok(Exit::Success)
}

fn ls(call: &Call<'_>, args: &SettingsListArgs) -> Result<Exit, Vec<Problem>> {
    let rows = view(call).rows(args.all, whose(args.local), args.setting.as_deref());
    let text = match () {
        () if args.json => json(&setting_tree(&rows)),
        () if args.json_extended => json(&extended_tree(&rows)),
        () if args.toml => toml::to_string(&setting_tree(&rows)).unwrap_or_default(),
        () => table(&call.ctx.dirs, &rows),
    };
    let _ = writeln!(std::io::stdout(), "{text}");
    Ok(Exit::Success)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn table(dirs: &Dirs, rows: &[SettingRow]) -> String {
    let values: Vec<String> = rows.iter().map(|row| row.value.to_string()).collect();
    let name_width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let value_width = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let line = |(row, value): (&SettingRow, &String)| {
        let source = row.source.as_ref().map(|path| dirs.tilde(path));
        let source = source.unwrap_or_default();
        let line = format!("{:name_width$}  {value:value_width$} {source}", row.name);
        line.trim_end().to_string()
    };
    rows.iter().zip(&values).map(line).collect::<Vec<_>>().join("\n")
}
