//! Behaviour through the binary: every test makes a scratch project, runs
//! `mep` (or the same program as `mise`) in it and looks at what a user sees.

mod bad_input;
mod captures;
mod corpus;
mod diff;
mod docs;
mod examples;
mod native;
mod queries;
mod rows;
mod scaling;
mod seeds;
mod shells;
mod status;
mod support;
mod terminal;
