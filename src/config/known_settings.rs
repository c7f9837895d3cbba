//! Every setting that mise knows: its type, what it is where nobody says, and
//! what it is for. A table in a file beside this one; read only by who asks.

use super::setting_names::GLOBAL_ONLY;

/// A line for each: name, type, default, description.
const TABLE: &str = include_str!("settings.tsv");

/// One of mise's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownSetting {
    /// Its dotted name.
    pub name: &'static str,
    /// What it may hold.
    pub kind: SettingKind,
    /// What it is where nobody says, as JSON; empty where it is nothing.
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// What a setting may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// Any text.
    Text,
    /// A text like `5m`.
    Duration,
    /// Texts, with commas where they are typed.
    List,
    /// Paths, with colons where a variable holds them.
    Paths,
    /// A text for each of some names.
    Map,
    /// One of these words.
    OneOf(&'static str),
    /// No file may hold it.
    VariableOnly,
}

/// All of them; those of a group follow each other.
pub fn known_settings() -> impl Iterator<Item = KnownSetting> {
    TABLE.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let name = fields.next()?;
        let kind = SettingKind::parse(fields.next()?);
        Some(KnownSetting { name, kind, default: fields.next()?, about: fields.next()? })
    })
}

impl SettingKind {
    fn parse(word: &'static str) -> Self {
        match word {
            "bool" => Self::Flag,
            "number" => Self::Number,
            "duration" => Self::Duration,
            "list" => Self::List,
            "paths" => Self::Paths,
            "map" => Self::Map,
            "fixed" => Self::VariableOnly,
            other => other.strip_prefix("one of ").map_or(Self::Text, Self::OneOf),
        }
    }

    /// What mise calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flag => "boolean",
            Self::Number | Self::Duration => "number",
            Self::List | Self::Paths => "array",
            Self::Map => "object",
            Self::OneOf(words) if words.contains("false") => "boolean | string",
            Self::Text | Self::OneOf(_) | Self::VariableOnly => "string",
        }
    }
}

impl KnownSetting {
    /// The variable that says it.
    pub fn variable(&self) -> String {
        match self.name {
            "ci" => "CI".to_string(),
            "python.venv_stdlib" => "MISE_VENV_STDLIB".to_string(),
            name => format!("MISE_{}", name.replace('.', "_").to_uppercase()),
        }
    }
}

/// True for what a project's own file does not decide.
pub fn may_not_be_local(name: &str) -> bool {
    GLOBAL_ONLY.contains(&name)
}
