//! What a page looks like: lines of painted pieces, cut to the width of the
//! window. Knows neither keys nor a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::{Palette, fit};

pub(super) const BOLD: &str = "1";
pub(super) const DIM: &str = "2";
pub(super) const RED: &str = "31";
pub(super) const GREEN: &str = "32";
pub(super) const YELLOW: &str = "33";
pub(super) const CYAN: &str = "36";

/// Lines, and where the cursor stands in the first of them: it is always that
/// one, so that what is drawn can be erased whatever a resize has made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) lines: Vec<Line>,
    pub(super) cursor: usize,
}

/// Pieces from left to right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pieces: Vec<(String, &'static str)>,
    columns: usize,
    /// Columns so far.
    used: usize,
}

impl Line {
    /// A line of so many columns: what has no room is cut.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Adds a text.
    #[must_use]
    pub(super) fn text(self, text: &str, color: &'static str) -> Self {
        let columns = self.columns;
        self.text_up_to(columns, text, color)
    }

    /// Adds as much of a text as goes before that column.
    #[must_use]
    pub(super) fn text_up_to(mut self, end: usize, text: &str, color: &'static str) -> Self {
        let text = fit(text, end.min(self.columns).saturating_sub(self.used));
        self.used += text.width();
        self.pieces.push((text, color));
        self
    }

    /// Adds blanks up to that column.
    #[must_use]
    pub(super) fn column(self, at: usize) -> Self {
        let blanks = " ".repeat(at.min(self.columns).saturating_sub(self.used));
        self.text(&blanks, "")
    }

    /// Columns that are taken.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// As it goes to the terminal, without blanks at its end.
    pub(super) fn painted(&self, palette: Palette) -> String {
        let paint = |(text, color): &(String, &'static str)| match *color {
            color if !color.is_empty() && !text.trim().is_empty() => palette.paint(color, text),
            _ => text.clone(),
        };
        let ink = self.pieces.iter().rposition(|(text, _)| !text.trim().is_empty());
        let pieces = &self.pieces[..ink.map_or(0, |last| last + 1)];
        pieces.iter().filter(|(text, _)| !text.is_empty()).map(paint).collect()
    }

    #[cfg(test)]
    pub(super) fn plain(&self) -> String {
        self.painted(Palette::plain())
    }
}

/// A label, and the part of a text round its cursor, which is before the byte
/// `at`; the column of the cursor.
pub(super) fn input(label: &str, text: &str, at: usize, columns: usize) -> (Line, usize) {
    let line = Line::new(columns).text_up_to(columns / 2, label, BOLD).text(" ", "");
    let room = columns.saturating_sub(line.used() + 1);
    let (before, after) = text.split_at(at);
    let mut start = before.len();
    let mut used = 0;
    for (index, c) in before.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        start = index;
    }
    let line = line.text(&before[start..], "");
    let cursor = line.used();
    (line.text(after, ""), cursor)
}

/// The entries that are shown of `count`, so that `at` is among them.
pub(super) fn window(count: usize, at: usize, height: usize) -> std::ops::Range<usize> {
    let last = count.saturating_sub(height);
    let from = at.saturating_sub(height / 2).min(last);
    from..(from + height).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_by_columns() {
        let line = Line::new(3).text("漢字", "").text("x", "");
        assert_eq!((line.plain(), line.used()), ("漢…".to_string(), 3));
        let line = Line::new(10).text("a\u{1b}[31mb\tc\nd", "").column(6).text("e", "");
        assert_eq!(line.plain(), "abcd  e");
        assert_eq!(Line::new(0).text("abc", "").column(3).plain(), "");
        assert_eq!(Line::new(9).text_up_to(2, "abc", "").text("d", "").plain(), "a…d");
    }

    #[test]
    fn a_long_text_is_shown_where_its_cursor_is() {
        let shown = |text: &str, at| {
            let (line, cursor) = input("x:", text, at, 9);
            (line.plain(), cursor)
        };
        assert_eq!(shown("abc", 3), ("x: abc".into(), 6));
        assert_eq!(shown("abc", 1), ("x: abc".into(), 4));
        assert_eq!(shown("abcdefgh", 8), ("x: defgh".into(), 8));
        assert_eq!(shown("abcdefgh", 0), ("x: abcde…".into(), 3));
        assert_eq!(shown("漢字漢字", 12), ("x: 漢字".into(), 7));
    }

    #[test]
    fn the_window_follows_the_selection() {
        assert_eq!(window(3, 2, 5), 0..3);
        assert_eq!(window(10, 0, 4), 0..4);
        assert_eq!(window(10, 5, 4), 3..7);
        assert_eq!(window(10, 9, 4), 6..10);
        assert_eq!(window(0, 0, 4), 0..0);
    }
}
