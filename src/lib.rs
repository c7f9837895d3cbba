//! mep: a mise-compatible task runner. The rooms, in the way the data goes:
//!
//! `cli` (words) → `app` (joins) → `config` (files → Project) → `plan`
//! (Requests → Graph → Jobs) → `run` (Jobs → Events) → `report` (Events →
//! bytes). Below them `files`, `sys` and `model`. Each may import only those
//! below it; `docs/architecture.md` draws it and a test enforces it.
pub mod app;
pub mod cli;
pub mod config;
pub mod files;
pub mod model;
pub mod plan;
pub mod record;
pub mod report;
pub mod run;
pub mod sys;
