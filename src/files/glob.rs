//! One glob as a matcher; what the engine would end the program for is an
//! error. Knows no list of patterns and no directory.

use globset::{GlobBuilder, GlobSet};

/// How deep alternatives may be nested: the engine follows them by recursion.
const DEEPEST: usize = 32;

/// Compiles a glob whose `*` stops at a slash.
///
/// # Errors
/// A text that is no glob, or too large a one, in the words of the engine.
pub fn glob(text: &str, backslash_escape: bool) -> Result<GlobSet, String> {
    if text.matches('{').count() > DEEPEST && depth(text) > DEEPEST {
        return Err("alternatives are nested too deeply".to_string());
    }
    let glob =
        GlobBuilder::new(text).literal_separator(true).backslash_escape(backslash_escape).build();
    // A set of one: `Glob::compile_matcher` panics where a glob is too large.
    let set = glob.and_then(|glob| GlobSet::builder().add(glob).build());
    set.map_err(|error| error.kind().to_string())
}

fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => now += 1,
            b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}a{}", "{b,".repeat(depth), "}".repeat(depth))
    }

    #[test]
    fn globs_nested_too_deeply_are_refused() {
        assert!(glob(&nested(DEEPEST), true).is_ok_and(|set| set.is_match("a")));
        assert!(glob(&"{a,b}".repeat(50), true).is_ok());
        for depth in [DEEPEST + 1, 300, 100_000] {
            assert!(glob(&nested(depth), true).is_err(), "{depth}");
        }
    }
}
