//! One mistake that people make in TOML because it is right in a shell: a
//! quote inside single quotes, written `'\''`. Knows no key and no file.

use std::borrow::Cow;

/// The shell's way to write a quote inside single quotes.
const QUOTE: &str = r"'\''";

/// `text` with each `key = '…'\''…'` written as TOML has it. Every byte behind
/// such a value stays at its place. Returns the numbers of the changed lines.
pub(super) fn shell_quotes(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    if !text.contains(QUOTE) {
        return (text.into(), Vec::new());
    }
    let mut lines = Vec::new();
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split_inclusive('\n').enumerate() {
        match repaired(line) {
            Some(better) => {
                out.push_str(&better);
                lines.push(i + 1);
            }
            None => out.push_str(line),
        }
    }
    (out.into(), lines)
}

/// The line with its value as TOML has it, padded to the same length.
fn repaired(line: &str) -> Option<String> {
    let bare = line.trim_end();
    let (key, value) = bare.split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
    let value = value.trim_start();
    let inner = value.strip_prefix('\'')?.strip_suffix('\'')?;
    let is_value = key.chars().all(plain) && !value.starts_with("'''") && inner.contains(QUOTE);
    let content = inner.replace(QUOTE, "\u{0}");
    if !is_value || content.contains('\'') {
        return None;
    }
    let content = content.replace('\u{0}', "'");
    let escaped = format!("\"{}\"", content.replace('\\', r"\\").replace('"', "\\\""));
    let literal = format!("'''{content}'''");
    let ambiguous = content.starts_with('\'') || content.contains("'''");
    let room = value.len();
    let better = match escaped.len() <= room {
        true => escaped,
        false if literal.len() <= room && !ambiguous => literal,
        false => return None,
    };
    let start = bare.len() - value.len();
    let (before, rest) = (&bare[..start], &line[bare.len()..]);
    Some(format!("{before}{better}{}{rest}", " ".repeat(room - better.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> Option<String> {
        let (text, lines) = shell_quotes(line);
        assert_eq!(text.len(), line.len());
        let table = toml::de::DeTable::parse(&text).ok()?;
        let value = table.get_ref().get("run")?.get_ref().as_str()?.to_string();
        (lines == [1]).then_some(value)
    }

    #[test]
    fn a_quote_in_quotes_is_read_as_the_shell_reads_it() {
        assert_eq!(value(r"run = 'it'\''s'").as_deref(), Some("it's"));
        assert_eq!(value("run = 'bash -c '\\''a b'\\'''\n").as_deref(), Some("bash -c 'a b'"));
        let quoted = r#"run = 'a '\''"\d"'\'' "b"'"#;
        assert_eq!(value(quoted).as_deref(), Some(r#"a '"\d"' "b""#));
        assert_eq!(value(r"run = 'é'\''ü'\''s'").as_deref(), Some("é'ü's"));
    }

    #[test]
    fn what_is_something_else_is_left_alone() {
        for line in [r"echo 'it'\''s'", r"run = '''it'\''s'''", r"run = 'a' 'it'\''s'", "run = 'a'"]
        {
            assert_eq!(shell_quotes(line), (line.into(), Vec::new()), "{line}");
        }
    }
}
