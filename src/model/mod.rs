//! The words every other room speaks: tasks, where they come from, what can
//! happen to them. Plain data: no I/O, no TOML, no clock, no terminal.

mod dead;
mod dep;
mod dialect;
mod env;
mod event;
mod exit;
mod lint;
mod monorepo;
mod names;
mod outcome;
mod policy;
mod problem;
mod project;
mod redact;
mod release;
mod sandbox;
mod secrets;
mod seldom;
mod source;
mod style;
mod task;

pub use dead::{DeadRun, RUN_VARIABLE};
pub use dep::{Call, Dep, DepSpec};
pub use dialect::Dialect;
pub use env::{AgeFormat, EnvDirective, EnvEntry, EnvMap, EnvOptions, Venv};
pub use event::{Event, JobView, Leftover, Stream, Wait};
pub use exit::Exit;
pub use lint::Lint;
pub use monorepo::{Monorepo, full_in, split_full};
pub use names::{closest, strip_extension};
pub use outcome::{Cause, Outcome, SkipReason, format_elapsed};
pub use policy::{Leaks, Policy, Retry};
pub use problem::{Blame, Label, Problem};
pub use project::{OwnKeys, PoolKind, Project, RecordKeys, Root, Scope};
pub use redact::{Held, Redactor};
pub(crate) use release::mise_release;
pub use release::{MISE_RELEASE, MISE_VERSION};
pub use sandbox::Sandbox;
pub use secrets::Secrets;
pub use seldom::{Absent, Seldom};
pub use source::{SourceFile, Spot};
pub use style::{OutputStyle, Silence};
pub use task::{
    Command, Confirm, JobId, LaterKey, Outputs, ProjectId, RunEntry, Task, TaskId, TaskTool,
};
