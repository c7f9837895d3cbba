//! A file's text as a TOML table, or what is wrong with it. Knows no key.

use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, Error};

use super::{depth, plain};
use crate::model::{Blame, Problem, SourceFile, Spot};

/// Why a text is no TOML.
#[derive(Debug)]
pub(super) enum Mistakes {
    /// The parser cannot follow its brackets; here is the first of those.
    Deep(Range<usize>),
    /// What the parser says.
    Syntax(Vec<Error>),
}

/// What a text says. Where there are mistakes, it is what the parser has made
/// of the rest.
pub(super) fn parse(text: &str) -> (DeTable<'_>, Option<Mistakes>) {
    match plain::table(text) {
        Some(table) => (table, None),
        None => parse_all(text),
    }
}

/// The same, by the library: without a look for what is plain.
pub(super) fn parse_all(text: &str) -> (DeTable<'_>, Option<Mistakes>) {
    if let Some(bracket) = depth::too_deep(text) {
        return (DeTable::new(), Some(Mistakes::Deep(bracket)));
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let mistakes = (!errors.is_empty()).then_some(Mistakes::Syntax(errors));
    (root.into_inner(), mistakes)
}

/// How many mistakes of its TOML a file is shown with; a file that is none has thousands.
const SHOWN: usize = 20;

impl Mistakes {
    /// The same for the reader of the file.
    pub(super) fn problems(&self, file: &Arc<SourceFile>, blame: &Blame) -> Vec<Problem> {
        let name = file.path.display();
        let problem = |text| Problem::new("config::syntax", text).blame(blame.clone());
        let errors = match self {
            Self::Syntax(errors) => errors,
            Self::Deep(bracket) => {
                return vec![
                    problem(format!("{name} is nested too deeply"))
                        .at(&Spot::new(file, bracket.clone()), "this bracket")
                        .help("close the brackets before it"),
                ];
            }
        };
        let shown = |error: &Error| {
            let spot = Spot::new(file, error.span().unwrap_or(0..0));
            problem(format!("{name} is not valid TOML")).at(&spot, error.message())
        };
        let more = errors.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| problem(format!("{name} has {more} more mistakes")));
        errors.iter().take(SHOWN).map(shown).chain(more).collect()
    }
}
