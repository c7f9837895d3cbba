//! What the text of an inline script says about the words and the input it
//! takes. In doubt nothing is said, and the script runs as in mise.

mod commands;
mod lexer;
mod questions;
mod simple;
#[cfg(test)]
mod simple_tests;
mod sites;
#[cfg(test)]
mod tests;
mod token;

pub use commands::{Simple, commands};
use questions::{Facts, facts};
pub use simple::{builtin_program, is_plain_sh, simple_command};

use super::echo;

/// Shells whose grammar is known here.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"];

/// How a shell script gets the words of its call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Quoted, behind its text: mise's way, and that of shells not known here.
    Appended,
    /// As parameters where the script refers to them, else behind its text.
    AsAsked,
    /// As parameters where the script refers to them: they have been taken
    /// apart already.
    OnlyAsked,
}

/// A script together with the words of its call.
#[derive(Debug, PartialEq, Eq)]
pub struct Filled<'a> {
    /// The text to show.
    pub shown: String,
    /// The text to run, where it is another.
    pub run: Option<String>,
    /// What becomes `$1`, `$2`, ….
    pub parameters: &'a [String],
}

/// Joins a script and its words.
pub fn fill<'a>(shell: &[String], script: &str, args: &'a [String], words: Words) -> Filled<'a> {
    let asked = words != Words::Appended && !args.is_empty() && takes_parameters(script);
    let shown = match words {
        Words::Appended | Words::AsAsked if !asked => echo::with_args(script, args),
        _ => script.to_string(),
    };
    let known = words != Words::Appended && knows_only_named_reads(shell);
    let run = if known { with_read_names(&shown) } else { None };
    Filled { shown, run, parameters: if asked { args } else { &[] } }
}

/// `dash` and those who call it `sh` refuse a `read` without a name.
fn knows_only_named_reads(shell: &[String]) -> bool {
    shell.first().is_some_and(|program| matches!(program_name(program), "sh" | "dash" | "ash"))
}

fn program_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// True where `words` start a POSIX shell that takes its script from the word
/// behind them.
pub fn takes_script(words: &[String]) -> bool {
    let Some((program, flags)) = words.split_first() else {
        return false;
    };
    let with_c =
        |flag: &String| flag.starts_with('-') && !flag.starts_with("--") && flag.contains('c');
    SHELLS.contains(&program_name(program)) && flags.iter().any(with_c)
}

/// True where the interpreter line names a POSIX shell.
pub fn has_shell_line(script: &str) -> bool {
    let Some(line) = script.trim_start().strip_prefix("#!") else {
        return false;
    };
    let line = line.lines().next().unwrap_or_default();
    line.split_whitespace().take(3).any(|word| SHELLS.contains(&program_name(word)))
}

/// True where the script refers to positional parameters that are not its
/// own: outside single quotes, escapes, quoted here-documents and functions.
pub fn takes_parameters(script: &str) -> bool {
    of(script).parameters
}

/// True where `read` or `select` reads the script's own standard input.
pub fn reads_input(script: &str) -> bool {
    of(script).reads
}

/// The script with a name behind each `read` that has none: a plain `sh`
/// knows no other, and the value is the same as in shells that do.
fn with_read_names(script: &str) -> Option<String> {
    let reads = of(script).bare_reads;
    let mut words: Vec<(usize, &str)> = reads.iter().map(|read| (read.end, " REPLY")).collect();
    words.extend(reads.iter().filter(|r| !r.prefixed).map(|read| (read.word.start, "IFS= ")));
    words.sort_unstable();
    let mut text = String::new();
    let mut done = 0;
    for (at, word) in &words {
        text.push_str(script.get(done..*at)?);
        text.push_str(word);
        done = *at;
    }
    text.push_str(script.get(done..)?);
    (!words.is_empty()).then_some(text)
}

fn of(script: &str) -> Facts {
    // Most scripts have neither, and need no closer look.
    let worth = ["$", "read", "select", "shift", "getopts", "for"];
    if !worth.iter().any(|w| script.contains(w)) {
        return Facts::default();
    }
    lexer::tokens(script).map_or_else(|_| Facts::default(), |tokens| facts(&tokens))
}
