//! What runs leave on record: events → files, and files → what happened. One
//! file of events for each run, one for what its tasks wrote, and one for each
//! project with the past of its tasks. `docs/record.md` is the public
//! description. Knows no looks, and starts nothing.
//!
//! Inside, from the bottom: `place` (where the files are), `line` (one event as
//! JSON), `events` (which line an event is), `log` (what tasks wrote), `history`
//! (how long tasks took), `prune` (what is too old), `read` (lines → a story)
//! → `recorder` (the open record of this run), `dead` (runs that were killed), `words`
//! (ends in words) → `junit`, `trace` (a story for other programs).

mod dead;
mod events;
mod history;
mod junit;
mod line;
mod log;
mod place;
mod prune;
mod read;
mod recorder;
mod trace;
mod words;

pub use dead::{Dead, dead};
pub use events::skip_kind;
pub use history::{History, Latest, Past, Verdict};
pub use junit::junit;
pub use line::TaskLine;
pub use place::{Listed, Place};
pub use prune::{Bounds, KEEP};
pub use read::{
    Chunk, Ended, Finished, Head, Hear, JobStory, Segment, State, Story, TaskStory, Unreadable,
};
pub use recorder::{Closed, Keeping, Opening, Reader, Recorder};
pub use trace::trace;
pub use words::skip_words;
