//! How long a run is likely to go on: what its plan looked like beforehand, less what has been
//! done since. Knows no clock and no words for times.

use std::time::Duration;

use crate::model::JobId;
use crate::plan::Outlook;

/// What is left of a run.
#[derive(Debug)]
pub(super) struct Eta {
    outlook: Outlook,
    /// How many jobs work at a time.
    slots: u32,
    /// By job; those that joined later are not in it.
    ended: Vec<bool>,
    /// The work of all jobs that have not ended, as far as it is known.
    work: Duration,
    /// Jobs that have not ended, of which nobody knows how long they take.
    unknown: usize,
}

/// An estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// About so long.
    About(Duration),
    /// So long, and nobody knows how much longer.
    AtLeast(Duration),
}

impl Eta {
    pub(super) fn new(outlook: Outlook, slots: usize) -> Self {
        let known = outlook.expected.iter().flatten();
        Self {
            slots: u32::try_from(slots).unwrap_or(u32::MAX).max(1),
            ended: vec![false; outlook.expected.len()],
            work: known.fold(Duration::ZERO, |sum, time| sum.saturating_add(*time)),
            unknown: outlook.expected.iter().filter(|time| time.is_none()).count(),
            outlook,
        }
    }

    /// More jobs came up, of which nobody knows anything.
    pub(super) fn grow(&mut self, count: usize) {
        self.outlook.expected.extend(std::iter::repeat_n(None, count));
        self.outlook.ahead.extend(std::iter::repeat_n(Duration::ZERO, count));
        self.ended.extend(std::iter::repeat_n(false, count));
        self.unknown += count;
    }

    pub(super) fn ended(&mut self, job: JobId) {
        let at = job.0 as usize;
        if std::mem::replace(&mut self.ended[at], true) {
            return;
        }
        match self.outlook.expected[at] {
            Some(time) => self.work = self.work.saturating_sub(time),
            None => self.unknown -= 1,
        }
    }

    /// What is left while these jobs run for so long; nothing where nothing is known.
    ///
    /// The run cannot be shorter than its longest way, nor than its work shared by all slots.
    pub(super) fn left(&self, running: &[(JobId, Duration)]) -> Option<Left> {
        let (mut way, mut work, mut late) = (Duration::ZERO, self.work, false);
        for at in (0..self.ended.len()).filter(|at| !self.ended[*at]) {
            let since = running.iter().find(|(job, _)| job.0 as usize == at);
            let age = since.map_or(Duration::ZERO, |(_, age)| *age);
            let expected = self.outlook.expected[at];
            late |= expected.is_some_and(|expected| age > expected);
            let done = age.min(expected.unwrap_or_default());
            work = work.saturating_sub(done);
            way = way.max(self.outlook.ahead[at].saturating_sub(done));
        }
        let left = way.max(work / self.slots);
        match (left.is_zero(), late || self.unknown > 0) {
            (true, _) => None,
            (false, true) => Some(Left::AtLeast(left)),
            (false, false) => Some(Left::About(left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn eta(expected: &[Option<u64>], ahead: &[u64], slots: usize) -> Eta {
        let expected = expected.iter().map(|time| time.map(S)).collect();
        Eta::new(Outlook { expected, ahead: ahead.iter().copied().map(S).collect() }, slots)
    }

    #[test]
    fn the_longest_way_or_the_work_of_all_slots_is_left() {
        let chain = eta(&[Some(4), Some(6)], &[10, 6], 2);
        assert_eq!(chain.left(&[]), Some(Left::About(S(10))));
        assert_eq!(chain.left(&[(JobId(0), S(3))]), Some(Left::About(S(7))));
        let mut wide = eta(&[Some(6); 4], &[6; 4], 2);
        assert_eq!(wide.left(&[(JobId(0), S(2)), (JobId(1), S(2))]), Some(Left::About(S(10))));
        wide.ended(JobId(0));
        wide.ended(JobId(0));
        assert_eq!(wide.left(&[(JobId(1), S(4))]), Some(Left::About(S(7))));
    }

    #[test]
    fn what_nobody_knows_makes_it_a_lower_bound() {
        let mut some = eta(&[Some(4), None], &[8, 4], 1);
        assert_eq!(some.left(&[]), Some(Left::AtLeast(S(8))));
        some.ended(JobId(1));
        assert_eq!(some.left(&[]), Some(Left::About(S(8))));
        some.grow(1);
        assert_eq!(some.left(&[]), Some(Left::AtLeast(S(8))));
        assert_eq!(eta(&[None], &[0], 1).left(&[]), None);
    }

    #[test]
    fn a_job_that_takes_longer_than_before_may_take_any_time() {
        let pair = eta(&[Some(4), Some(6)], &[4, 6], 1);
        assert_eq!(pair.left(&[(JobId(0), S(5))]), Some(Left::AtLeast(S(6))));
    }
}
