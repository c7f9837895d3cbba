//! Cuts bytes into whole lines. A line is passed on in one piece however it
//! arrived; a last line without an end waits until the stream is closed.

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
        while let Some(n) = bytes[from..].iter().position(|b| *b == b'\n') {
            let line = &bytes[from..from + n];
            if self.rest.is_empty() {
                with(without_return(line));
            } else {
                self.rest.extend_from_slice(line);
                with(without_return(&self.rest));
                self.rest.clear();
            }
            from += n + 1;
        }
        self.rest.extend_from_slice(&bytes[from..]);
    }

    /// The last line, where it has no end.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        (!self.rest.is_empty()).then(|| std::mem::take(&mut self.rest))
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
}
