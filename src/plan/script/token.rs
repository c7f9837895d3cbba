//! The pieces that a shell script is made of. Knows nothing of how they are found, nor what they
//! mean.

use std::ops::Range;

/// One piece of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    /// `;`, `&&`, `|`, `(`, a new line and their like.
    Operator(&'static str),
    /// An operator that leads a stream elsewhere; the word after it says where.
    Redirect {
        /// The number written before it.
        fd: Option<u32>,
        operator: &'static str,
        /// What expands in the text of a here-document.
        body: Vec<Part>,
    },
    /// `(( … ))`
    Arithmetic(Vec<Part>),
}

/// A word, quotes and all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    /// Where it stands in the script; unknown inside backquotes.
    pub(super) at: Option<Range<usize>>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As written, without quotes.
    Plain(String),
    /// Text that quotes or a backslash protect.
    Quoted(String),
    /// The name behind a `$`.
    Parameter(String),
    /// `$( … )` and backquotes.
    Command(Vec<Token>),
    /// `<( … )`, `>( … )`
    Process(Vec<Token>),
}

impl Word {
    /// The word as it is written, where no part of it is quoted or expands.
    pub(super) fn bare(&self) -> Option<&str> {
        match &self.parts[..] {
            [Part::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The word's text, where nothing in it expands.
    pub(super) fn literal(&self) -> Option<String> {
        let text = |part: &Part| match part {
            Part::Plain(text) | Part::Quoted(text) => Some(text.clone()),
            _ => None,
        };
        self.parts.iter().map(text).collect()
    }
}
