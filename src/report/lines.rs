//! Cuts bytes into whole lines. A line is passed on in one piece however it
//! arrived; a last line without an end waits until the stream is closed. Only
//! what is longer than any line goes on in pieces, each as a line of its own:
//! memory is bounded whatever a task writes.

use memchr::memchr;

/// What is longer than this is no line any more.
const LONGEST: usize = 1024 * 1024;

/// The unfinished line of one stream.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Calls `with` for every line that `bytes` completes, without its `\n` or
    /// `\r\n`.
    pub(super) fn push(&mut self, bytes: &[u8], mut with: impl FnMut(&[u8])) {
        let mut from = 0;
        while let Some(n) = memchr(b'\n', &bytes[from..]) {
            let line = &bytes[from..from + n];
            if self.rest.is_empty() && line.len() <= LONGEST {
                with(without_return(line));
            } else {
                self.hold(line, &mut with);
                with(without_return(&self.rest));
                self.rest.clear();
            }
            from += n + 1;
        }
        self.hold(&bytes[from..], &mut with);
    }

    /// Keeps the beginning of a line, as far as there is room for it.
    fn hold(&mut self, bytes: &[u8], with: &mut impl FnMut(&[u8])) {
        self.rest.extend_from_slice(bytes);
        while self.rest.len() > LONGEST {
            // Not in the middle of a character, where these are characters.
            let inside = |at: &usize| self.rest[*at] & 0xc0 != 0x80;
            let cut = (LONGEST - 3..=LONGEST).rev().find(inside).unwrap_or(LONGEST);
            with(&self.rest[..cut]);
            self.rest.drain(..cut);
        }
    }

    /// True where there is no unfinished line.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The last line, where it has no end.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        (!self.rest.is_empty()).then(|| std::mem::take(&mut self.rest))
    }
}

/// Passes bytes on as they come, so that a question without a line end is
/// seen; each line ends in `\n` alone, and so does the last one.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// A `\r` that may belong to a line end.
    back: bool,
    /// The last line has no end yet.
    open: bool,
}

impl Flow {
    /// What can be shown of `bytes`.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 1);
        for byte in bytes {
            if std::mem::take(&mut self.back) && *byte != b'\n' {
                out.push(b'\r');
            }
            match byte {
                b'\r' => self.back = true,
                other => out.push(*other),
            }
            self.open = *byte != b'\n';
        }
        out
    }

    /// What ends the last line.
    pub(super) fn finish(&mut self) -> &'static [u8] {
        if std::mem::take(&mut self.open) { b"\n" } else { b"" }
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let text = b"one\n\ntwo\r\nlast";
        for cut in 1..text.len() {
            let mut lines = Lines::default();
            let mut got: Vec<Vec<u8>> = Vec::new();
            for chunk in text.chunks(cut) {
                lines.push(chunk, |line| got.push(line.to_vec()));
            }
            got.extend(lines.finish());
            assert_eq!(got, [&b"one"[..], b"", b"two", b"last"]);
        }
    }

    #[test]
    fn what_is_longer_than_any_line_goes_on_in_pieces() {
        let [short, long] = [LONGEST, LONGEST + 1].map(|length| vec![b'x'; length]);
        let euro = [&short[1..], "€€".as_bytes()].concat();
        for size in [7_000, 64 * 1024, 3 * LONGEST] {
            let pieces = |text: &[u8]| {
                let mut lines = Lines::default();
                let mut got: Vec<usize> = Vec::new();
                let all = [text, b"\nend"].concat();
                all.chunks(size).for_each(|chunk| lines.push(chunk, |line| got.push(line.len())));
                assert_eq!(lines.finish().as_deref(), Some(&b"end"[..]));
                got
            };
            assert_eq!(pieces(&short), [LONGEST]);
            assert_eq!(pieces(&long), [LONGEST, 1]);
            assert_eq!(pieces(&euro), [LONGEST - 1, 6], "a character is not cut");
        }
    }

    #[test]
    fn a_flow_shows_all_at_once_and_ends_each_line() {
        let text = b"one\n\ntw\ro\r\nlast";
        for cut in 1..text.len() {
            let mut flow = Flow::default();
            let mut got: Vec<u8> = text.chunks(cut).flat_map(|chunk| flow.push(chunk)).collect();
            got.extend_from_slice(flow.finish());
            assert_eq!(got, b"one\n\ntw\ro\nlast\n");
            assert_eq!(flow.finish(), b"");
        }
    }
}
