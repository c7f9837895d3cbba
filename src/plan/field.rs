//! A text of a job that is ready, or that waits until the job starts. Knows
//! no job.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::env::Vars;
use crate::config::template::{self, Scope, TaskCalls};
use crate::model::{EnvMap, Spot};
use crate::sys::Context;

/// A text that is ready, or that has to wait until its job starts.
#[derive(Debug, Clone)]
pub enum Field {
    /// Ready.
    Static(Arc<str>),
    /// Rendered when the job starts: it asks for files, time or programs.
    Late(Arc<LateText>),
}

/// A template with everything it needs to be rendered later.
#[derive(Debug)]
pub struct LateText {
    /// As written.
    pub text: String,
    pub(super) ctx: Arc<Context>,
    pub(super) root: PathBuf,
    pub(super) dir: PathBuf,
    pub(super) env: EnvMap,
    pub(super) vars: Vars,
    pub(super) usage: serde_json::Value,
    pub(super) profiles: Vec<String>,
    pub(super) tools: Arc<serde_json::Value>,
    pub(super) calls: Option<Arc<TaskCalls>>,
    /// The file it stands in, and where the task starts there.
    pub(super) spot: Spot,
}

impl Field {
    /// The text, rendered now where it is late.
    ///
    /// # Errors
    /// What the template engine says.
    pub fn get(&self) -> Result<String, String> {
        match self {
            Self::Static(text) => Ok(text.to_string()),
            Self::Late(late) => late.render(),
        }
    }

    /// What has to be rendered before it can be used.
    pub fn late(&self) -> Option<&Arc<LateText>> {
        match self {
            Self::Static(_) => None,
            Self::Late(late) => Some(late),
        }
    }

    /// The text; a late one stays as it is written.
    pub fn text(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Late(late) => &late.text,
        }
    }
}

impl LateText {
    /// Renders it now; programs that it asks are run, and waited for.
    ///
    /// # Errors
    /// What the template engine says, with the place.
    pub fn render(&self) -> Result<String, String> {
        let scope = Scope {
            ctx: &self.ctx,
            config_root: &self.root,
            dir: &self.dir,
            env: &self.env,
            vars: &self.vars,
            usage: Some(&self.usage),
            profiles: &self.profiles,
            tools: Some(&self.tools),
            exec_gets_env: false,
            source: None,
            task: self.calls.as_deref(),
        };
        template::render(&self.text, &scope).map_err(|error| {
            let place = template::spot(&self.spot.file, self.spot.span().start, &self.text, &error);
            let spot = place.as_ref().unwrap_or(&self.spot);
            format!("{}:{}: {}", spot.place(), spot.column(), error.message)
        })
    }
}
