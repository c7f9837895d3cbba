//! Patterns → files on disk with their times and digests. Knows no tasks.

mod digest;
mod glob;
mod patterns;

pub use digest::of_file;
pub use glob::glob;
pub use patterns::{Entry, Patterns, check};
