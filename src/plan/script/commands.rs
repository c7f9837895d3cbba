//! The simple commands of a shell script, wherever in it they stand: also
//! those in `$( … )`, and in scripts that are given to `sh -c` or `ssh`.
//! Knows words, not what a program does with them.

use super::lexer;
use super::token::{Part, Token, Word};
use super::{SHELLS, program_name};

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its text; `*` where something expands.
    pub text: String,
    /// Nothing in it expands.
    pub whole: bool,
}

/// A command with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simple {
    /// Program and arguments, without what only wraps them (`sudo`, `env`).
    pub words: Vec<Text>,
    /// Texts of its here-documents.
    pub input: String,
    /// Where it begins in the script.
    pub at: usize,
}

impl Simple {
    /// The program's name without its directory.
    pub fn program(&self) -> &str {
        program_name(&self.words[0].text)
    }

    /// The words behind the program.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words[1..].iter().map(|word| word.text.as_str())
    }

    /// All of its text, as one would read it.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ") + "\n" + &self.input
    }
}

/// Scripts in scripts in scripts.
const DEEPEST: usize = 4;

/// All commands, in the order in which they are written; nothing of a script
/// that cannot be taken apart.
pub fn commands(script: &str) -> Vec<Simple> {
    let mut found = Vec::new();
    add(script, 0, &mut found);
    found
}

fn add(script: &str, depth: usize, found: &mut Vec<Simple>) {
    let Ok(tokens) = lexer::tokens(script) else {
        return;
    };
    let mut raw = Vec::new();
    Walk { tokens: &tokens, at: 0, here: 0 }.all(&mut raw);
    for command in raw {
        let Some(command) = unwrapped(command) else {
            continue;
        };
        let at = command.at;
        let inner = inner_script(&command).filter(|_| depth < DEEPEST);
        found.push(command);
        if let Some(inner) = inner {
            let from = found.len();
            add(&inner, depth + 1, found);
            found[from..].iter_mut().for_each(|command| command.at = at);
        }
    }
}

/// Words of the grammar before which, or instead of which, a command stands.
const FILLERS: [&str; 15] = [
    "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "{", "}", "!", "time",
    "coproc", "esac",
];

struct Walk<'t> {
    tokens: &'t [Token],
    at: usize,
    /// The last known place.
    here: usize,
}

