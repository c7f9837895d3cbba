//! What is not a task runner's business: handed to the next real mise on
//! PATH, or refused with a clear message. Only under the name `mise`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;

use super::diagnostics::Voice;
use crate::model::{Dialect, Exit, Problem, Project};
use crate::sys::{Context, shim};

/// Commands and aliases of mise that are not ours.
const FOREIGN: [&str; 95] = [
    "activate", "aliases", "alias", "b", "backend", "backend-list", "backends", "bin-paths",
    "bootstrap", "bs", "cache", "cfg", "complete", "completion", "completions", "config", "daemon",
    "daemons", "deactivate", "dep", "deps", "doctor", "dot", "dotfiles", "dr", "e", "edit", "en",
    "env", "env-vars", "ev", "exec", "x", "fmt", "g", "gen", "generate", "hook-env", "i",
    "implode", "install", "install-into", "latest", "link", "list", "list-all", "list-remote",
    "ln", "lock", "ls", "ls-remote", "mcp", "oci", "outdated", "p", "packslip", "patrons",
    "plugin", "plugin-list", "plugins", "prepare", "prune", "registry", "remove", "reshim", "rm",
    "search", "self-update", "set", "settings", "sh", "shell", "shell-alias", "skill", "skills",
    "sponsors", "ssh", "sync", "test-tool", "token", "tool", "tool-alias", "tool-stub", "toml",
    "trust", "u", "uninstall", "unset", "untrust", "unuse", "up", "upgrade", "use", "w", "watch",
];

/// More of them, apart only to keep the list above in one block.
const FOREIGN_TOO: [&str; 2] = ["where", "which"];

/// Verbs of `mise tasks` that are not ours yet.
const FOREIGN_TASKS: [&str; 6] = ["add", "edit", "info", "validate", "graph", "help"];

/// Set on the way out, so that two of us cannot hand over to each other.
const GUARD: &str = "MEP_HANDED_OVER";

/// Hands a foreign command over. `None` where the command is ours.
pub(super) fn foreign(ctx: &Context, argv: &[OsString], voice: &Voice) -> Option<Exit> {
    let mut words = positions(argv);
    let first = words.next()?;
    let is_foreign = FOREIGN.contains(&first) || FOREIGN_TOO.contains(&first);
    let second = words.next();
    let tasks = ["tasks", "task", "t"].contains(&first)
        && second.is_some_and(|w| FOREIGN_TASKS.contains(&w));
    if !is_foreign && !tasks {
        return None;
    }
    let name =
        if tasks { format!("{first} {}", second.unwrap_or_default()) } else { first.to_string() };
    Some(hand_over(ctx, argv, &name, voice))
}

/// The words that are neither flags nor their values.
fn positions(argv: &[OsString]) -> impl Iterator<Item = &str> {
    let mut skip = false;
    argv.iter().skip(1).filter_map(|w| w.to_str()).filter(move |word| {
        if std::mem::take(&mut skip) {
            return false;
        }
        skip = ["-C", "--cd", "-E", "--env", "-j", "--jobs"].contains(word);
        !word.starts_with('-')
    })
}

fn hand_over(ctx: &Context, argv: &[OsString], name: &str, voice: &Voice) -> Exit {
    let guarded = ctx.env.get(GUARD).is_some();
    let Some(next) = shim::next_mise(ctx).filter(|_| !guarded) else {
        let problem = Problem::new(
            "handover::none",
            format!(
                "`mise {name}` is not a task runner's business, and there is no other mise on PATH"
            ),
        )
        .help("mep runs tasks; install mise for tools, environments and the rest");
        voice.problems(&[problem]);
        return Exit::Failure;
    };
    let error = std::process::Command::new(&next).args(&argv[1..]).env(GUARD, "1").exec();
    let text = format!("cannot start {}: {error}", next.display());
    voice.problems(&[Problem::new("handover::exec", text)]);
    Exit::Failure
}

/// A bare word that names no task but may be a command of a newer mise: only
/// said, never guessed at.
pub(super) fn unknown_command(
    ctx: &Context,
    grammar: Dialect,
    word: &str,
    project: &Project,
    voice: &Voice,
) -> Option<Exit> {
    let foreign = FOREIGN.contains(&word) || FOREIGN_TOO.contains(&word);
    let known = !crate::plan::matching(project, word).is_empty();
    if grammar == Dialect::Mise || !foreign || known || shim::next_mise(ctx).is_none() {
        return None;
    }
    let problem = Problem::new("select::unknown-task", format!("no task {word} found"))
        .help(format!("`mise {word}` is a command of mise"));
    voice.problems(&[problem]);
    Some(Exit::Failure)
}
