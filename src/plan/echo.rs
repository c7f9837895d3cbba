//! What a command looks like to a person: the one line shown before it runs,
//! and arguments quoted as one would type them.

use std::borrow::Cow;

/// `word` as it can be typed into a POSIX shell, quoted where mise quotes; also
/// where a shell would make several words of its braces.
pub fn quote(word: &str) -> Cow<'_, str> {
    match shell_words::quote(word) {
        Cow::Borrowed(word) if word.contains('{') && word != "{}" => format!("'{word}'").into(),
        quoted => quoted,
    }
}

/// `script` with `args` appended to its text.
pub fn with_args(script: &str, args: &[String]) -> String {
    args.iter().fold(script.to_string(), |mut text, arg| {
        text.push(' ');
        text.push_str(&quote(arg));
        text
    })
}

/// A file and its arguments as mise shows them: without quotes.
pub fn plain(file: &str, args: &[String]) -> String {
    [std::slice::from_ref(&file.to_string()), args].concat().join(" ")
}

/// The first command of a script: blank lines, an interpreter line and `set`
/// lines are passed over, lines ending in a backslash are joined.
pub fn first_command(script: &str) -> String {
    let mut lines = script.lines().skip_while(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with("#!") || line == "set" || line.starts_with("set ")
    });
    let mut shown = String::new();
    for line in lines.by_ref() {
        let line = line.trim();
        let Some(open) = line.strip_suffix('\\') else {
            shown.push_str(line);
            break;
        };
        shown.push_str(open.trim_end());
        shown.push(' ');
    }
    shown.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_command_is_shown() {
        assert_eq!(first_command("\n#!/bin/sh\nset -e\n# c\necho"), "# c");
        assert_eq!(first_command("echo a \\\n  b\necho c"), "echo a b");
        assert_eq!(first_command(""), "");
    }

    #[test]
    fn words_are_quoted_only_when_they_must_be() {
        assert_eq!(quote("a-b:c/d,e@f^g!h]"), "a-b:c/d,e@f^g!h]");
        assert_eq!(quote("a=b"), "'a=b'");
        assert_eq!(quote("~/x"), "'~/x'");
        assert_eq!(quote("{}"), "{}");
        assert_eq!(quote("{a,b}"), "'{a,b}'");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
    }
}
