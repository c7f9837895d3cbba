//! The end of a text, in a bounded place.

use std::collections::VecDeque;

/// The last bytes of what was pushed, whole lines where there are any.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: VecDeque<u8>,
}

/// How many bytes are kept.
const SIZE: usize = 64 * 1024;

impl Tail {
    /// Adds a whole line.
    pub(super) fn push(&mut self, line: &[u8]) {
        self.bytes.extend(line);
        if self.bytes.len() <= SIZE {
            return;
        }
        self.bytes.drain(..self.bytes.len() - SIZE);
        // The beginning of a line is gone; a single long one keeps its end.
        let cut = self.bytes.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
        if cut < self.bytes.len() {
            self.bytes.drain(..cut);
        }
    }

    /// All of it.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_lines_stay() {
        let mut tail = Tail::default();
        (0..20_000).for_each(|i| tail.push(format!("line {i}\n").as_bytes()));
        let text = String::from_utf8(tail.into_bytes()).unwrap();
        assert!(text.starts_with("line ") && text.ends_with("line 19999\n"));
        assert!(text.len() <= SIZE && text.len() > SIZE - 20);
    }

    #[test]
    fn of_one_long_line_the_end_stays() {
        let mut tail = Tail::default();
        tail.push(&[&[b'x'; 3 * SIZE][..], b"\n"].concat());
        assert_eq!(tail.into_bytes().len(), SIZE);
    }
}
