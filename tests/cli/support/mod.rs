//! What every test of the command line stands on: a project in a temporary directory, the
//! binary in a clean environment under a watchdog, a terminal to run it on, the reference
//! binary, and the differential case that runs both. Knows nothing of any feature: its only
//! tests are its own.

#![allow(dead_code, unused_imports, reason = "a toolbox: no single set of tests uses every tool")]

mod case;
mod permissions;
mod project;
mod pty;
mod reference;
mod run;
mod sandbox;
pub(crate) mod text;

pub(crate) use case::Case;
pub(crate) use permissions::{forbid, unprivileged};
pub(crate) use project::{Project, fifos, under_test};
pub(crate) use pty::{CTRL_C, CTRL_Z, End, OnTerminal, Terminal};
pub(crate) use reference::{reference, say_uncaptured, skip_without_reference};
pub(crate) use run::{Output, Run, fork_or_write};
pub(crate) use sandbox::{kernel_confines, with_failing_call};
