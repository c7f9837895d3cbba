//! Events → bytes. Knows no processes and no configuration; everything is
//! written to two given writers, so a report is tested without a run.

mod color;
mod eta;
mod lines;
mod look;
mod progress;
mod rows;
mod screen;
mod sections;
mod store;
#[cfg(test)]
mod stories;
mod stream;
mod styles;
mod summary;

pub use color::{Palette, label_color};
pub use look::Look;
pub use progress::fit;
pub use screen::Live;
pub use sections::Sections;
pub use stream::Report;
