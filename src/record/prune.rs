//! Which records stay. Asked now and then at the end of a run, so that a
//! listing costs an ordinary run nothing.

use std::fs;
use std::time::Duration;

use super::place::{Listed, Place, unix_time};

/// How much of a project's past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Runs that nobody but a person or another program started; those that
    /// they started stay with them.
    pub runs: usize,
    /// How long.
    pub age: Duration,
    /// Bytes of all records together.
    pub bytes: u64,
}

/// Runs that are kept where nobody says how many.
pub const KEEP: u32 = 50;

/// Nested runs that are kept for each other one, over all.
const NESTED: usize = 20;

/// Removes what is too old, too many or too much, but for the newest one.
pub(super) fn prune(place: &Place, bounds: Bounds) {
    let now = unix_time();
    let (mut runs, mut all, mut bytes) = (0, 0, 0);
    let mut full = false;
    for run in place.runs() {
        if run.live {
            continue;
        }
        let size = |path: &std::path::Path| fs::symlink_metadata(path).map_or(0, |data| data.len());
        bytes += size(&run.path) + size(&place.log(&run.id));
        runs += usize::from(!run.nested);
        all += 1;
        let old = now.saturating_sub(run.began()) > bounds.age;
        full |= runs > bounds.runs || all > bounds.runs.saturating_mul(NESTED);
        full |= (old || bytes > bounds.bytes) && all > 1;
        if full {
            remove(place, &run);
        }
    }
}

/// Removes one of them.
pub(super) fn remove(place: &Place, run: &Listed) {
    // What cannot be removed now is tried again by another run.
    let _ = fs::remove_file(place.log(&run.id));
    let _ = fs::remove_file(&run.path);
}
