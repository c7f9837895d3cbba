//! Patterns → files on disk with their times and digests. Knows no tasks.

mod digest;
mod patterns;

pub use digest::of_file;
pub use patterns::{Entry, Patterns, check};
