//! Who of several jobs that become ready at once is served first: their
//! places in a line. Knows nothing of why a job leaves it.

use crate::model::JobId;

/// All jobs that have not ended. Where one leaves, the last one takes its
/// place: mise asks its graph for what is ready, and removing a node moves the
/// last one of the graph to the gap.
#[derive(Debug, Default)]
pub(super) struct Line {
    jobs: Vec<JobId>,
    places: Vec<u32>,
}

impl Line {
    /// Lines up so many more jobs, with the ids that follow.
    pub(super) fn grow(&mut self, count: usize) {
        self.jobs.reserve(count);
        self.places.reserve(count);
        for id in self.places.len()..self.places.len() + count {
            self.places.push(self.jobs.len() as u32);
            self.jobs.push(JobId(id as u32));
        }
    }

    /// Where a job that is still in line stands.
    pub(super) fn place(&self, id: JobId) -> usize {
        self.places[id.0 as usize] as usize
    }

    /// Takes a job out of the line.
    pub(super) fn leave(&mut self, id: JobId) {
        let place = self.place(id);
        self.jobs.swap_remove(place);
        if let Some(moved) = self.jobs.get(place) {
            self.places[moved.0 as usize] = place as u32;
        }
    }
}
