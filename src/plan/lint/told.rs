//! Names of tasks in commands (`mise run x`) and in what they say. Knows no
//! project.

use crate::plan::script::Simple;

/// Flags of `run` that take the next word.
const VALUED: [&str; 14] = [
    "-j", "--jobs", "-o", "--output", "-s", "--shell", "-t", "--tool", "-E", "--env", "-P",
    "--profile", "--timeout", "--log-level",
];

/// The tasks that a command runs or watches; `*` stands for what expands.
pub(super) fn run_by(simple: &Simple) -> Vec<String> {
    if !matches!(simple.program(), "mise" | "mep") {
        return Vec::new();
    }
    let words: Vec<&str> = simple.arguments().collect();
    // Another directory, another project.
    if words.iter().any(|word| *word == "-C" || word.starts_with("--cd")) {
        return Vec::new();
    }
    let mut words = behind_flags(&words);
    let verb = words.first().copied().unwrap_or_default();
    words = match verb {
        "run" | "r" | "watch" | "w" => behind_flags(&words[1..]),
        "tasks" | "task" | "t" if matches!(words.get(1), Some(&"run" | &"r")) => {
            behind_flags(&words[2..])
        }
        _ => words,
    };
    let parts = words.split(|word| *word == ":::").filter_map(|part| part.first());
    parts.map(|name| (*name).to_string()).collect()
}

fn behind_flags<'w, 't>(words: &'w [&'t str]) -> &'w [&'t str] {
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        at += if VALUED.contains(word) { 2 } else { 1 };
    }
    words.get(at..).unwrap_or_default()
}

/// The tasks that a text tells its reader to run, with where that stands.
pub(super) fn in_text(text: &str) -> Vec<String> {
    let bare = |word: &str| {
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | ':' | '/');
        let word = word.trim_start_matches(|c| !inside(c));
        let end = word.find(|c| !inside(c)).unwrap_or(word.len());
        word[..end].trim_end_matches(':').to_string()
    };
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    let mut found = Vec::new();
    for at in 0..words.len() {
        let rest = &words[at..];
        let mut rest = match rest {
            [program, verb, rest @ ..]
                if (program == "mise" || program == "mep") && (verb == "run" || verb == "r") =>
            {
                rest
            }
            _ => continue,
        };
        while let [flag, after @ ..] = rest
            && flag.starts_with('-')
        {
            rest = after;
        }
        found.extend(rest.first().filter(|name| !name.is_empty()).cloned());
    }
    found
}

/// What stands before the first `:`.
pub(super) fn family(name: &str) -> &str {
    name.split_once(':').map_or("", |(family, _)| family)
}

/// The words that a name is made of, in small letters.
pub(super) fn parts(name: &str) -> Vec<String> {
    let cut = |c: char| !c.is_alphanumeric();
    name.split(cut).filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::script::commands;

    #[test]
    fn commands_that_run_tasks() {
        let all = |script: &str| commands(script).iter().flat_map(run_by).collect::<Vec<_>>();
        assert_eq!(all("mise run -j 2 a x ::: b; mep tasks run c; mise d"), ["a", "b", "c", "d"]);
        assert_eq!(all("mise run test:$X && mise -q r e"), ["test:*", "e"]);
        assert_eq!(all("mise -C sub run a; echo mise run b"), [""; 0]);
    }

    #[test]
    fn texts_that_tell_to() {
        assert_eq!(in_text("Done! Now run: `mise run release:pypi`."), ["release:pypi"]);
        assert_eq!(in_text("(mep run -f a) or mise r b: c"), ["a", "b"]);
        assert_eq!(in_text("mise install; mise run"), [""; 0]);
    }
}
