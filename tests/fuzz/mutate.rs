//! Inputs made from inputs: bytes changed, pieces cut, doubled, nested and joined with pieces of
//! others, words of the corpus put in. Knows no target.

/// Longest input; deep enough to overflow a stack, short enough to try many.
const MAX_LENGTH: usize = 1 << 15;

/// A small generator of numbers (splitmix64): the same seed makes the same inputs.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 where there is none.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// A piece of a text of `length` bytes; mostly a short one.
    fn piece(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let longest = if self.below(4) == 0 { length } else { 16 };
        start..(start + self.below(longest + 1)).min(length)
    }
}

/// The words and the runs of signs that texts are made of.
pub(crate) fn dictionary(texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for text in texts {
        let class = |byte: &u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => 0,
            byte if byte.is_ascii_whitespace() => 1,
            _ => 2,
        };
        let runs = text.chunk_by(|a, b| class(a) == class(b));
        words.extend(runs.filter(|run| class(&run[0]) != 1).map(<[u8]>::to_vec));
    }
    words.sort();
    words.dedup();
    words
}

/// A text with a few changes.
pub(crate) fn mutate(
    random: &mut Random,
    pool: &[Vec<u8>],
    words: &[Vec<u8>],
    text: &[u8],
) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=random.below(5) {
        change(random, pool, words, &mut text);
        text.truncate(MAX_LENGTH);
    }
    text
}

fn change(random: &mut Random, pool: &[Vec<u8>], words: &[Vec<u8>], text: &mut Vec<u8>) {
    let at = random.below(text.len() + 1);
    let piece = random.piece(text.len());
    match random.below(11) {
        0 => flip(random, text),
        1 => drop(text.drain(piece)),
        2 => text.truncate(at),
        3 => insert(text, at, &[random.next() as u8]),
        4 => insert(text, at, &[*random.pick(b"'\"[]{}()<>#$\\`\n\t\0 =:-.*%").unwrap_or(&b' ')]),
        5 | 6 => insert(text, at, random.pick(words).map_or(&[], Vec::as_slice)),
        7 => drop(text.splice(piece, random.pick(words).cloned().unwrap_or_default())),
        8 => nest(random, text, piece),
        9 => splice(random, pool, text),
        _ => {
            let twice = text[piece].to_vec();
            insert(text, at, &twice);
        }
    }
}

fn flip(random: &mut Random, text: &mut [u8]) {
    let at = random.below(text.len());
    if let Some(byte) = text.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

/// The same piece many times in a row: brackets in brackets, very long words.
fn nest(random: &mut Random, text: &mut Vec<u8>, piece: std::ops::Range<usize>) {
    let times = 1 << random.below(14);
    let times = times.min(MAX_LENGTH / piece.len().max(1));
    let many = text[piece.clone()].repeat(times);
    text.splice(piece, many);
}

/// The begin of this text and the end of another one.
fn splice(random: &mut Random, pool: &[Vec<u8>], text: &mut Vec<u8>) {
    let Some(other) = random.pick(pool) else { return };
    text.truncate(random.below(text.len() + 1));
    text.extend_from_slice(&other[random.below(other.len() + 1)..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let pool = [b"a = [1, 2]\n".to_vec(), b"[tasks]\n".to_vec()];
        let words = dictionary(&pool);
        let inputs = |seed| {
            let mut random = Random::new(seed);
            let made = (0..50).map(|_| mutate(&mut random, &pool, &words, &pool[0]));
            made.collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert!(inputs(1).iter().all(|input| input.len() <= MAX_LENGTH));
    }

    #[test]
    fn a_dictionary_holds_words_and_runs_of_signs() {
        let words = dictionary(&[b"{{ env.A }}".to_vec()]);
        let expected: Vec<Vec<u8>> =
            ["A", "env", ".", "{{", "}}"].map(|word| word.as_bytes().to_vec()).to_vec();
        let mut expected = expected;
        expected.sort();
        assert_eq!(words, expected);
    }
}
