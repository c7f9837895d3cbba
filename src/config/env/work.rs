//! What one evaluation reads, and what it has made so far.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::front::Front;
use super::{Origin, Vars};
use crate::model::{EnvEntry, EnvMap, Spot};

/// Which entries are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// All but those with `tools = true`.
    BeforeTools,
    /// Those with `tools = true`.
    WithTools,
    /// All, in written order: a task's own.
    Whole,
}

impl Pass {
    pub(super) fn takes(self, entry: &EnvEntry) -> bool {
        match self {
            Self::BeforeTools => !entry.options.tools,
            Self::WithTools => entry.options.tools,
            Self::Whole => true,
        }
    }
}

/// One evaluation.
#[derive(Debug)]
pub(super) struct Work<'w> {
    /// Where relative paths start.
    pub(super) root: &'w Path,
    pub(super) env: &'w mut EnvMap,
    pub(super) vars: &'w Vars,
    /// Arguments, where the text may use them.
    pub(super) usage: Option<&'w serde_json::Value>,
    /// The task whose text it is, where it is one's own.
    pub(super) owner: Option<&'w str>,
    /// Tools are set up: `tools` has them.
    pub(super) knows_tools: bool,
    /// What goes before PATH.
    pub(super) front: Front,
    /// By variable: hidden, or shown although a name in `redactions` fits.
    pub(super) marks: IndexMap<String, bool>,
    /// By variable: what has set it last.
    pub(super) origins: IndexMap<String, Origin>,
    /// Name, help text and place of what is required.
    pub(super) required: Vec<(String, Option<String>, Spot)>,
}

impl<'w> Work<'w> {
    pub(super) fn new(root: &'w Path, env: &'w mut EnvMap, vars: &'w Vars) -> Self {
        Self {
            root,
            env,
            vars,
            usage: None,
            owner: None,
            knows_tools: false,
            front: Front::default(),
            marks: IndexMap::new(),
            origins: IndexMap::new(),
            required: Vec::new(),
        }
    }

    /// Sets a variable by an entry, or by a file that it names.
    pub(super) fn set(
        &mut self,
        name: &str,
        value: impl Into<std::ffi::OsString>,
        entry: &EnvEntry,
        file: Option<&Path>,
    ) {
        self.env.set(name, value);
        self.mark(name, entry.options.redact);
        self.comes_from(name, &entry.spot, file);
    }

    /// Takes note of what decides on a variable.
    pub(super) fn comes_from(&mut self, name: &str, spot: &Spot, file: Option<&Path>) {
        let origin = Origin { spot: spot.clone(), file: file.map(PathBuf::from), hidden: false };
        self.origins.insert(name.to_string(), origin);
    }

    pub(super) fn mark(&mut self, name: &str, redact: Option<bool>) {
        if let Some(hidden) = redact {
            self.marks.insert(name.to_string(), hidden);
        }
    }
}
