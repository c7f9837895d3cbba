//! Files that hold variables: dotenv, JSON, YAML, TOML, by the ending of the
//! name. Knows no configuration.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::expand;
use crate::model::{EnvMap, SourceFile, Spot};

/// Names and values, in the file's order.
pub(super) type Pairs = Vec<(String, String)>;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Yaml,
    Toml,
    Dotenv,
}

/// What is wrong with a file.
#[derive(Debug)]
pub(super) struct Fault {
    /// In our words.
    pub(super) message: String,
    /// In mise's, outermost first.
    pub(super) reference: Vec<String>,
    /// The place in the file and the words at it.
    pub(super) place: Option<(Spot, String)>,
    /// The next step.
    pub(super) help: String,
}

impl Fault {
    /// A fault of the whole file.
    pub(super) fn new(message: impl Into<String>, reference: &str, help: &str) -> Self {
        Self {
            message: message.into(),
            reference: vec![reference.into()],
            place: None,
            help: help.into(),
        }
    }

    /// The place, as far as the file reaches.
    fn at(mut self, path: &Path, text: &str, span: Range<usize>, label: &str) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.ceil_char_boundary(span.end.min(text.len()));
        let file = SourceFile::new(path.to_path_buf(), text.to_string());
        self.place = Some((Spot::new(&file, start..end.max(start)), label.to_string()));
        self
    }
}

impl Kind {
    /// By the ending; mise reads `.yml` as dotenv, too.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some("json") => Self::Json,
            Some("yaml") => Self::Yaml,
            Some("toml") => Self::Toml,
            _ => Self::Dotenv,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Toml => "toml",
            Self::Dotenv => "dotenv",
        }
    }
}

/// What a file holds.
#[derive(Debug)]
pub(super) enum Contents {
    /// Variables.
    Plain(Pairs),
    /// Its `sops` key says that its values are encrypted.
    Sops,
}

/// A file of variables; `None` where there is none. `expand` holds what a
/// dotenv file may refer to beside the caller's environment.
pub(super) fn read(
    path: &Path,
    kind: Kind,
    expand: Option<&EnvMap>,
) -> Result<Option<Contents>, Fault> {
    match std::fs::read(path) {
        Ok(bytes) => parse(path, kind, &bytes, expand).map(Some),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => {
            let text = format!("cannot read {}: {e}", path.display());
            Err(Fault::new(text.clone(), &text, "make it readable, or take it out of `_.file`"))
        }
    }
}

/// The variables in `bytes`, which came from `path`.
pub(super) fn parse(
    path: &Path,
    kind: Kind,
    bytes: &[u8],
    expand: Option<&EnvMap>,
) -> Result<Contents, Fault> {
    let text = String::from_utf8_lossy(bytes);
    match kind {
        Kind::Dotenv => dotenv(path, &text, expand).map(Contents::Plain),
        Kind::Json => json(path, &text),
        Kind::Yaml => yaml(path, &text),
        Kind::Toml => toml(path, &text),
    }
}

fn dotenv(path: &Path, text: &str, expand: Option<&EnvMap>) -> Result<Pairs, Fault> {
    let (before, count) = expand.map_or((String::new(), 0), |env| preamble(text, env));
    let input = [before.as_str(), text].concat();
    let all: Result<Pairs, _> = dotenvy::from_read_iter(input.as_bytes()).collect();
    let error = match all {
        Ok(mut pairs) => {
            pairs.drain(..count.min(pairs.len()));
            return Ok(pairs);
        }
        Err(error) => error,
    };
    let mut fault = Fault::new(
        format!("{} is not a dotenv file: {error}", path.display()),
        &format!("failed to parse dotenv file: {}", path.display()),
        "a line is `KEY=value`, `export KEY=value` or a comment; close every quote",
    );
    fault.reference.push(error.to_string());
    if let dotenvy::Error::LineParse(piece, _) = &error {
        let start = text.find(piece.as_str()).unwrap_or_default();
        let line = text[..start].matches('\n').count() + 1;
        let shown = piece.trim_end().lines().next().unwrap_or_default();
        fault.message = format!("line {line} of {} is not a variable: {shown}", path.display());
        return Err(fault.at(path, text, start..start + shown.len(), "not `KEY=value`"));
    }
    Err(fault)
}

/// Lines that define what `text` refers to and the caller does not have, and
/// their number: the parser itself knows the caller and earlier lines only.
fn preamble(text: &str, env: &EnvMap) -> (String, usize) {
    let (_, names) = expand::expand(text, |_| None);
    let mut out = String::new();
    let mut count = 0;
    for name in names {
        let Some(value) = env.get_str(&name) else {
            continue;
        };
        let mut quoted = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\n' => quoted.push_str("\\n"),
                '\\' | '"' | '$' => quoted.extend(['\\', c]),
                c => quoted.push(c),
            }
        }
        let _ = writeln!(out, "{name}=\"{quoted}\"");
        count += 1;
    }
    (out, count)
}

