//! Typed access to TOML values. Every refusal names what was expected, what
//! stands there and where. Knows no key of any table.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::{Blame, Problem, SourceFile, Spot, closest};

/// A value and its place.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// The table being read: its file and what to call it in messages. Nothing of
/// it is put into words before there is a mistake.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    /// The file.
    pub(super) file: &'a Arc<SourceFile>,
    /// What the table is called in messages.
    pub(super) owner: Owner<'a>,
    /// What a mistake in it stops.
    pub(super) stops: Stops<'a>,
    /// Where the text that is read starts in the file.
    pub(super) offset: usize,
}

/// What a table is called in messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'a> {
    /// The top of a file.
    File(&'a Path),
    /// A word for its kind, and its name.
    Named(&'static str, &'a str),
    /// There is one of it.
    Words(&'static str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Named(kind, name) => write!(f, "{kind} `{name}`"),
            Self::Words(words) => f.write_str(words),
        }
    }
}

/// A [`Blame`] that is not needed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stops<'a> {
    Project,
    File,
    Task(&'a str),
}

impl From<Stops<'_>> for Blame {
    fn from(stops: Stops<'_>) -> Self {
        match stops {
            Stops::Project => Self::Project,
            Stops::File => Self::File,
            Stops::Task(name) => Self::Task(name.to_string()),
        }
    }
}

impl At<'_> {
    /// A place in the file.
    pub(super) fn spot(&self, span: std::ops::Range<usize>) -> Spot {
        Spot::new(self.file, span.start + self.offset..span.end + self.offset)
    }

    /// "`key` of task `x` must be …"
    pub(super) fn wrong(
        &self,
        key: impl fmt::Display,
        value: &Value<'_>,
        expected: &str,
    ) -> Problem {
        let found = match value.get_ref() {
            DeValue::String(text) if expected.contains("one of") || expected.contains('"') => {
                format!("not `{text}`")
            }
            DeValue::Array(_) => "a list".to_string(),
            DeValue::Table(_) => "a table".to_string(),
            DeValue::Boolean(_) => "a boolean".to_string(),
            DeValue::Integer(_) => "an integer".to_string(),
            other => format!("a {}", other.type_str()),
        };
        self.mistake(
            "config::type",
            format!("`{key}` of {} must be {expected}", self.owner),
            value,
            format!("{}{found}", if found.starts_with("not") { "" } else { "this is " }),
        )
    }

    /// A problem at `value`.
    pub(super) fn mistake(
        &self,
        code: &'static str,
        message: String,
        value: &Value<'_>,
        label: impl Into<String>,
    ) -> Problem {
        Problem::new(code, message).at(&self.spot(value.span()), label).blame(self.stops.into())
    }

    /// An unknown key, with the known one it resembles.
    pub(super) fn unknown(&self, key: &Spanned<impl AsRef<str>>, known: &[&str]) -> Problem {
        let name = key.get_ref().as_ref();
        let problem =
            Problem::new("config::unknown-key", format!("unknown key `{name}` in {}", self.owner))
                .at(&self.spot(key.span()), "not a key of this table")
                .blame(self.stops.into());
        match closest(name, known.iter().copied(), 1).first() {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("the keys are {}", listed(known))),
        }
    }

    /// A string.
    pub(super) fn string(
        &self,
        key: impl fmt::Display,
        value: &Value<'_>,
    ) -> Result<String, Problem> {
        match value.get_ref() {
            DeValue::String(s) => Ok(s.to_string()),
            _ => Err(self.wrong(key, value, "a string")),
        }
    }

    /// A boolean.
    pub(super) fn boolean(&self, key: &str, value: &Value<'_>) -> Result<bool, Problem> {
        let found = value.get_ref().as_bool();
        found.ok_or_else(|| self.wrong(key, value, "true or false"))
    }

    /// A string, or a list of strings.
    pub(super) fn strings(
        &self,
        key: impl fmt::Display,
        value: &Value<'_>,
    ) -> Result<Vec<String>, Problem> {
        match value.get_ref() {
            DeValue::String(s) => Ok(vec![s.to_string()]),
            DeValue::Array(_) => self.string_list(key, value),
            _ => Err(self.wrong(key, value, "a string or a list of strings")),
        }
    }

    /// A list of strings.
    pub(super) fn string_list(
        &self,
        key: impl fmt::Display,
        value: &Value<'_>,
    ) -> Result<Vec<String>, Problem> {
        let Some(items) = value.get_ref().as_array() else {
            return Err(self.wrong(key, value, "a list of strings"));
        };
        list(items, |i, v| self.string(format_args!("{key}[{i}]"), v))
    }

    /// A table.
    pub(super) fn table<'v, 'i>(
        &self,
        key: &str,
        value: &'v Value<'i>,
    ) -> Result<&'v DeTable<'i>, Problem> {
        let found = value.get_ref().as_table();
        found.ok_or_else(|| self.wrong(key, value, "a table"))
    }

    /// Pairs of strings.
    pub(super) fn string_table(
        &self,
        key: &str,
        value: &Value<'_>,
    ) -> Result<Vec<(String, String)>, Problem> {
        self.table(key, value)?
            .iter()
            .map(|(k, v)| {
                let name = k.get_ref().to_string();
                Ok((name, self.string(format_args!("{key}.{}", k.get_ref()), v)?))
            })
            .collect()
    }
}

/// Every item read, or the first mistake; takes no more room than it needs.
pub(super) fn list<'v, 'i, T>(
    items: &'v [Value<'i>],
    read: impl Fn(usize, &'v Value<'i>) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let mut list = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        list.push(read(i, item)?);
    }
    Ok(list)
}

/// The decimal text of an integer in any radix.
pub(super) fn integer_text(value: &toml::de::DeInteger<'_>) -> String {
    match i64::from_str_radix(value.as_str(), value.radix()) {
        Ok(number) => number.to_string(),
        Err(_) => value.as_str().to_string(),
    }
}

/// Words in a row, each between backticks.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    quoted.join(", ")
}

/// The decimal text of an integer value; empty for anything else.
pub(super) fn integer_text_of(value: &Value<'_>) -> String {
    value.get_ref().as_integer().map_or_else(String::new, integer_text)
}
