//! Scripts that are one simple command, each word of which stands for itself in every shell: such
//! a command can be started without one. In doubt it cannot. Knows no files and no variables.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A longer text is no argument for a shell (128 KiB), and so none to spare one for.
const LONGEST: usize = 64 * 1024;

/// What a shell makes something of before it looks for a program: builtins and reserved words of
/// dash, bash, ksh, zsh and busybox, in the order of bytes. One that the shell at hand does not know
/// only costs a shell.
pub(super) const OF_SHELLS: &[&str] = &[
    "!", ".", ":", "[", "[[", "]]", "alias", "autoload", "bg", "bind", "bindkey", "break",
    "builtin", "bye", "caller", "case", "cd", "chdir", "command", "compgen", "complete", "compopt",
    "continue", "coproc", "declare", "dirs", "disable", "disown", "do", "done", "echo", "echotc",
    "echoti", "elif", "else", "emulate", "enable", "end", "esac", "eval", "exec", "exit", "export",
    "false", "fc", "fg", "fi", "float", "for", "foreach", "function", "functions", "getln",
    "getopts", "global", "hash", "help", "hist", "history", "if", "in", "integer", "jobs", "kill",
    "let", "limit", "local", "log", "logout", "mapfile", "nameref", "namespace", "newgrp",
    "nocorrect", "noglob", "popd", "print", "printf", "private", "pushd", "pushln", "pwd", "r",
    "read", "readarray", "readonly", "rehash", "repeat", "return", "sched", "select", "set",
    "setopt", "setvar", "shift", "shopt", "source", "stop", "suspend", "test", "then", "time",
    "times", "trap", "true", "ttyctl", "type", "typeset", "ulimit", "umask", "unalias",
    "unfunction", "unhash", "unlimit", "unset", "unsetopt", "until", "vared", "wait", "whence",
    "where", "which", "while", "{", "}",
];

/// Builtins that POSIX has be programs as well, and that without words do and say nothing: nobody
/// can tell the one from the other.
const PROGRAMS_TOO: [&str; 2] = ["false", "true"];

/// Programs to which it matters how they were started: `env` and `printenv` show the variables in
/// the order that the shell gives them, `setsid` does otherwise where it leads its group.
const SEE_THEIR_START: [&str; 3] = ["env", "printenv", "setsid"];

/// The words of a script that needs no shell, as its program is to get them.
pub fn simple_command(script: &str) -> Option<Vec<String>> {
    if script.len() > LONGEST {
        return None;
    }
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let mut rest = script.trim_matches([' ', '\t', '\n']);
    let mut words = Vec::new();
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = after.trim_start_matches(is_blank);
    }
    let is_program = is_program(words.first()?) || builtin_program(&words).is_some();
    is_program.then_some(())?;
    let sees = |word: &String| SEE_THEIR_START.iter().any(|name| is_named(word, name));
    (!words.iter().any(sees)).then_some(words)
}

/// True where a shell looks for a program of that name and for nothing else.
fn is_program(name: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_./+-".contains(c);
    let builtin = OF_SHELLS.binary_search(&name).is_ok();
    // A script that begins so is a flag of the shell.
    let is_flag = name.starts_with(['-', '+']);
    !name.is_empty() && !is_flag && name.chars().all(is_safe) && !builtin
}

/// Where the program is that stands for a command which every shell has built in.
pub fn builtin_program<W: AsRef<OsStr>>(words: &[W]) -> Option<PathBuf> {
    let [name] = words else { return None };
    let name = name.as_ref();
    PROGRAMS_TOO.iter().any(|known| name == *known).then(|| Path::new("/bin").join(name))
}

fn is_named(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name)
}

/// The word that `text` begins with, without its quotes, and what follows it; `None` where
/// something in it is more than itself.
fn word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next().filter(|c| !matches!(c, ' ' | '\t')) {
        rest = &rest[c.len_utf8()..];
        if let '\'' | '"' = c {
            let (quoted, behind) = rest.split_once(c)?;
            quoted.chars().all(|q| is_itself_between(c, q)).then_some(())?;
            word.push_str(quoted);
            rest = behind;
        } else {
            is_itself(c).then_some(())?;
            word.push(c);
        }
    }
    Some((word, rest))
}

/// Without quotes: no pattern, no brace, no history, no operator, no `~`.
fn is_itself(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./,:+=@%".contains(c)
}

fn is_itself_between(quote: char, c: char) -> bool {
    let expands = quote == '"' && "$`\\!".contains(c);
    matches!(c, ' '..='~' | '\t' | '\n') && !expands
}

/// True where the words in front of a script are `sh` and no flags but those that let a simple
/// command be the same: `-c`, `-e`, `-u`, and their long names.
pub fn is_plain_sh(shell: &[String]) -> bool {
    let Some(("sh", flags)) = shell.split_first().map(|(name, flags)| (name.as_str(), flags))
    else {
        return false;
    };
    let is_bundle = |flag: &str| {
        flag.strip_prefix('-')
            .is_some_and(|l| !l.is_empty() && l.chars().all(|c| "ceu".contains(c)))
    };
    let mut flags = flags.iter().map(String::as_str);
    let mut takes_script = false;
    while let Some(flag) = flags.next() {
        match flag {
            "-o" if matches!(flags.next(), Some("errexit" | "nounset")) => {}
            _ if is_bundle(flag) => takes_script |= flag.contains('c'),
            _ => return false,
        }
    }
    takes_script
}
