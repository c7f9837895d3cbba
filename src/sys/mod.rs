//! The operating system, wrapped: processes, terminal, directories, atomic
//! files, signals. Knows nothing of tasks.

pub mod atomic;
mod context;
pub mod duration;
pub mod jobserver;
pub mod keyboard;
pub mod lookup;
pub mod makeflags;
pub mod process;
pub mod processes;
pub mod sandbox;
pub mod shim;
pub mod signal;
pub mod stdout;
pub mod terminal;
pub mod turns;

pub use context::{Context, Dirs, normalize};
