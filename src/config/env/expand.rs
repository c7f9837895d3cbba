//! `$A`, `${A}` and `${A:-default}` in values and paths. Knows no directive.

/// Expands `$A`, `${A}`, `${A:-default}` and `${A-default}`; `$$` protects the
/// next name. Also returns the names that are not defined, which stay as they
/// are.
pub(super) fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut undefined = Vec::new();
    let mut out = String::with_capacity(text.len());
    // What follows the defaults we are in, the innermost last: a list, because
    // defaults may be nested deeper than the stack is.
    let mut pending = vec![text];
    while let Some(mut rest) = pending.pop() {
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("$$") {
                let len = name_length(after);
                out.push('$');
                out.push_str(&after[..len]);
                rest = &after[len..];
                continue;
            }
            let Some(found) = reference(rest) else {
                out.push('$');
                rest = &rest[1..];
                continue;
            };
            let (written, after) = rest.split_at(found.length);
            rest = after;
            let unset = |value: &String| found.empty_counts_as_unset && value.is_empty();
            match (lookup(found.name).filter(|value| !unset(value)), found.default) {
                (Some(value), _) => out.push_str(&value),
                (None, Some(default)) => {
                    pending.push(rest);
                    rest = default;
                }
                (None, None) => {
                    undefined.push(found.name.to_string());
                    out.push_str(written);
                }
            }
        }
        out.push_str(rest);
    }
    (out, undefined)
}

/// One `$A` or `${A…}`.
struct Reference<'t> {
    /// Of the whole reference.
    length: usize,
    name: &'t str,
    default: Option<&'t str>,
    /// `:-` instead of `-`.
    empty_counts_as_unset: bool,
}

/// The reference at the start of `text`, where it is one that mise knows.
fn reference(text: &str) -> Option<Reference<'_>> {
    let plain = |name, length, default, empty_counts_as_unset| {
        Some(Reference { length, name, default, empty_counts_as_unset })
    };
    let Some(inner) = text.strip_prefix("${") else {
        let len = name_length(&text[1..]);
        return if len == 0 { None } else { plain(&text[1..=len], len + 1, None, false) };
    };
    let close = closing(inner)?;
    let body = &inner[..close];
    let (name, tail) = body.split_at(name_length(body));
    let length = close + "${}".len();
    if name.is_empty() {
        None
    } else if tail.is_empty() {
        plain(name, length, None, false)
    } else if let Some(default) = tail.strip_prefix(":-") {
        plain(name, length, Some(default), true)
    } else {
        plain(name, length, Some(tail.strip_prefix('-')?), false)
    }
}

/// Where the brace that is open at the start of `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    if starts { end.unwrap_or(text.len()) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str) -> String {
        expand(text, |k| (k == "A").then(|| "1".to_string())).0
    }

    #[test]
    fn values_expand_as_in_the_reference() {
        assert_eq!(expanded("x$A-${A}y"), "x1-1y");
        assert_eq!(expanded("${B:-d}|${B:-}|$B"), "d||$B");
        assert_eq!(expanded(r"\$A"), r"\1");
        assert_eq!(expanded("$$A $5 100$"), "$A $5 100$");
        assert_eq!(expanded("${B:-$A} ${B:-${A}} ${B-x}"), "1 1 x");
        assert_eq!(expanded("${B:+x} ${B:?x} ${B"), "${B:+x} ${B:?x} ${B");
    }

    #[test]
    fn only_names_without_a_default_are_undefined() {
        let (_, undefined) = expand("$B ${C} ${D:-x} $$E", |_| None);
        assert_eq!(undefined, ["B", "C"]);
    }

    #[test]
    fn defaults_nest_deeper_than_the_stack() {
        let small = std::thread::Builder::new().stack_size(256 * 1024);
        let text = format!("{}x{}", "${B:-".repeat(2000), "}".repeat(2000));
        let run = small.spawn(move || expanded(&text)).unwrap();
        assert_eq!(run.join().unwrap(), "x");
    }
}
