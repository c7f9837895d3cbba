//! The one value that separates `mep` from its drop-in life as `mise`. It is
//! decided on the command line and handed down; nothing else reads `argv[0]`.

/// Which rules hold where the two differ (`docs/mise-compat.md` lists them).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Our own defaults and texts.
    #[default]
    Mep,
    /// mise's defaults and the texts that tools parse.
    Mise,
}

impl Dialect {
    /// The name a nested call inherits through the environment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mep => "mep",
            Self::Mise => "mise",
        }
    }

    /// The dialect of that name; anything unknown is ours.
    pub fn from_name(name: &str) -> Self {
        if name == "mise" { Self::Mise } else { Self::Mep }
    }
}
