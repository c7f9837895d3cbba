//! Command lines without a flag of ours, which most are: read without the
//! grammar, which takes half of the time of a small run to put together. A
//! test holds it against the grammar.

use std::ffi::OsString;

use super::deferred::Deferred;
use super::run::RunArgs;
use super::tasks::{ListArgs, TasksArgs, TasksCommand};
use super::{Cli, Command, Global};

/// All first words that are no task's name. What the grammar alone knows of
/// them stays with it.
const VERBS: &[&str] = &[
    "run", "r", "tasks", "t", "task", "cache", "cfg", "complete", "completion", "completions",
    "config", "converge", "doctor", "dr", "e", "env", "g", "gen", "generate", "hook-env", "last",
    "log", "plan", "rerun", "settings", "trust", "untrust", "w", "watch", "which", "why",
];

/// Words that ask for the version where we stand in for mise.
const VERSION: [&str; 2] = ["version", "v"];

/// What the words say, if they are that plain.
pub(in crate::cli) fn read(argv: &[OsString]) -> Option<Cli> {
    let rest = argv.get(1..)?;
    let command = match rest.first()?.to_str()? {
        "run" | "r" => run(&rest[1..])?,
        "tasks" | "t" | "task" => tasks(&rest[1..])?,
        word if VERBS.contains(&word) || VERSION.contains(&word) => return None,
        _ => run(rest)?,
    };
    Some(Cli { global: Global::default(), command: Some(command) })
}

/// Everything from a task's name on is the task's.
fn run(words: &[OsString]) -> Option<Command> {
    let is_flag = words.first().is_some_and(|word| word.as_encoded_bytes().starts_with(b"-"));
    let mut args = RunArgs::default();
    args.words = words.to_vec();
    (!is_flag).then(|| Command::Run(Box::new(args)))
}

fn tasks(words: &[OsString]) -> Option<Command> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    let (is_ls, flags) = match words.split_first() {
        Some((&"ls", flags)) => (true, flags),
        _ => (false, &words[..]),
    };
    let json = match flags {
        [] => false,
        ["--json"] => true,
        _ => return None,
    };
    let list = ListArgs { json, ..ListArgs::default() };
    Some(Command::Tasks(if is_ls {
        let command = Some(TasksCommand::Ls(Deferred(Box::new(list))));
        TasksArgs { list: ListArgs::default(), task: None, command }
    } else {
        TasksArgs { list, task: None, command: None }
    }))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};
    use proptest::prelude::*;

    use super::super::words;
    use super::*;

    fn by_grammar(argv: &[OsString]) -> Cli {
        let (head, words) = words::split_words(&Cli::command(), argv, false);
        let matches = Cli::command().try_get_matches_from(head).unwrap();
        let mut cli = Cli::from_arg_matches(&matches).unwrap();
        if let Some(own) = cli.words() {
            *own = words;
        }
        cli
    }

    fn is_read_alike(words: &[&str]) -> bool {
        let argv: Vec<OsString> = ["mep"].iter().chain(words).map(OsString::from).collect();
        let Some(cli) = read(&argv) else {
            return false;
        };
        assert_eq!(format!("{cli:?}"), format!("{:?}", by_grammar(&argv)), "{words:?}");
        true
    }

    #[test]
    fn what_is_typed_all_day_is_plain() {
        for words in [
            &["build"][..],
            &["run", "a", "-x", ":::", "b"],
            &["r", "a"],
            &["run"],
            &["tasks"],
            &["t", "ls"],
            &["task", "ls", "--json"],
            &["tasks", "--json"],
            &["a", "--help"],
        ] {
            assert!(is_read_alike(words), "{words:?}");
        }
        for words in [
            &[][..],
            &["-n", "a"],
            &["run", "-n", "a"],
            &["run", "--", "a"],
            &["tasks", "deps"],
            &["version"],
            &["converge"],
            &["trust"],
            &["tasks", "ls", "-x"],
            &["--help"],
        ] {
            assert!(!is_read_alike(words), "{words:?}");
        }
    }

    #[test]
    fn every_verb_is_known() {
        let command = Cli::command();
        let mut names: Vec<&str> = command
            .get_subcommands()
            .flat_map(|c| std::iter::once(c.get_name()).chain(c.get_all_aliases()))
            .collect();
        names.sort_unstable();
        let mut known = VERBS.to_vec();
        known.sort_unstable();
        assert_eq!(names, known);
    }

    proptest! {
        #[test]
        fn plain_words_mean_what_the_grammar_says(
            words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..5)
        ) {
            is_read_alike(&words);
        }
    }

    const WORDS: &[&str] = &[
        "run", "r", "tasks", "t", "ls", "--json", "build", "deps", "-j2", "--", ":::", "", "-",
        "trust", "help", "a b", "é", "--help", "lsx", "v",
    ];
}
