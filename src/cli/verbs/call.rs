//! What a verb is called with. Knows no verb.

use std::sync::Arc;

use crate::cli::diagnostics::Voice;
use crate::cli::grammar::Global;
use crate::cli::{options, query};
use crate::config::Options;
use crate::model::Dialect;
use crate::sys::Context;

/// What every verb gets.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Call<'a> {
    pub(in crate::cli) ctx: &'a Arc<Context>,
    pub(in crate::cli) grammar: Dialect,
    pub(in crate::cli) global: &'a Global,
    pub(in crate::cli) voice: &'a Voice,
}

impl Call<'_> {
    /// The project, as a query sees it.
    pub(super) fn options(&self) -> Options {
        options(self.global, query(self.ctx, self.grammar, self.global))
    }
}
