//! The end of a text, in a bounded place.

use super::labelled::Frame;

/// The last lines of what was pushed.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
}

/// How many bytes are shown; twice as many are held before the first ones go.
const SIZE: usize = 64 * 1024;

impl Tail {
    /// Adds a line without its end.
    pub(super) fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        if self.bytes.len() > 2 * SIZE {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let surplus = self.bytes.len().saturating_sub(SIZE);
        if surplus == 0 {
            return;
        }
        // The beginning of a line is gone; a single long one keeps its end.
        let rest = &self.bytes[surplus..];
        let begun = rest.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
        let cut = if self.bytes[surplus - 1] == b'\n' || begun == rest.len() { 0 } else { begun };
        self.bytes.drain(..surplus + cut);
    }

    /// All of it, each line in its frame.
    pub(super) fn framed(mut self, frame: &Frame) -> Vec<u8> {
        self.trim();
        let lines = self.bytes.split_inclusive(|b| *b == b'\n');
        lines.flat_map(|line| frame.around(line.strip_suffix(b"\n").unwrap_or(line))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(tail: Tail) -> String {
        String::from_utf8(tail.framed(&Frame::none())).unwrap()
    }

    #[test]
    fn the_last_whole_lines_stay() {
        let mut tail = Tail::default();
        (0..50_000).for_each(|i| tail.push(format!("line {i}").as_bytes()));
        let text = text(tail);
        assert!(text.starts_with("line ") && text.ends_with("line 49999\n"));
        assert!(text.len() <= SIZE && text.len() > SIZE - 20);
    }

    #[test]
    fn of_one_long_line_the_end_stays() {
        let mut tail = Tail::default();
        tail.push(&[b'x'; 3 * SIZE]);
        assert_eq!(text(tail).len(), SIZE);
    }
}
