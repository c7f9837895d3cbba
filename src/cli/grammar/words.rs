//! Where the flags of ours end and a task's words begin, on a command line
//! that is not plain. Reads the flags' names off the grammar.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::{Args, CommandFactory};

use super::plan::PlanArgs;
use super::watch::WatchArgs;
use super::{Cli, OWN};
use crate::model::{Dialect, Problem, Project, closest};

/// Where the first word stands that is neither a flag nor a flag's value.
pub(in crate::cli) fn first_word(command: &clap::Command, argv: &[OsString]) -> Option<usize> {
    Some(skip_flags(&[command], argv, 1)).filter(|at| *at < argv.len())
}

/// True where neither we nor `run` know the flag that stands first: for mise that
/// is no task, but a mistake.
pub(in crate::cli) fn begins_with_unknown_flag(command: &clap::Command, argv: &[OsString]) -> bool {
    let run = command.find_subcommand("run").into_iter();
    let at = skip_flags(&[command].into_iter().chain(run).collect::<Vec<_>>(), argv, 1);
    let word = argv.get(at).and_then(|word| word.to_str()).unwrap_or_default();
    word.starts_with('-') && word != "--"
}

/// The first word, if it is a command of ours that a task may take the place of.
pub(in crate::cli) fn own_verb(command: &clap::Command, argv: &[OsString]) -> Option<usize> {
    let at = first_word(command, argv)?;
    OWN.iter().any(|own| argv[at] == *own).then_some(at)
}

/// Flags of ours stand before the task's name; from the name on every word is
/// the task's. Returns what clap may see and the words, if there are any.
/// `is_task`: the first word is a task, whatever command has its name.
pub(in crate::cli) fn split_words(
    command: &clap::Command,
    argv: &[OsString],
    is_task: bool,
) -> (Vec<OsString>, Vec<OsString>) {
    let argv = &run_before_its_flags(command, argv)[..];
    let run = command.find_subcommand("run");
    let at = skip_flags(&[command], argv, 1);
    let verb = argv.get(at).and_then(|w| w.to_str()).unwrap_or_default();
    let sub = command.find_subcommand(verb).filter(|_| !is_task);
    let plan;
    let mut takes = run;
    let (from, verbs) = match sub.map(clap::Command::get_name) {
        Some("run") => (at + 1, Vec::new()),
        Some("plan") => {
            plan = PlanArgs::augment_args(clap::Command::new("plan"));
            takes = Some(&plan);
            (at + 1, Vec::new())
        }
        Some("tasks") => {
            let next = skip_flags(&[command], argv, at + 1);
            match argv.get(next).and_then(|w| w.to_str()) {
                Some("run" | "r") => (next + 1, Vec::new()),
                _ => return (argv.to_vec(), Vec::new()),
            }
        }
        Some("watch") => return watch_words(command, argv, at + 1),
        Some(_) => return (argv.to_vec(), Vec::new()),
        None if at < argv.len() => (at, vec![OsString::from("run")]),
        _ => return (argv.to_vec(), Vec::new()),
    };
    let end = if verbs.is_empty() {
        skip_flags(&[command].into_iter().chain(takes).collect::<Vec<_>>(), argv, from)
    } else {
        from
    };
    let head = argv[..end].iter().cloned().chain(verbs).collect();
    (head, argv[end..].to_vec())
}

/// `watch` takes its flags wherever they stand, as mise does: behind a task's
/// name, too. What it does not know is the task's, and all behind `--`.
fn watch_words(
    command: &clap::Command,
    argv: &[OsString],
    from: usize,
) -> (Vec<OsString>, Vec<OsString>) {
    let own = WatchArgs::augment_args(clap::Command::new("watch"));
    let (mut head, mut words) = (argv[..from].to_vec(), Vec::new());
    let mut at = from;
    while at < argv.len() {
        let text = argv[at].to_str().unwrap_or_default();
        if text == "--" {
            words.extend_from_slice(&argv[at + 1..]);
            break;
        }
        let used = flag_words(&[&own, command], text).unwrap_or(0);
        let next = argv.get(at + 1).and_then(|word| word.to_str());
        let used = match used {
            2 if may_lack_value(&own, text) && next.is_none_or(|word| word.starts_with('-')) => 1,
            used => used,
        };
        let end = (at + used.max(1)).min(argv.len());
        let part = if used == 0 { &mut words } else { &mut head };
        part.extend_from_slice(&argv[at..end]);
        at = end;
    }
    (head, words)
}

/// True for a flag that takes a value or none.
fn may_lack_value(command: &clap::Command, word: &str) -> bool {
    let named = |arg: &clap::Arg| {
        let long = word.strip_prefix("--");
        let aliased = |name| arg.get_all_aliases().is_some_and(|all| all.contains(&name));
        let by_name = long.is_some_and(|name| arg.get_long() == Some(name) || aliased(name));
        // The last of several letters is the one that takes a value.
        by_name || (long.is_none() && arg.get_short() == word.chars().last())
    };
    let optional = |arg: &clap::Arg| arg.get_num_args().is_some_and(|n| n.min_values() == 0);
    command.get_arguments().any(|arg| named(arg) && optional(arg))
}

