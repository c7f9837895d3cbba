//! What is not a task runner's business: handed to the next real mise on
//! PATH, or refused with a clear message. Only under the name `mise`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;

use super::diagnostics::Voice;
use crate::model::{Dialect, Exit, Problem, Project};
use crate::sys::{Context, shim};

/// Commands and aliases of mise that are not ours.
const FOREIGN: &[&str] = &[
    "activate", "alias", "aliases", "asdf", "b", "backend", "backend-list", "backends",
    "bin-paths", "bootstrap", "bs", "current", "daemon", "daemons", "deactivate", "dep", "deps",
    "direnv", "doctor", "dot", "dotfiles", "dr", "edit", "en", "env-vars", "ev", "exec", "fmt",
    "github", "global", "hook-env", "hook-not-found", "i", "implode", "install", "install-into",
    "l", "latest", "link", "list", "list-all", "list-remote", "ln", "local", "lock", "ls",
    "ls-remote", "mcp", "oci", "outdated", "p", "packslip", "patrons", "plugin", "plugin-list",
    "plugins", "prepare", "prune", "registry", "remove", "reshim", "rm", "search", "self-update",
    "set", "sh", "shell", "shell-alias", "skill", "skills", "sponsors", "ssh", "sync", "test-tool",
    "token", "toml", "tool",
];

/// More of them, apart only to keep the list above in one block.
const FOREIGN_TOO: &[&str] = &[
    "tool-alias", "tool-stub", "u", "uninstall", "unset", "unuse", "up", "upgrade", "use", "where",
    "which", "x",
];

/// Commands that we have an answer to where there is no other mise.
const OURS_IF_ALONE: &[&str] = &["doctor", "dr", "hook-env"];

/// Verbs of `mise tasks` that are not ours.
const FOREIGN_TASKS: &[&str] = &["graph"];

/// Generators of mise that have nothing to do with tasks.
const FOREIGN_GENERATORS: &[&str] = &["config", "devcontainer", "install-script", "tool-stub"];

/// Flags that may stand before a command, and take a word.
const TAKE_VALUES: &[&str] = &[
    "-C", "--cd", "-E", "--env", "-P", "--profile", "--log-level", "-j", "--jobs", "-t", "--tool",
    "-s", "--shell", "--output", "--sort", "--sort-order",
];

/// How often a call was handed over on its way here, so that two of us cannot
/// do so without end.
const DEPTH: &str = "MEP_HANDED_OVER";

/// More than any honest chain of wrappers needs.
const MAX_DEPTH: u32 = 16;

/// True for a command of mise that is not ours.
pub(super) fn is_foreign(word: &str) -> bool {
    FOREIGN.contains(&word) || FOREIGN_TOO.contains(&word)
}

/// Hands a foreign command over. `None` where the command is ours.
pub(super) fn foreign(ctx: &Context, argv: &[OsString], voice: &Voice) -> Option<Exit> {
    let mut words = positions(argv);
    let first = words.next()?;
    if OURS_IF_ALONE.contains(&first) && shim::next_mise(ctx).is_none() {
        return None;
    }
    if is_foreign(first) {
        return Some(hand_over(ctx, argv, first, "is not a task runner's business", voice));
    }
    if ["completion", "complete", "completions"].contains(&first) && has_flag(argv, "--tool") {
        return Some(hand_over(
            ctx,
            argv,
            "completion --tool",
            "is not a task runner's business",
            voice,
        ));
    }
    let foreign: &[&str] = match first {
        "tasks" | "task" | "t" => FOREIGN_TASKS,
        "generate" | "gen" | "g" => FOREIGN_GENERATORS,
        _ => return None,
    };
    let verb = words.next().filter(|verb| foreign.contains(verb))?;
    let name = format!("{first} {verb}");
    Some(hand_over(ctx, argv, &name, "is not in this version of mep", voice))
}

/// Lets the next mise complete the words of a command of its own, if there is
/// one.
pub(super) fn completed(
    ctx: &Context,
    argv: &[OsString],
    verb: &str,
    voice: &Voice,
) -> Option<Exit> {
    let there = is_foreign(verb) && shim::next_mise(ctx).is_some();
    there.then(|| hand_over(ctx, argv, verb, "is not a task runner's business", voice))
}

/// `--flag VALUE`, `--flag=VALUE`
fn has_flag(argv: &[OsString], flag: &str) -> bool {
    let is_flag = |word: &str| {
        word.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    };
    argv.iter().filter_map(|word| word.to_str()).any(is_flag)
}

/// The words that are neither flags nor their values.
fn positions(argv: &[OsString]) -> impl Iterator<Item = &str> {
    let mut skip = false;
    argv.iter().skip(1).filter_map(|w| w.to_str()).filter(move |word| {
        if std::mem::take(&mut skip) {
            return false;
        }
        skip = TAKE_VALUES.contains(word);
        !word.starts_with('-')
    })
}

fn hand_over(ctx: &Context, argv: &[OsString], name: &str, why: &str, voice: &Voice) -> Exit {
    let depth = ctx.env.get_str(DEPTH).and_then(|d| d.parse().ok()).unwrap_or(0);
    let Some(next) = shim::next_mise(ctx).filter(|_| depth < MAX_DEPTH) else {
        let text = format!("`mise {name}` {why}, and there is no other mise on PATH");
        let problem = Problem::new("handover::none", text)
            .help("mep runs tasks; install mise for tools, environments and the rest");
        voice.problems(&[problem]);
        return Exit::Failure;
    };
    let mut command = std::process::Command::new(&next);
    let error = command.args(&argv[1..]).env(DEPTH, (depth + 1).to_string()).exec();
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
    let foreign = is_foreign(word);
    let known = !crate::plan::runnable(project, word).is_empty();
    if grammar == Dialect::Mise || !foreign || known || shim::next_mise(ctx).is_none() {
        return None;
    }
    let problem = Problem::new("select::unknown-task", format!("no task {word} found"))
        .help(format!("`mise {word}` is a command of mise"));
    voice.problems(&[problem]);
    Some(Exit::Failure)
}
