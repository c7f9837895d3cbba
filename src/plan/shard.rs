//! A part of what was asked for: several machines share one command line, each runs its part.
//! Pure: knows no task, and not where times are kept.

use std::fmt;
use std::time::Duration;

/// The part of one machine, as `i/n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which it is; the first is 1.
    pub number: usize,
    /// How many there are.
    pub count: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, count: 1 };

    /// Reads `i/n`.
    ///
    /// # Errors
    /// What it has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((number(i)?, number(n)?)));
        match numbers {
            None => Err("it has to be I/N, the I-th of N shards, as in 1/3".to_string()),
            Some((0, _)) => Err("the first shard is 1".to_string()),
            Some((_, 0)) => Err("there has to be a shard at least".to_string()),
            Some((number, 1)) if number > 1 => Err("there is only one shard".to_string()),
            Some((number, count)) if number > count => {
                Err(format!("there are only {count} shards"))
            }
            Some((number, count)) => Ok(Self { number, count }),
        }
    }
}

/// Digits and nothing else: `+1` is no number here.
fn number(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

/// The shard of each unit, from 0 on. A unit is a list of pieces of work, its own and those that
/// it needs; a shard does each piece once.
///
/// `times` says how long each piece takes: the unit with the most work goes first, to the shard
/// that is done soonest with it; one whose pieces a shard does anyway goes there. Without times
/// the units are dealt out one by one.
pub fn divide(units: &[Vec<usize>], times: Option<&[Duration]>, count: usize) -> Vec<usize> {
    // More shards than units stay empty anyway.
    let count = count.min(units.len());
    let Some(times) = times else {
        return (0..units.len()).map(|at| at % count.max(1)).collect();
    };
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(work(&units[*at], times)));
    let mut shards = vec![Load::new(times.len()); count];
    let mut shard_of = vec![0; units.len()];
    for at in order {
        let best = (0..count).min_by_key(|shard| shards[*shard].with(&units[at], times));
        let best = best.unwrap_or_default();
        shards[best].take(&units[at], times);
        shard_of[at] = best;
    }
    shard_of
}

fn work(pieces: &[usize], times: &[Duration]) -> Duration {
    pieces.iter().fold(Duration::ZERO, |sum, piece| sum.saturating_add(times[*piece]))
}

/// What a shard has to do so far.
#[derive(Debug, Clone)]
struct Load {
    pieces: Vec<bool>,
    time: Duration,
    units: usize,
}

impl Load {
    fn new(pieces: usize) -> Self {
        Self { pieces: vec![false; pieces], time: Duration::ZERO, units: 0 }
    }

    /// Pieces that it does not do yet.
    fn added(&self, unit: &[usize]) -> Vec<usize> {
        unit.iter().copied().filter(|piece| !self.pieces[*piece]).collect()
    }

    /// What it would come to: the least is the best.
    fn with(&self, unit: &[usize], times: &[Duration]) -> (bool, Duration, usize) {
        let added = self.added(unit);
        (!added.is_empty(), self.time.saturating_add(work(&added, times)), self.units)
    }

    fn take(&mut self, unit: &[usize], times: &[Duration]) {
        self.time = self.with(unit, times).1;
        unit.iter().for_each(|piece| self.pieces[*piece] = true);
        self.units += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn by_time(units: &[&[usize]], seconds: &[u64], count: usize) -> Vec<usize> {
        let units: Vec<Vec<usize>> = units.iter().map(|unit| unit.to_vec()).collect();
        let times: Vec<Duration> = seconds.iter().copied().map(S).collect();
        divide(&units, Some(&times), count)
    }

    #[test]
    fn a_shard_is_read_as_it_is_shown() {
        assert_eq!(Shard::parse("2/3").map(|shard| shard.to_string()), Ok("2/3".into()));
        assert_eq!(Shard::parse("1/1"), Ok(Shard { number: 1, count: 1 }));
        for text in ["", "x", "1", "1/", "/3", "1/x", "-1/3", "+1/3", "1/3/4", " 1/3"] {
            assert!(Shard::parse(text).is_err_and(|why| why.starts_with("it has")), "{text}");
        }
        assert_eq!(Shard::parse("0/3"), Err("the first shard is 1".into()));
        assert_eq!(Shard::parse("4/3"), Err("there are only 3 shards".into()));
        assert_eq!(Shard::parse("2/1"), Err("there is only one shard".into()));
        assert_eq!(Shard::parse("1/0"), Err("there has to be a shard at least".into()));
    }

    #[test]
    fn without_times_units_are_dealt_out() {
        assert_eq!(divide(&vec![Vec::new(); 5], None, 2), [0, 1, 0, 1, 0]);
        assert_eq!(divide(&vec![Vec::new(); 2], None, 9), [0, 1]);
        assert!(divide(&[], None, 9).is_empty());
        assert!(divide(&[], Some(&[]), 9).is_empty());
    }

    #[test]
    fn the_longest_goes_first() {
        assert_eq!(by_time(&[&[0], &[1], &[2], &[3]], &[2, 3, 4, 9], 2), [1, 1, 1, 0]);
        assert_eq!(by_time(&[&[0], &[1], &[2]], &[1, 1, 1], 2), [0, 1, 0]);
        assert_eq!(by_time(&[&[0], &[1], &[2], &[3]], &[0, 0, 0, 0], 2), [0, 1, 0, 1]);
    }

    #[test]
    fn what_units_share_counts_once_in_a_shard() {
        // All need 0, which takes 100: the long one by itself, the short ones together.
        let units: &[&[usize]] = &[&[0, 1], &[0, 2], &[0, 3], &[0, 4]];
        assert_eq!(by_time(units, &[100, 60, 10, 10, 10], 2), [0, 1, 1, 1]);
        // 0 was asked for as well: it goes where it is done anyway.
        assert_eq!(by_time(&[&[0], &[0, 1], &[2]], &[5, 1, 1], 2), [0, 0, 1]);
    }

    proptest! {
        #[test]
        fn every_unit_is_in_one_shard_that_is_there(
            units in prop::collection::vec(prop::collection::vec(0usize..8, 0..5), 0..12),
            times in prop::option::of(prop::collection::vec(0u64..20, 8)),
            count in 1usize..15,
        ) {
            let times = times.map(|times| times.into_iter().map(S).collect::<Vec<_>>());
            let shards = divide(&units, times.as_deref(), count);
            prop_assert_eq!(shards.len(), units.len());
            prop_assert!(shards.iter().all(|shard| *shard < count));
            prop_assert_eq!(&shards, &divide(&units, times.as_deref(), count));
        }

        #[test]
        fn no_shard_has_more_than_it_must(
            seconds in prop::collection::vec(1u64..30, 1..20),
            count in 1usize..6,
        ) {
            let units: Vec<Vec<usize>> = (0..seconds.len()).map(|at| vec![at]).collect();
            let times: Vec<Duration> = seconds.iter().copied().map(S).collect();
            let shards = divide(&units, Some(&times), count);
            let load = |shard| {
                let mine = seconds.iter().zip(&shards).filter(|(_, of)| **of == shard);
                mine.map(|(time, _)| *time).sum::<u64>()
            };
            // Graham's bound for the longest first: 4/3 of the best, which the mean and the
            // longest bound from below; so loosely put it holds for any number.
            let all: u64 = seconds.iter().sum();
            let longest = seconds.iter().max().copied().unwrap_or_default();
            let most = (0..count).map(load).max().unwrap_or_default();
            prop_assert!(most <= all.div_ceil(count as u64) + longest);
        }
    }
}
