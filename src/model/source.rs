//! Where a piece of configuration stands: a file's text and a byte range in it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that was read once; every span into it shares this one copy.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Absolute path.
    pub path: PathBuf,
    /// The whole text, lossily decoded.
    pub text: String,
}

impl SourceFile {
    /// Shares a file's text between all that points into it.
    pub fn new(path: PathBuf, text: String) -> Arc<Self> {
        Arc::new(Self { path, text })
    }
}

/// A byte range of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub file: Arc<SourceFile>,
    start: u32,
    end: u32,
}

impl Spot {
    /// A place in a file: whole characters of its text, whatever a reader of
    /// the text has counted.
    pub fn new(file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let start = file.text.floor_char_boundary(span.start);
        let end = file.text.ceil_char_boundary(span.end).max(start);
        Self { file: Arc::clone(file), start: start as u32, end: end as u32 }
    }

    /// Byte offsets into its text.
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// 1-based line number of the start.
    pub fn line(&self) -> usize {
        let end = (self.start as usize).min(self.file.text.len());
        self.file.text.as_bytes()[..end].iter().filter(|b| **b == b'\n').count() + 1
    }

    /// 1-based column of the start, in characters.
    pub fn column(&self) -> usize {
        let before = self.file.text.get(..self.start as usize).unwrap_or_default();
        before.chars().rev().take_while(|c| *c != '\n').count() + 1
    }

    /// `path:line`, for messages of one line.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file.path.display(), self.line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_piece_of_its_text() {
        let file = SourceFile::new("f".into(), "aéb".into());
        for (asked, given) in [(0..1, "a"), (1..2, "é"), (2..3, "é"), (3..9, "b"), (9..10, "")] {
            assert_eq!(&file.text[Spot::new(&file, asked.clone()).span()], given, "{asked:?}");
        }
    }
}
