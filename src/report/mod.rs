//! Events → bytes. Knows no processes and no configuration; everything is
//! written to two given writers, so a report is tested without a run.

mod color;
mod lines;
mod progress;
mod redact;
mod screen;
#[cfg(test)]
mod stories;
mod stream;
mod summary;

pub use color::{Palette, label_color};
pub use redact::Redactor;
pub use screen::Live;
pub use stream::{Look, Report};
