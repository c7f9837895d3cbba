//! Where a mistake in a template stands in its file: from an offset in the
//! decoded text back to the TOML it was written as.

use std::sync::Arc;

use super::TemplateError;
use crate::model::{SourceFile, Spot};

/// The piece of `file` at which `error` points, in the first string from byte
/// `from` on that holds `text`. `None` where there is no such string, or where
/// the error names no place.
pub fn spot(
    file: &Arc<SourceFile>,
    from: usize,
    text: &str,
    error: &TemplateError,
) -> Option<Spot> {
    let start = error.offset?;
    let name = |c: char| c.is_alphanumeric() || c == '_';
    let rest = text.get(start..)?;
    let width = rest.find(|c| !name(c)).unwrap_or(rest.len());
    let width = width.max(rest.chars().next().map_or(1, char::len_utf8));
    // A directory or a shell may come from `[task_config]`, above the task.
    let found = |from| Located::find(&file.text, from, text);
    let raw = found(from).or_else(|| found(0))?;
    let (begin, end) = (raw.at(start), raw.at(start + width));
    Some(Spot::new(file, begin..end.max(begin + 1)))
}

/// A text found in a file: where each of its bytes is written there.
struct Located {
    /// One entry for each byte, and one for the end.
    bytes: Vec<usize>,
}

impl Located {
    fn find(file: &str, from: usize, text: &str) -> Option<Self> {
        let mut at = from;
        while let Some(string) = next_string(file, &mut at) {
            if let Some(found) = string.text.find(text) {
                return Some(Self { bytes: string.raw[found..=found + text.len()].to_vec() });
            }
        }
        // The headers of a script are TOML inside comments.
        let plain = from + file.get(from..)?.find(text)?;
        Some(Self { bytes: (plain..=plain + text.len()).collect() })
    }

    fn at(&self, offset: usize) -> usize {
        self.bytes.get(offset).or(self.bytes.last()).copied().unwrap_or_default()
    }
}

/// A TOML string, decoded.
#[derive(Default)]
struct Decoded {
    text: String,
    /// Where each byte of `text` is written; one more for the end.
    raw: Vec<usize>,
}

impl Decoded {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.raw.extend(std::iter::repeat_n(at, c.len_utf8()));
    }
}

/// The next string of `file`, and `at` behind it.
fn next_string(file: &str, at: &mut usize) -> Option<Decoded> {
    loop {
        let rest = file.get(*at..)?;
        let start = *at + rest.find(['"', '\'', '#'])?;
        let rest = &file[start..];
        if rest.starts_with('#') {
            *at = start + rest.find('\n')?;
            continue;
        }
        let quote = &rest[..1];
        let triple = quote.repeat(3);
        let delimiter = if rest.starts_with(&triple) { triple.as_str() } else { quote };
        let mut begin = start + delimiter.len();
        if delimiter.len() == 3 {
            let body = &file[begin..];
            begin += if body.starts_with("\r\n") { 2 } else { usize::from(body.starts_with('\n')) };
        }
        let (decoded, end) = decode(file, begin, delimiter);
        *at = end;
        return Some(decoded);
    }
}

/// Decodes from `begin` to the delimiter; the position behind it.
fn decode(file: &str, begin: usize, delimiter: &str) -> (Decoded, usize) {
    let escapes = delimiter.starts_with('"');
    let mut out = Decoded::default();
    let mut at = begin;
    while let Some(c) = file[at..].chars().next() {
        let rest = &file[at..];
        // Up to two quotes may stand right before the closing three.
        let after = rest.strip_prefix(delimiter);
        if after.is_some_and(|rest| delimiter.len() == 1 || !rest.starts_with(&delimiter[..1])) {
            out.raw.push(at);
            return (out, at + delimiter.len());
        }
        at +=
            if escapes && c == '\\' { escape(rest, at, &mut out) } else { plain(c, at, &mut out) };
    }
    out.raw.push(at);
    (out, at)
}

fn plain(c: char, at: usize, out: &mut Decoded) -> usize {
    out.push(c, at);
    c.len_utf8()
}

/// Decodes the escape that `rest` starts with; its length.
fn escape(rest: &str, at: usize, out: &mut Decoded) -> usize {
    let code = rest[1..].chars().next().unwrap_or_default();
    let digits = match code {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let number = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        out.push(number.and_then(char::from_u32).unwrap_or_default(), at);
        return (2 + digits).min(rest.len());
    }
    if code.is_whitespace() {
        // A backslash at the end of a line drops all blanks that follow.
        return rest.len() - rest[1..].trim_start().len();
    }
    let c = match code {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'e' => '\u{1b}',
        other => other,
    };
    out.push(c, at);
    (1 + code.len_utf8()).min(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The piece of `file` that stands for `{{ x` in the string that decodes to `text`.
    fn found(file: &str, text: &str, word: &str) -> Option<(usize, String)> {
        let source = SourceFile::new("f".into(), file.to_string());
        let offset = text.find(word);
        let error = TemplateError { message: String::new(), offset, help: None };
        let spot = spot(&source, 0, text, &error)?;
        Some((spot.line(), file[spot.span()].to_string()))
    }

    #[test]
    fn a_place_is_found_through_every_kind_of_string() {
        for (file, text) in [
            ("a = '{{ x }}'", "{{ x }}"),
            ("a = \"{{ x }}\"", "{{ x }}"),
            ("a = \"\\t\\u00e9\\\\ {{ x }}\"", "\té\\ {{ x }}"),
            ("# 'it' isn't\na = '{{ x }}'", "{{ x }}"),
            ("'x' = 'no'\na = '{{ x }}'", "{{ x }}"),
            ("a = ''''{{ x }}'''", "'{{ x }}"),
        ] {
            let (_, piece) = found(file, text, "x").unwrap();
            assert_eq!(piece, "x", "{file}");
        }
    }

    #[test]
    fn the_line_is_the_one_of_the_file_and_not_of_the_text() {
        for (file, text, line) in [
            ("a = '''\none\n{{ x }}\n'''", "one\n{{ x }}", 3),
            ("a = \"\"\"\none\\n\\\n   two\n{{ x }}\"\"\"", "one\ntwo\n{{ x }}", 4),
            ("a = \"one\\ntwo\\n{{ x }}\"", "one\ntwo\n{{ x }}", 1),
            ("a = '''\r\none\r\n{{ x }}'''", "one\r\n{{ x }}", 3),
            ("a = \"\"\"say \"\"{{ x }}\"\"\"\"\"", "say \"\"{{ x }}\"\"", 1),
        ] {
            assert_eq!(found(file, text, "x"), Some((line, "x".to_string())), "{file}");
        }
    }

    #[test]
    fn a_header_of_a_script_is_found_in_its_comment() {
        let file = "#!/bin/sh\n#MISE dir=\"{{ x }}\"\n";
        assert_eq!(found(file, "{{ x }}", "x"), Some((2, "x".to_string())));
    }

    #[test]
    fn what_stands_nowhere_has_no_place_and_broken_strings_end() {
        assert_eq!(found("a = 'b'", "{{ x }}", "x"), None);
        for broken in ["a = \"", "a = \"\\", "a = \"\\u00", "a = '''", "a = \"\"\"\\\n", "'\u{e9}"]
        {
            assert_eq!(found(broken, "{{ x }}", "x"), None, "{broken:?}");
        }
    }
}
