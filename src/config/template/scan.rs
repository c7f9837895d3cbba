//! What stands inside the delimiters of a template, without the engine: which
//! functions, filters, tests and variables it names. Text outside, comments, raw blocks
//! and string literals name nothing.

/// How a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// `name(…)`
    Call,
    /// `… | name`
    Filter,
    /// `… is name`, `… is not name`
    Test,
    /// `name`, and not the field of another
    Variable,
}

/// The delimiters, and the words that start and end a raw block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Expression,
    Statement,
    Comment,
}

/// Where the first template of `text` starts, and which kind it is. `${#` is
/// the shell's length of a variable, never a comment.
fn opening(text: &str) -> Option<(usize, Opening)> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(1)).find_map(|at| {
        let kind = match (bytes[at], bytes[at + 1]) {
            (b'{', b'{') => Opening::Expression,
            (b'{', b'%') => Opening::Statement,
            (b'{', b'#') if at == 0 || bytes[at - 1] != b'$' => Opening::Comment,
            _ => return None,
        };
        Some((at, kind))
    })
}

/// True where the engine would find something to do.
pub(super) fn is_template(text: &str) -> bool {
    opening(text).is_some()
}

/// True where one of the names in the template makes `wanted` true.
pub(super) fn any(text: &str, wanted: impl Fn(Use, &str) -> bool) -> bool {
    let mut rest = text;
    while let Some((at, kind)) = opening(rest) {
        let inner = &rest[at + 2..];
        let (close, end) = match kind {
            Opening::Expression => ("}}", code_end(inner, "}}")),
            Opening::Statement => ("%}", code_end(inner, "%}")),
            Opening::Comment => ("#}", inner.find("#}").unwrap_or(inner.len())),
        };
        let code = &inner[..end];
        if kind != Opening::Comment && named(code, &wanted) {
            return true;
        }
        rest = inner.get(end + close.len()..).unwrap_or_default();
        if kind == Opening::Statement && keyword(code) == "raw" {
            rest = after_raw(rest);
        }
    }
    false
}

/// The word of a statement, without the marks that trim blanks.
fn keyword(code: &str) -> &str {
    code.trim_matches(|c: char| c == '-' || c.is_whitespace())
}

/// What follows the end of a raw block.
fn after_raw(text: &str) -> &str {
    let mut rest = text;
    while let Some(at) = rest.find("{%") {
        let inner = &rest[at + 2..];
        let Some(end) = inner.find("%}") else { break };
        if keyword(&inner[..end]) == "endraw" {
            return &inner[end + 2..];
        }
        rest = inner;
    }
    ""
}

/// Where code ends: at its closing delimiter outside of string literals.
fn code_end(code: &str, close: &str) -> usize {
    let mut at = 0;
    while at < code.len() {
        if code[at..].starts_with(close) {
            return at;
        }
        at += token(&code[at..]);
    }
    code.len()
}

/// The length of the literal, the name or the single character that `code`
/// starts with; `code` is not empty.
fn token(code: &str) -> usize {
    let first = code.chars().next().unwrap_or_default();
    match first {
        '\'' | '"' | '`' => literal(code, first),
        c if c.is_alphabetic() || c == '_' => name(code).len(),
        c => c.len_utf8(),
    }
}

fn literal(code: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in code.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    code.len()
}

fn name(code: &str) -> &str {
    let end = code.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(code.len());
    &code[..end]
}

/// True where a name of `code` is `wanted`. What comes before a name says how
/// it is used.
fn named(code: &str, wanted: &impl Fn(Use, &str) -> bool) -> bool {
    let (mut at, mut before, mut earlier) = (0, "", "");
    while at < code.len() {
        let word = &code[at..at + token(&code[at..])];
        at += word.len();
        if word.trim().is_empty() {
            continue;
        }
        let is_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let usage = match (before, earlier) {
            ("|", _) => Some(Use::Filter),
            ("is", _) if word != "not" => Some(Use::Test),
            ("not", "is") => Some(Use::Test),
            _ if code[at..].trim_start().starts_with('(') => Some(Use::Call),
            (".", _) => None,
            _ => Some(Use::Variable),
        };
        if let Some(usage) = usage.filter(|_| is_name)
            && wanted(usage, word)
        {
            return true;
        }
        (earlier, before) = (before, word);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str, usage: Use, name: &str) -> bool {
        any(text, |u, n| u == usage && n == name)
    }

    #[test]
    fn names_count_inside_delimiters_only() {
        assert!(uses("a {{ exec(command='x') }}", Use::Call, "exec"));
        assert!(uses("{%- if exec (command='x') -%}{% endif %}", Use::Call, "exec"));
        for text in [
            "exec(1) {{ x }}",
            "{{ x }} exec(1)",
            "{# exec(command='x') #}",
            "{{ 'exec(1)' }}",
            "{{ \"\\\"exec(1)\" }}",
            "{% raw %}{{ exec(command='x') }}{% endraw %}",
            "{%- raw -%}{{ exec(command='x') }}{%- endraw -%} {{ y }}",
            "{{ my_exec(1) }}",
            "{{ exec }}",
            "${#exec(1)} {{ x }}",
        ] {
            assert!(!uses(text, Use::Call, "exec"), "{text}");
        }
        assert!(uses("{% raw %}{{ a }}{% endraw %}{{ exec(command='x') }}", Use::Call, "exec"));
        assert!(uses("{{ '}}' ~ exec(command='x') }}", Use::Call, "exec"));
        assert!(uses("{# }} #}{{ exec(command='x') }}", Use::Call, "exec"));
    }

    #[test]
    fn filters_and_tests_are_told_by_what_stands_before_them() {
        assert!(uses("{{ 'a' | hash_file }}", Use::Filter, "hash_file"));
        assert!(uses("{{ 'a'|hash_file(len=3) }}", Use::Filter, "hash_file"));
        assert!(!uses("{{ hash_file }}", Use::Filter, "hash_file"));
        assert!(uses("{% if 'a' is file %}{% endif %}", Use::Test, "file"));
        assert!(uses("{{ 'a' is  not\nfile }}", Use::Test, "file"));
        assert!(!uses("{{ file is defined }}", Use::Test, "file"));
        assert!(!uses("{{ x is defined and not file }}", Use::Test, "file"));
    }

    #[test]
    fn a_variable_is_no_field_of_another() {
        for text in ["{{ tools }}", "{{tools.a.path}}", "{% for t in tools %}{% endfor %}"] {
            assert!(uses(text, Use::Variable, "tools"), "{text}");
        }
        for text in ["{{ vars.tools }}", "{{ 'tools' }}", "tools {{ x }}", "{{ x | tools }}"] {
            assert!(!uses(text, Use::Variable, "tools"), "{text}");
        }
    }

    #[test]
    fn what_breaks_off_is_read_to_its_end() {
        assert!(uses("{{ exec(", Use::Call, "exec"));
        for text in ["{{ '", "{% raw %}{{ exec(", "{#", "{", "{{", "{% raw"] {
            assert!(!uses(text, Use::Call, "exec"), "{text}");
        }
        assert!(!uses("é{{ 'é' | ü }}", Use::Call, "exec"));
    }
}
