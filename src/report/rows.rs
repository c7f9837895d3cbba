//! The latest line of each task that runs, as rows at the bottom of a terminal.
//! Knows how they look, not when they are drawn.

use std::time::{Duration, Instant};

use super::progress::fit;

/// Rows that are drawn at most; the rest is counted.
const HEIGHT: usize = 16;

/// Time between two drawings.
const PAUSE: Duration = Duration::from_millis(50);

/// The rows, in the order in which their tasks began.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
    drawn: Option<Instant>,
}

#[derive(Debug)]
struct Row {
    task: u32,
    /// Label and gap, in colours, and their columns.
    head: (String, usize),
    text: String,
}

impl Rows {
    /// What a task says now.
    pub(super) fn set(&mut self, task: u32, head: (String, usize), text: &str) {
        let text = text.to_string();
        match self.rows.iter_mut().find(|row| row.task == task) {
            Some(row) => row.text = text,
            None => self.rows.push(Row { task, head, text }),
        }
    }

    /// The task has ended.
    pub(super) fn remove(&mut self, task: u32) {
        self.rows.retain(|row| row.task != task);
    }

    /// True where the last drawing is old enough.
    pub(super) fn are_due(&self, now: Instant) -> bool {
        self.drawn.is_none_or(|drawn| now.duration_since(drawn) >= PAUSE)
    }

    /// All of them, none wider than that.
    pub(super) fn draw(&mut self, columns: usize, now: Instant) -> String {
        self.drawn = Some(now);
        let shown = if self.rows.len() > HEIGHT { HEIGHT - 1 } else { self.rows.len() };
        let row = |row: &Row| match columns.checked_sub(row.head.1) {
            Some(room) => format!("{}{}", row.head.0, fit(&row.text, room)),
            None => fit(&row.head.0, columns),
        };
        let mut lines: Vec<String> = self.rows[..shown].iter().map(row).collect();
        if shown < self.rows.len() {
            lines.push(fit(&format!("and {} more", self.rows.len() - shown), columns));
        }
        lines.join("\u{1b}[K\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_wider_than_the_terminal_and_not_too_many_are_drawn() {
        let mut rows = Rows::default();
        rows.set(0, ("[a]   ".into(), 6), "one");
        rows.set(1, ("[b]   ".into(), 6), "a longer line");
        rows.set(0, ("[a]   ".into(), 6), "t\u{1b}[1mw\ro");
        let now = Instant::now();
        assert_eq!(rows.draw(12, now), "[a]   two\u{1b}[K\r\n[b]   a lon…");
        assert_eq!(rows.draw(3, now), "[a…\u{1b}[K\r\n[b…");
        assert!(!rows.are_due(now));
        rows.remove(0);
        assert_eq!(rows.draw(12, now), "[b]   a lon…");
        (2..40).for_each(|task| rows.set(task, ("[x]   ".into(), 6), "x"));
        let drawn = rows.draw(40, now);
        assert_eq!(drawn.lines().count(), HEIGHT);
        assert!(drawn.ends_with("and 24 more"));
    }
}
