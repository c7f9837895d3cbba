//! Takes secrets out of bytes that arrive in pieces. Whatever the pieces, the
//! result is that of the whole text: at each place the longest secret goes.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::Secrets;

/// What stands for a secret.
const MASK: &[u8] = b"[redacted]";

/// Knows all secrets of a run.
#[derive(Debug)]
pub struct Redactor {
    matcher: AhoCorasick,
    /// Sorted.
    secrets: Vec<Vec<u8>>,
    longest: usize,
}

/// The end of a stream that may be the beginning of a secret.
#[derive(Debug, Default)]
pub struct Held(Vec<u8>);

impl Redactor {
    /// A redactor; `None` where there is nothing to hide.
    pub fn new(secrets: &Secrets) -> Option<Self> {
        if secrets.is_empty() {
            return None;
        }
        let secrets: Vec<Vec<u8>> = secrets.iter().map(<[u8]>::to_vec).collect();
        // It fails for gigabytes of secrets alone: no environment holds them.
        let matcher =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&secrets).ok()?;
        let longest = secrets.iter().map(Vec::len).max().unwrap_or_default();
        Some(Self { matcher, secrets, longest })
    }

    /// A whole text without its secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.matcher.is_match(text) {
            return text.into();
        }
        let out = self.matcher.replace_all_bytes(text.as_bytes(), &vec![MASK; self.secrets.len()]);
        String::from_utf8_lossy(&out).into_owned().into()
    }

    /// The next bytes of a stream: what can be said of them already. The rest,
    /// which begins like a secret, is held back.
    pub fn push(&self, held: &mut Held, bytes: &[u8]) -> Vec<u8> {
        let joined;
        let all = if held.0.is_empty() {
            bytes
        } else {
            joined = [&held.0[..], bytes].concat();
            &joined[..]
        };
        let mut out = Vec::with_capacity(all.len());
        let mut from = 0;
        // Looked for once for each match and once for all: behind a match the
        // first undecided place may be another one.
        let mut open = self.undecided(all, from);
        while let Some(found) = self.matcher.find(Input::new(all).range(from..)) {
            if found.start() >= open {
                break;
            }
            out.extend_from_slice(&all[from..found.start()]);
            out.extend_from_slice(MASK);
            from = found.end();
            if from > open {
                open = self.undecided(all, from);
            }
        }
        out.extend_from_slice(&all[from..open]);
        held.0 = all[open..].to_vec();
        out
    }

    /// The end of a stream: what was held back was no beginning.
    pub fn finish(&self, held: &mut Held) -> Vec<u8> {
        let rest = std::mem::take(&mut held.0);
        self.matcher.replace_all_bytes(&rest, &vec![MASK; self.secrets.len()])
    }

    /// The first place at or after `from` from where on everything is the
    /// beginning of a longer secret; the end where there is none.
    fn undecided(&self, all: &[u8], from: usize) -> usize {
        let first = from.max(all.len().saturating_sub(self.longest.saturating_sub(1)));
        (first..all.len()).find(|at| self.begins_one(&all[*at..])).unwrap_or(all.len())
    }

    fn begins_one(&self, tail: &[u8]) -> bool {
        let after = self.secrets.partition_point(|secret| secret.as_slice() <= tail);
        self.secrets.get(after).is_some_and(|secret| secret.starts_with(tail))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redactor(secrets: &[Vec<u8>]) -> Option<Redactor> {
        let mut all = Secrets::default();
        secrets.iter().for_each(|secret| all.add(secret));
        Redactor::new(&all)
    }

    fn in_pieces(redactor: &Redactor, text: &[u8], cuts: &[usize]) -> Vec<u8> {
        let mut held = Held::default();
        let mut out = Vec::new();
        let mut rest = text;
        for cut in cuts.iter().chain([&text.len()]) {
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            out.extend(redactor.push(&mut held, piece));
            assert!(held.0.len() < redactor.longest, "held back too much");
            rest = after;
        }
        out.extend(redactor.finish(&mut held));
        out
    }

    /// The rule, word for word: at each place the longest secret goes.
    fn plainly(text: &[u8], secrets: &[Vec<u8>]) -> Vec<u8> {
        let secrets = redactor(secrets).map(|r| r.secrets).unwrap_or_default();
        let mut out = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let here = secrets.iter().filter(|s| text[at..].starts_with(s)).map(Vec::len).max();
            match here {
                Some(len) => {
                    out.extend_from_slice(MASK);
                    at += len;
                }
                None => {
                    out.push(text[at]);
                    at += 1;
                }
            }
        }
        out
    }

    fn letters(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), count)
    }

    proptest! {
        #[test]
        fn pieces_give_what_the_whole_gives(
            secrets in prop::collection::vec(letters(1..6), 1..5),
            text in letters(0..60),
            cuts in prop::collection::vec(0usize..9, 0..30),
        ) {
            if let Some(redactor) = redactor(&secrets) {
                prop_assert_eq!(in_pieces(&redactor, &text, &cuts), plainly(&text, &secrets));
            }
        }
    }

    #[test]
    fn only_what_begins_a_secret_is_held_back() {
        let redactor = redactor(&[b"hunter2".to_vec()]).unwrap();
        let mut held = Held::default();
        assert_eq!(redactor.push(&mut held, b"Password: "), b"Password: ");
        assert_eq!(redactor.push(&mut held, b"say hunt"), b"say ");
        assert_eq!(redactor.push(&mut held, b"ers"), b"hunters");
        assert_eq!(redactor.push(&mut held, b" hunter"), b" ");
        assert_eq!(redactor.push(&mut held, b"2!"), b"[redacted]!");
    }

    #[test]
    fn there_is_no_redactor_without_secrets() {
        assert!(redactor(&[]).is_none());
        assert!(redactor(&[b"\n".to_vec()]).is_none(), "a line end hides nothing");
        assert_eq!(redactor(&[b"x\n".to_vec()]).unwrap().text("axb"), "a[redacted]b");
    }
}
