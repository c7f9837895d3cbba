//! Runs a plan: the scheduler, the loop round it, processes, freshness.
//! Knows nothing of terminals' looks: events are all that comes out.
//!
//! Inside, from the bottom: `fresh` (verdicts), `state` (the scheduler, pure),
//! `rehearsal` (a run without processes), `limits` (locks, and the pool shared with other programs), `direct` (simple
//! commands without a shell), `launch` (one command → one process), `units` (the processes and what is left of them),
//! `ownership` (what tasks leave behind), `pipes` (their output), `prompt`
//! (questions), `signals`, `remote` (orders from elsewhere in the process), `foreground` (the terminal), `dispatcher` (the loop
//! that owns them all).

pub mod direct;
mod dispatcher;
mod foreground;
pub mod fresh;
mod launch;
mod limits;
mod ownership;
mod pipes;
mod prompt;
mod rehearsal;
mod remote;
mod signals;
pub mod state;
mod units;

pub use dispatcher::{Arrive, Arrived, Emit, Listening, OnFailure, RunOptions, run};
pub use limits::Sharing;
pub use ownership::recover;
pub use rehearsal::{Expected, Rehearsal, rehearse};
pub use remote::{Order, Remote, signals};
