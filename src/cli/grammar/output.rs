//! `-o`: the names of styles, and what two old ones of them mean.

use crate::config::Settings;
use crate::config::{STYLES, parse_style};
use crate::model::{OutputStyle, Problem, closest};
use crate::sys::Context;

/// Where `-o` is not given, this says it.
const VARIABLE: &str = "MISE_TASK_OUTPUT";

/// What `-o` can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Output {
    /// An arrangement.
    Style(OutputStyle),
    /// `interleave` and `-q`, under one name.
    Quiet,
    /// `-S`
    Silent,
}

impl Output {
    /// What the command line asks for.
    pub(in crate::cli) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "quiet" => Ok(Self::Quiet),
            "silent" => Ok(Self::Silent),
            _ => parse_style(text).map(Self::Style).ok_or_else(|| {
                let near = closest(text, STYLES.iter().copied(), 1);
                match near.first() {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the styles are {}", STYLES.join(", ")),
                }
            }),
        }
    }

    /// What the variable asks for; an empty one for nothing.
    pub(in crate::cli) fn of_variable(ctx: &Context) -> Result<Option<Self>, Problem> {
        let Some(text) = ctx.env.get(VARIABLE).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let text = text.to_string_lossy();
        Self::parse(&text).map(Some).map_err(|why| {
            Problem::new("usage::output", format!("`{VARIABLE}` is `{text}`, which is no style"))
                .help(why)
        })
    }

    /// What it says beside the arrangement.
    pub(in crate::cli) fn apply(self, settings: &mut Settings) {
        settings.task_quiet |= self == Self::Quiet;
        settings.silent |= self == Self::Silent;
    }

    /// The style that beats a task's own.
    pub(in crate::cli) fn style(self) -> Option<OutputStyle> {
        match self {
            Self::Style(style) => Some(style),
            Self::Quiet => Some(OutputStyle::Interleave),
            Self::Silent => None,
        }
    }
}
