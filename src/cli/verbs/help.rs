//! `help VERB`, which means `VERB --help`. `help` is never a task's name.

use std::ffi::OsString;

use crate::cli::{grammar, handover};
use crate::model::Dialect;

/// The command line that `help` stands for; `None` for any other.
pub(in crate::cli) fn meant(dialect: Dialect, argv: &[OsString]) -> Option<Vec<OsString>> {
    let word = |at: usize| argv.get(at).and_then(|word| word.to_str());
    let at = match (word(1)?, word(2)) {
        ("help", _) => 1,
        ("tasks" | "task" | "t", Some("help")) => 2,
        _ => return None,
    };
    let mut words = [&argv[..at], &argv[at + 1..]].concat();
    if dialect == Dialect::Mise {
        words.truncate(known(&words));
    }
    words.push("--help".into());
    Some(words)
}

/// mise reads no further than it knows a command.
fn known(words: &[OsString]) -> usize {
    let first = words.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    if handover::is_foreign(first) {
        return words.len();
    }
    let grammar = grammar::command(Dialect::Mise);
    let mut command = &grammar;
    for (at, word) in words.iter().enumerate().skip(1) {
        match command.find_subcommand(word) {
            Some(below) => command = below,
            None => return at,
        }
    }
    words.len()
}
