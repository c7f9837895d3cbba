//! How deep the brackets of a TOML text are nested. Its parser follows them by
//! recursion, and in what is no TOML without an end. Knows no key.

use std::ops::Range;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// More than anybody writes, and far less than a stack holds.
const LIMIT: usize = 200;

/// The bracket that goes deeper than the parser may follow.
pub(super) fn too_deep(text: &str) -> Option<Range<usize>> {
    let opens = |byte: &u8| matches!(byte, b'{' | b'[');
    if text.bytes().filter(opens).count() <= LIMIT {
        return None;
    }
    let mut depth = 0usize;
    let mut tokens = Source::new(text).lex();
    let deepest = tokens.find(|token| {
        match token.kind() {
            TokenKind::LeftCurlyBracket | TokenKind::LeftSquareBracket => depth += 1,
            TokenKind::RightCurlyBracket | TokenKind::RightSquareBracket => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        depth > LIMIT
    })?;
    Some(deepest.span().start()..deepest.span().end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_and_side_by_side_are_not_deep() {
        assert_eq!(too_deep(&"a = '{[{['\n".repeat(300)), None);
        assert_eq!(too_deep(&"a = [{}]\n[x]\n".repeat(300)), None);
        assert_eq!(too_deep(&format!("a = '''\n{}'''", "{\n".repeat(300))), None);
        assert_eq!(too_deep(&format!("a = {}", "[".repeat(300))), Some(204..205));
    }
}
