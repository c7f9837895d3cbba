//! Events → bytes. Knows no processes and no configuration; everything is
//! written to two given writers, so a report is tested without a run.

mod color;
mod lines;
mod redact;
mod stream;

pub use color::{Palette, label_color};
pub use redact::Redactor;
pub use stream::{Look, Report};