fn unreadable(path: &Path, kind: Kind, why: &str) -> Fault {
    let mut fault = Fault::new(
        format!("{} is not valid {}: {why}", path.display(), kind.name().to_uppercase()),
        &format!("failed to parse {} file: {}", kind.name(), path.display()),
        "the file is one table of names and values",
    );
    fault.reference.push(why.to_string());
    fault
}

fn json(path: &Path, text: &str) -> Result<Contents, Fault> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => flat(path, text, Kind::Json, map),
        Ok(other) => {
            let what = match other {
                Value::Array(_) => "sequence".to_string(),
                other => other.to_string(),
            };
            let why = format!("invalid type: {what}, expected struct Env at line 1 column 0");
            Err(unreadable(path, Kind::Json, &why))
        }
        Err(e) => {
            let at = offset(text, e.line(), e.column());
            let fault = unreadable(path, Kind::Json, &e.to_string());
            Err(fault.at(path, text, at..at + 1, "here"))
        }
    }
}

fn yaml(path: &Path, text: &str) -> Result<Contents, Fault> {
    // `yes` is a text, as in YAML 1.2.
    let options = serde_saphyr::options! { strict_booleans: true };
    match serde_saphyr::from_str_with_options::<Option<Value>>(text, options) {
        Ok(Some(Value::Object(map))) => flat(path, text, Kind::Yaml, map),
        Ok(None) => Ok(Contents::Plain(Pairs::new())),
        Ok(Some(_)) => Err(unreadable(path, Kind::Yaml, "it is not a table")),
        Err(e) => {
            let text_of_error = e.to_string();
            let first = text_of_error.lines().next().unwrap_or_default();
            let fault = unreadable(path, Kind::Yaml, first.trim_start_matches("error: "));
            Err(match e.location() {
                Some(place) => {
                    let at = offset(text, place.line() as usize, place.column() as usize);
                    fault.at(path, text, at..at + 1, "here")
                }
                None => fault,
            })
        }
    }
}

/// Byte offset of a line and a column, both counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

/// Strings, numbers and truths; anything deeper is no variable.
fn flat(
    path: &Path,
    text: &str,
    kind: Kind,
    map: serde_json::Map<String, Value>,
) -> Result<Contents, Fault> {
    if map.get("sops").is_some_and(Value::is_object) {
        return Ok(Contents::Sops);
    }
    let mut pairs = Pairs::new();
    for (key, value) in map {
        let value = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            other => return Err(unsupported(path, text, kind, &key, &debug(kind, &other))),
        };
        pairs.push((key, value));
    }
    Ok(Contents::Plain(pairs))
}

/// As the reference shows a value that is none.
fn debug(kind: Kind, value: &Value) -> String {
    match value {
        Value::Null => "Null".into(),
        other if kind == Kind::Yaml => {
            format!("{other:?}").replacen("Object", "Mapping", 1).replacen("Array", "Sequence", 1)
        }
        other => format!("{other:?}"),
    }
}

fn unsupported(path: &Path, text: &str, kind: Kind, key: &str, shown: &str) -> Fault {
    let allowed = if kind == Kind::Toml {
        "a text, an integer or a boolean"
    } else {
        "a text, a number or a boolean"
    };
    let at = text.find(key).unwrap_or_default();
    let mut fault = Fault::new(
        format!("`{key}` of {} is not {allowed}", path.display()),
        &format!("unsupported {} value: {shown}", kind.name()),
        "variables are flat: write the value as one text",
    );
    fault = fault.at(path, text, at..at + key.len(), "this one");
    fault
}

fn toml(path: &Path, text: &str) -> Result<Contents, Fault> {
    use ::toml::de::{DeTable, DeValue};
    if let Some(span) = crate::config::depth::too_deep(text) {
        let why = "it is nested too deeply";
        return Err(unreadable(path, Kind::Toml, why).at(path, text, span, "this bracket"));
    }
    let table = DeTable::parse(text).map_err(|e| {
        let span = e.span().unwrap_or(0..0);
        unreadable(path, Kind::Toml, e.message()).at(path, text, span, e.message())
    })?;
    let mut pairs = Pairs::new();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().to_string();
        let value = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => crate::config::value::integer_text(number),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Table(_) if name == "sops" => return Ok(Contents::Sops),
            DeValue::Float(number) => {
                let shown = format!("Float({})", number.as_str());
                return Err(unsupported(path, text, Kind::Toml, &name, &shown));
            }
            other => return Err(unsupported(path, text, Kind::Toml, &name, other.type_str())),
        };
        pairs.push((name, value));
    }
    Ok(Contents::Plain(pairs))
}