impl<'t> Walk<'t> {
    fn all(mut self, out: &mut Vec<Simple>) {
        let (mut depth, mut pattern) = (0_usize, false);
        while self.at < self.tokens.len() {
            let (words, input) = self.group(out);
            let end = self.tokens.get(self.at).and_then(operator).unwrap_or("\n");
            self.at += 1;
            let closes_pattern = end == ")" && depth == 0;
            let is_function = end == "(" && words.len() == 1;
            match end {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let first = words.first().and_then(|word| word.bare()).unwrap_or_default();
            let opens_case = first == "case";
            if !(pattern || closes_pattern || is_function || opens_case) {
                self.command(&words, input, out);
            }
            let ends_case = first == "esac";
            pattern = !closes_pattern
                && !ends_case
                && (pattern || opens_case || matches!(end, ";;" | ";&" | ";;&"));
        }
    }

    /// The words up to the next operator, and what is fed to them.
    fn group(&mut self, out: &mut Vec<Simple>) -> (Vec<&'t Word>, String) {
        let (mut words, mut input): (Vec<&'t Word>, String) = (Vec::new(), String::new());
        let tokens = self.tokens;
        while let Some(token) = tokens.get(self.at) {
            let in_test = words.first().is_some_and(|word| word.bare() == Some("[["))
                && words.last().is_some_and(|word| word.bare() != Some("]]"));
            match token {
                Token::Operator(_) if !in_test => break,
                Token::Operator(_) => {}
                Token::Word(word) => {
                    self.nested(&word.parts, out);
                    words.push(word);
                }
                Token::Redirect { body, .. } => {
                    self.nested(body, out);
                    input.push_str(&text(body).text);
                    // The word behind it says where the stream goes.
                    if let Some(Token::Word(word)) = tokens.get(self.at + 1) {
                        self.nested(&word.parts, out);
                        self.at += 1;
                    }
                }
                Token::Arithmetic(parts) => self.nested(parts, out),
            }
            self.at += 1;
        }
        (words, input)
    }

    fn nested(&mut self, parts: &[Part], out: &mut Vec<Simple>) {
        for part in parts {
            if let Part::Command(tokens) | Part::Process(tokens) = part {
                Walk { tokens, at: 0, here: self.here }.all(out);
            }
        }
    }

    fn command(&mut self, words: &[&Word], input: String, out: &mut Vec<Simple>) {
        let filler = |word: &&&Word| word.bare().is_some_and(|text| FILLERS.contains(&text));
        let fillers = words.iter().take_while(filler).count();
        let words = &words[fillers..];
        let header = ["for", "select", "case", "function"];
        let is_header = words.first().and_then(|word| word.bare());
        if is_header.is_some_and(|text| header.contains(&text)) {
            return;
        }
        let assignments = words.iter().take_while(|word| is_assignment(word)).count();
        let words = &words[assignments..];
        let Some(first) = words.first() else {
            return;
        };
        self.here = first.at.as_ref().map_or(self.here, |at| at.start);
        let words = words.iter().map(|word| text(&word.parts)).collect();
        out.push(Simple { words, input, at: self.here });
    }
}

fn operator(token: &Token) -> Option<&'static str> {
    match token {
        Token::Operator(operator) => Some(operator),
        _ => None,
    }
}

fn is_assignment(word: &Word) -> bool {
    let Some(Part::Plain(text)) = word.parts.first() else {
        return false;
    };
    let name = text.split_once('=').map(|(name, _)| name.trim_end_matches('+'));
    let plain = |c: char| c == '_' || c.is_ascii_alphanumeric();
    name.is_some_and(|name| !name.is_empty() && name.chars().all(plain))
}

fn text(parts: &[Part]) -> Text {
    let mut all = Text { text: String::new(), whole: true };
    for part in parts {
        match part {
            Part::Plain(text) | Part::Quoted(text) => all.text.push_str(text),
            _ => {
                all.text.push('*');
                all.whole = false;
            }
        }
    }
    all
}

/// Programs that run the command behind them, and their flags with a value.
const WRAPPERS: [(&str, &[&str]); 12] = [
    ("sudo", &["-u", "-g", "-h", "-p"]),
    ("env", &["-u", "-C", "-S"]),
    ("exec", &["-a"]),
    ("command", &[]),
    ("builtin", &[]),
    ("nohup", &[]),
    ("nice", &["-n"]),
    ("time", &[]),
    ("timeout", &["-k", "-s"]),
    ("xargs", &["-n", "-P", "-I", "-L", "-d"]),
    ("npx", &["-p", "--package"]),
    ("bunx", &["-p", "--package"]),
];

/// Tools whose `run` or `exec` does the same.
const RUNNERS: [(&str, &str); 9] = [
    ("uv", "run"),
    ("poetry", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("pipenv", "run"),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("yarn", "dlx"),
    ("bundle", "exec"),
];

/// The command without its wrappers; `None` where nothing is left.
fn unwrapped(mut command: Simple) -> Option<Simple> {
    loop {
        let first = command.words.first()?;
        let program = program_name(&first.text).to_string();
        let second = command.words.get(1).map_or("", |word| word.text.as_str());
        let (skip, valued): (usize, &[&str]) =
            match WRAPPERS.iter().find(|(name, _)| *name == program) {
                Some((_, valued)) => (1, valued),
                None if RUNNERS.contains(&(program.as_str(), second)) => (2, &["--with", "-p"]),
                None => match behind_dashes(&command.words, &program) {
                    Some(at) => (at, &[]),
                    None => return Some(command),
                },
            };
        command.words.drain(..skip);
        flags(&mut command.words, valued);
        // `timeout 5 program`
        if program == "timeout" && !command.words.is_empty() {
            command.words.remove(0);
        }
    }
}

/// Drops flags, their values, and assignments.
fn flags(words: &mut Vec<Text>, valued: &[&str]) {
    while let Some(word) = words.first().map(|word| word.text.clone()) {
        let takes = valued.contains(&word.as_str());
        if !word.starts_with('-') && !word.contains('=') {
            return;
        }
        words.drain(..(1 + usize::from(takes)).min(words.len()));
        if word == "--" {
            return;
        }
    }
}

/// `doppler run -- program`, `mise exec node -- program`: where the program stands.
fn behind_dashes(words: &[Text], program: &str) -> Option<usize> {
    const TOOLS: [&str; 9] =
        ["mise", "mep", "doppler", "op", "dotenvx", "infisical", "chamber", "aws-vault", "direnv"];
    let verb = words.get(1).map_or("", |word| word.text.as_str());
    // What follows the dashes of `mise run task --` belongs to the task.
    let runs = ["mise", "mep"].contains(&program) && !matches!(verb, "exec" | "x");
    let dashes = words.iter().position(|word| word.text == "--")?;
    (TOOLS.contains(&program) && !runs).then_some(dashes + 1)
}

/// The script that is given to a shell, here or on another machine.
fn inner_script(command: &Simple) -> Option<String> {
    let program = command.program();
    let words = &command.words[1..];
    let script = if SHELLS.contains(&program) {
        let flag = words.iter().position(|word| {
            word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('c')
        })?;
        words.get(flag + 1)?
    } else if program == "eval" {
        words.first()?
    } else if program == "ssh" {
        words.iter().skip(1).find(|word| word.text.contains(' '))?
    } else {
        return None;
    };
    Some(script.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(script: &str) -> Vec<String> {
        let text = |simple: &Simple| {
            let words: Vec<&str> = simple.words.iter().map(|w| w.text.as_str()).collect();
            words.join(" ")
        };
        commands(script).iter().map(text).collect()
    }

    #[test]
    fn commands_are_found_wherever_they_stand() {
        assert_eq!(all("a b && c; d | e &\nf"), ["a b", "c", "d", "e", "f"]);
        assert_eq!(all("if x y; then z; else w; fi"), ["x y", "z", "w"]);
        assert_eq!(all("for i in 1 2; do a $i; done"), ["a *"]);
        assert_eq!(all("case $x in a|b) c ;; *) d ;; esac; e"), ["c", "d", "e"]);
        assert_eq!(all("f() { a; }; f"), ["a", "f"]);
        assert_eq!(all("A=1 B=$(x y) c \"$(d)\" >out"), ["x y", "d", "c *"]);
        assert_eq!(all("[[ a == b && c ]] || { echo no; exit 1; }").last().unwrap(), "exit 1");
        assert_eq!(all("(a; b) && ! c"), ["a", "b", "c"]);
    }

    #[test]
    fn wrappers_are_taken_away_and_inner_scripts_opened() {
        assert_eq!(all("sudo -u me env A=1 a b"), ["a b"]);
        assert_eq!(all("uv run --with x twine upload"), ["twine upload"]);
        assert_eq!(all("doppler run -p x -- a b"), ["a b"]);
        assert_eq!(all("mise run a -- b"), ["mise run a -- b"]);
        assert_eq!(all("mise x node@1 -- a"), ["a"]);
        assert_eq!(all("ssh h 'a b' && c")[1..], ["a b", "c"]);
        assert_eq!(all("/usr/bin/env bash -c 'T=$(gh t) npx s r'")[1..], ["gh t", "s r"]);
        assert_eq!(all("timeout 5 a"), ["a"]);
    }

    #[test]
    fn what_is_only_said_is_no_command() {
        assert_eq!(all("echo 'now run: mise run x'"), ["echo now run: mise run x"]);
        let said = commands("cat <<'E'\nmise run x\nE\ncat <<E\n$y mise run z\nE\n");
        assert_eq!(said.len(), 2);
        assert!(said[0].input.contains("mise run x"), "{said:?}");
        assert!(said[1].input.contains("mise run z"), "{said:?}");
        assert_eq!(all("echo 'open"), [""; 0]);
    }
}
