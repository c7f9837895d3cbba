//! What runs leave on record: events → files, and files → what happened. One
//! file of events for each run, one for what its tasks wrote, and one for each
//! project with the past of its tasks. `docs/record.md` is the public
//! description. Knows no looks, and starts nothing.
//!
//! Inside, from the bottom: `place` (where the files are), `line` (one event as
//! JSON), `events` (which line an event is), `log` (what tasks wrote), `history`
//! (how long tasks took), `prune` (what is too old), `recorder` (the open record
//! of this run); `read` (lines → a story) → `dead` (runs that were killed).

mod dead;
mod events;
mod history;
mod line;
mod log;
mod place;
mod prune;
mod read;
mod recorder;

pub use dead::{Dead, dead};
pub use history::{History, Past, Verdict};
pub use line::TaskLine;
pub use place::{Listed, Place};
pub use prune::Bounds;
pub use read::{
    Chunk, Ended, Finished, Head, Hear, JobStory, Segment, State, Story, TaskStory, Unreadable,
};
pub use recorder::{Keeping, Opening, Recorder};
