//! Whether two patterns of `sources` or `outputs` can mean the same file. In
//! doubt they do not.

use std::path::Path;

use crate::sys::normalize;

/// One pattern, as a path from `/` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<String>,
    /// It stands behind a `!`.
    pub(super) excludes: bool,
}

impl Pattern {
    /// All paths that a written pattern stands for: one for each alternative.
    pub(super) fn read(dir: &Path, text: &str) -> Vec<Self> {
        let (excludes, body) = match text.strip_prefix('!') {
            Some(body) if !body.starts_with('(') => (true, body),
            _ => (false, text),
        };
        let path = |text: String| {
            let full = normalize(&dir.join(text));
            let parts = full.components().skip(1);
            let parts = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
            Self { parts: parts.collect(), excludes }
        };
        alternatives(body).into_iter().map(path).collect()
    }

    /// The directory that it surely lies in.
    pub(super) fn base(&self) -> Vec<String> {
        let literal = |part: &&String| !is_wild(part);
        let base: Vec<String> = self.parts.iter().take_while(literal).cloned().collect();
        base
    }

    /// It means everything of its kind below a directory that is all of a
    /// project: whatever a task writes there is not meant by it.
    pub(super) fn is_sweeping(&self, root: &Path) -> bool {
        let root = root.components().count() - 1;
        let rest = &self.parts[root.min(self.parts.len())..];
        rest.first().is_none_or(|part| is_wild(part)) || rest == ["."]
    }

    /// Some file is meant by both; a directory means all that is in it.
    pub(super) fn meets(&self, other: &Self) -> bool {
        meet(&self.parts, &other.parts)
    }
}

fn is_wild(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

/// A name without an extension.
fn may_be_dir(part: &str) -> bool {
    !is_wild(part) && !part.trim_start_matches('.').contains('.')
}

/// More than anybody writes.
const MOST: usize = 64;

/// `{a,b}` written out, innermost last; as it is where it is too much.
fn alternatives(text: &str) -> Vec<String> {
    let mut open = vec![text.to_string()];
    loop {
        let Some(at) = open.iter().position(|text| text.contains('{') && text.contains('}')) else {
            return open;
        };
        let text = open.remove(at);
        let end = text.find('}').unwrap_or(0);
        let Some(start) = text[..end].rfind('{').filter(|_| open.len() < MOST) else {
            return vec![text];
        };
        let inner: Vec<String> = text[start + 1..end]
            .split(',')
            .map(|one| format!("{}{one}{}", &text[..start], &text[end + 1..]))
            .collect();
        open.extend(inner);
    }
}

fn meet(a: &[String], b: &[String]) -> bool {
    let wild = |parts: &[String]| parts.iter().filter(|part| *part == "**").count();
    // The number of ways grows with both; nobody writes so many.
    wild(a) <= 4 && wild(b) <= 4 && walk(a, b, (true, true))
}

/// `named`: what stood last may be a directory, whose files are meant as well.
fn walk(a: &[String], b: &[String], named: (bool, bool)) -> bool {
    match (a, b) {
        ([], []) => true,
        ([], _) => named.0,
        (_, []) => named.1,
        ([x], _) if x == "**" => true,
        (_, [y]) if y == "**" => true,
        ([x, rest @ ..], _) if x == "**" => {
            walk(rest, b, named) || walk(a, &b[1..], (named.0, may_be_dir(&b[0])))
        }
        (_, [y, rest @ ..]) if y == "**" => {
            walk(a, rest, named) || walk(&a[1..], b, (may_be_dir(&a[0]), named.1))
        }
        ([x, a @ ..], [y, b @ ..]) => {
            same(x.as_bytes(), y.as_bytes()) && walk(a, b, (may_be_dir(x), may_be_dir(y)))
        }
    }
}

/// Longer names are compared as they are.
const LONGEST: usize = 64;

/// Some name is meant by both parts.
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len().max(b.len()) > LONGEST {
        return a == b;
    }
    match (a, b) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => same(rest, b) || (!b.is_empty() && same(a, &b[1..])),
        (_, [b'*', rest @ ..]) => same(a, rest) || (!a.is_empty() && same(&a[1..], b)),
        ([x, a @ ..], [y, b @ ..]) => (x == y || *x == b'?' || *y == b'?') && same(a, b),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(a: &str, b: &str) -> bool {
        let read = |text| Pattern::read(Path::new("/p"), text);
        let (a, b) = (read(a), read(b));
        a.iter().any(|a| b.iter().any(|b| a.meets(b)))
    }

    #[test]
    fn patterns_meet_where_one_file_can_be_both() {
        for (a, b) in [
            ("dist/a.js", "dist/**"),
            ("dist", "dist/x/y.js"),
            ("dist/**/*.js", "dist/lib/*.js"),
            ("*.{js,ts}", "a.ts"),
            ("./a", "b/../a"),
            ("a*c", "ab*"),
            ("src/**/x", "src/x"),
        ] {
            assert!(meets(a, b) && meets(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("dist/a.js", "dist/b.js"),
            ("dist/**/*.js", "dist/**/*.css"),
            ("dist", "dist2/x"),
            ("*.{js,ts}", "a.css"),
            ("src/*/x.js", "src/x.js"),
            ("a/**", "b/**"),
            ("src/*", "src/a/b"),
        ] {
            assert!(!meets(a, b) && !meets(b, a), "{a} {b}");
        }
    }
}
