//! Torture: every small graph, random kills, floods of output, full disks. What it looks for: a
//! run that never ends, a job that runs twice or too early, a process that is left behind, memory
//! without bound, output that is lost, an end without a word.
//!
//! ```text
//! cargo test --test torture                            what CI does: a few minutes
//! MEP_TORTURE=20 cargo test --test torture kills       twenty times as many rounds and samples
//! MEP_TORTURE_SEED=7 cargo test --test torture         other samples, other moments
//! ```
//!
//! What fails names its seed or its graph, and the same seed tries the same again.
//!
//! `rules` is what must hold of any run, told in the plainest way; `states` puts the scheduler
//! alone to it, `graphs` the real executor. The others are about what lies outside of a graph.

mod child;
mod direct;
mod disk;
mod floods;
mod graphs;
mod kills;
mod random;
mod rules;
mod scene;
#[path = "../scratch/mod.rs"]
mod scratch;
mod states;
