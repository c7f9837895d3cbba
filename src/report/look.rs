//! Choices that hold for a whole report, and how a text is cut to a width.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::color::Palette;
use super::screen::Live;
use super::sections::Sections;
use crate::model::Dialect;

/// Choices that hold for the whole run.
#[derive(Debug, Clone)]
pub struct Look {
    /// Colours on standard error.
    pub palette: Palette,
    /// Colours on standard output.
    pub out: Palette,
    /// Width for command lines; `None` shows them whole.
    pub columns: Option<usize>,
    /// `[x] Finished in` lines: always, never, or as the style has it.
    pub timings: Option<bool>,
    /// The line with the total.
    pub total: bool,
    /// Reasons and notes are shown.
    pub verbose: bool,
    /// Warnings are not (`-q` and `-S` in mise).
    pub hushed: bool,
    /// Failures are listed at the end (`-c`).
    pub list_failures: bool,
    /// The words of warnings.
    pub dialect: Dialect,
    /// What is shown beside the output while the run goes on.
    pub live: Live,
    /// What interrupted the run is said, and the end is told at length.
    pub summary: bool,
    /// Who reads the log, for the style `grouped`.
    pub sections: Sections,
}

/// The first `width` columns of `text`, ending in `…` where it is cut.
pub(super) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return text.into();
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used < width
        })
        .collect();
    format!("{kept}…").into()
}