/// `-n build`, `-n run build`: flags of `run` stand behind it.
fn run_before_its_flags<'a>(command: &clap::Command, argv: &'a [OsString]) -> Cow<'a, [OsString]> {
    let Some(run) = command.find_subcommand("run") else {
        return argv.into();
    };
    let at = skip_flags(&[command], argv, 1);
    let name = skip_flags(&[command, run], argv, 1);
    let Some(word) = argv.get(name).and_then(|w| w.to_str()).filter(|_| name > at) else {
        return argv.into();
    };
    let rest = match command.find_subcommand(word).map(clap::Command::get_name) {
        Some("run") => name + 1,
        None if !word.starts_with('-') => name,
        _ => return argv.into(),
    };
    [&argv[..at], &["run".into()], &argv[at..name], &argv[rest..]].concat().into()
}

/// mise takes `--json=no` for `--json`, whatever the value: flags that have none
/// lose what stands behind `=`.
pub(in crate::cli) fn without_idle_values(
    command: &clap::Command,
    head: Vec<OsString>,
) -> Vec<OsString> {
    let mut at = vec![command];
    let mut own = true;
    let plain = |word: OsString| {
        own &= word != "--";
        let Some(text) = word.to_str().filter(|_| own) else {
            return word;
        };
        if let Some(verb) = at.last().and_then(|command| command.find_subcommand(text)) {
            at.push(verb);
        }
        match text.split_once('=').filter(|(name, _)| is_switch(&at, name)) {
            Some((name, _)) => name.into(),
            None => word,
        }
    };
    head.into_iter().map(plain).collect()
}

/// `--name` of a flag without a value.
fn is_switch(commands: &[&clap::Command], word: &str) -> bool {
    let built = |command: &&clap::Command| {
        let mut command = clap::Command::clone(command).disable_help_subcommand(true);
        command.build();
        command
    };
    let Some(name) = word.strip_prefix("--").filter(|name| !matches!(*name, "help" | "version"))
    else {
        return false;
    };
    let named = |arg: &clap::Arg| {
        let aliased = arg.get_all_aliases().is_some_and(|all| all.contains(&name));
        (arg.get_long() == Some(name) || aliased) && !arg.get_action().takes_values()
    };
    commands.iter().map(built).any(|command| command.get_arguments().any(named))
}

/// Index of the first word from `at` on that is no known flag and no value of
/// one.
fn skip_flags(commands: &[&clap::Command], argv: &[OsString], mut at: usize) -> usize {
    while let Some(word) = argv.get(at).and_then(|w| w.to_str()) {
        match flag_words(commands, word) {
            Some(used) => at += used,
            None => return at,
        }
    }
    at.min(argv.len())
}

/// How many words a known flag takes; `None` for anything else.
fn flag_words(commands: &[&clap::Command], word: &str) -> Option<usize> {
    let all = || commands.iter().flat_map(|c| c.get_arguments());
    let takes = |arg: &clap::Arg| arg.get_action().takes_values() && !arg.is_require_equals_set();
    let words = |arg: &clap::Arg| if takes(arg) { 2 } else { 1 };
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
        if matches!(name, "help" | "version") {
            return Some(1);
        }
        let named = |a: &&clap::Arg| {
            a.get_long() == Some(name)
                || a.get_all_aliases().is_some_and(|aliases| aliases.contains(&name))
        };
        let found = all().find(named)?;
        return Some(if value.is_some() { 1 } else { words(found) });
    }
    let mut letters = word.strip_prefix('-').filter(|l| !l.is_empty())?.chars().peekable();
    while let Some(letter) = letters.next() {
        if matches!(letter, 'h' | 'V') {
            continue;
        }
        let named = |a: &&clap::Arg| {
            a.get_short() == Some(letter)
                || a.get_all_short_aliases().is_some_and(|aliases| aliases.contains(&letter))
        };
        let found = all().find(named)?;
        if words(found) == 2 {
            return Some(if letters.peek().is_some() { 1 } else { 2 });
        }
    }
    Some(1)
}

/// Words as text.
pub(in crate::cli) fn texts(words: &[OsString]) -> Result<Vec<String>, Problem> {
    let text = |word: &OsString| {
        let text = word.to_str().map(str::to_string);
        text.ok_or_else(|| {
            let shown = word.to_string_lossy();
            Problem::new("usage::encoding", format!("`{shown}` is not UTF-8"))
                .help("task names and arguments have to be UTF-8 text")
        })
    };
    words.iter().map(text).collect()
}

/// A mistyped flag of `run` in the place of a task's name.
pub(in crate::cli) fn refuse_flag(
    word: &str,
    project: &Project,
    dialect: Dialect,
) -> Result<(), Problem> {
    if !word.starts_with('-') {
        return Ok(());
    }
    let flags = Cli::command();
    flags.find_subcommand("run").map_or(Ok(()), |run| refuse_flag_of(run, word, project, dialect))
}

/// A mistyped flag of a command in the place of a task's name.
pub(in crate::cli) fn refuse_flag_of(
    command: &clap::Command,
    word: &str,
    project: &Project,
    dialect: Dialect,
) -> Result<(), Problem> {
    if dialect == Dialect::Mise
        || !word.starts_with('-')
        || word == "--"
        || project.find(word).is_some()
    {
        return Ok(());
    }
    let flags = Cli::command();
    let known: Vec<String> = command
        .get_arguments()
        .chain(flags.get_arguments())
        .filter(|a| !a.is_hide_set())
        .filter_map(|a| a.get_long().map(str::to_string))
        .collect();
    let problem = Problem::new("usage::flag", format!("unexpected flag `{word}`"));
    let near = closest(word.trim_start_matches('-'), known.iter().map(String::as_str), 1);
    Err(match near.first() {
        Some(near) => problem.help(format!("did you mean `--{near}`?")),
        None => problem.help(format!("`mep {} --help` lists the flags", command.get_name())),
    })
}
