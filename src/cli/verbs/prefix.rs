//! A name that is the beginning of one task's name only: asked about on a
//! terminal. Elsewhere the name is unknown, and the error suggests the task.

use std::io::{BufRead, IsTerminal, Write};

use crate::config::Loaded;
use crate::model::Project;
use crate::plan::{runnable, unique_prefix};

/// Puts the whole name in the place of each one that was meant.
pub(in crate::cli) fn complete(loaded: &Loaded, words: &mut [String]) {
    let yes = loaded.settings.yes;
    replace(&loaded.project, words, |word, name| yes || agrees(word, name));
}

/// As `complete` with the answer yes to every question.
pub(in crate::cli) fn guess(project: &Project, words: &mut [String]) {
    replace(project, words, |_, _| true);
}

fn replace(project: &Project, words: &mut [String], agrees: impl Fn(&str, &str) -> bool) {
    let mut at_name = true;
    for word in words.iter_mut() {
        if word == "--" {
            return;
        }
        let is_name = std::mem::replace(&mut at_name, word == ":::");
        if !is_name || word == ":::" {
            continue;
        }
        if let Some(name) = meant(project, word)
            && can_ask()
            && agrees(word, &name)
        {
            *word = name;
        }
    }
}

fn meant(project: &Project, word: &str) -> Option<String> {
    runnable(project, word).is_empty().then(|| unique_prefix(project, word)).flatten()
}

fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn agrees(word: &str, name: &str) -> bool {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "no task {word} found; run {name}? [Y/n] ");
    let _ = err.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).unwrap_or(0);
    let answer = line.trim().to_ascii_lowercase();
    read > 0 && matches!(answer.as_str(), "" | "y" | "yes")
}
