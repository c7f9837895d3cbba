//! `watch`: runs tasks, and again when what they read changes. A run is one
//! like any other, in a thread of its own; here is what starts it, ends it and
//! hears of files, signals and the end of standard input.
//!
//! Inside, from the bottom: `policy` (what follows from changes, pure), `loops`
//! (files that tasks change themselves) →
//! `scope` (what a change means) → `ground` (the files as they are) → `targets`
//! (plans → scope) → `session`, the loop. Beside it `watchexec`, what another
//! program is told of the same tasks.

mod ground;
mod loops;
mod policy;
mod scope;
mod session;
mod targets;
mod watchexec;

use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::asked::RunFlags;
use crate::config::{Loaded, Options};
use crate::model::{Dialect, Problem};
use crate::report::Palette;
use crate::sys::Context;
pub use policy::OnBusy;
pub use scope::Filters;
pub use session::watch;
pub use watchexec::{Watchexec, watchexec};

/// What is done with the terminal before each run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clear {
    /// Nothing.
    #[default]
    No,
    /// The screen is cleared.
    Screen,
    /// The terminal is set back as well.
    Reset,
}

/// What the command line says about a watch.
#[derive(Debug, Clone)]
pub struct WatchFlags {
    /// What is watched.
    pub filters: Filters,
    /// What a change means while a run goes on.
    pub on_busy: OnBusy,
    /// The signal of [`OnBusy::Signal`].
    pub signal: Signal,
    /// What a run that is to end gets first.
    pub stop_signal: Signal,
    /// When it gets KILL.
    pub stop_timeout: Duration,
    /// How long it has to be quiet after the first change.
    pub debounce: Duration,
    /// How long to wait after a change.
    pub delay: Duration,
    /// Look so often, and do not ask the system.
    pub poll: Option<Duration>,
    /// The first run waits for a change.
    pub postpone: bool,
    /// Before each run.
    pub clear: Clear,
    /// Ends with standard input.
    pub stdin_quit: bool,
    /// Ring after each run.
    pub bell: bool,
    /// Say which files have changed.
    pub print_events: bool,
    /// No lines of ours.
    pub quiet: bool,
}

/// How a watch speaks, and how it reads the configuration.
pub struct Front<'a> {
    /// Reads the project, each time anew.
    pub load: &'a (dyn Fn() -> Result<Loaded, Vec<Problem>> + Sync),
    /// A line of ours.
    pub say: &'a (dyn Fn(&str) + Sync),
    /// A note.
    pub warn: &'a (dyn Fn(&str) + Sync),
    /// Mistakes.
    pub problems: &'a (dyn Fn(&[Problem]) + Sync),
}

impl std::fmt::Debug for Front<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").finish_non_exhaustive()
    }
}

/// A call of `watch`.
#[derive(Debug)]
pub struct Watch<'a> {
    /// The outside world.
    pub ctx: &'a Arc<Context>,
    /// Whose rules hold.
    pub dialect: Dialect,
    /// As for a run.
    pub options: &'a Options,
    /// Of each run; without words as mep all tasks with sources.
    pub run: RunFlags,
    /// Of the watch.
    pub flags: WatchFlags,
    /// The colours of our lines.
    pub palette: Palette,
    /// To the user.
    pub front: Front<'a>,
}
