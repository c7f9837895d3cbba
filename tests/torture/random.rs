//! Chance that can be repeated, and how much of it: what the environment says of a longer run.

use std::io::Write as _;

/// A small generator: xorshift, which needs no crate.
pub(crate) struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        // Neighbouring seeds begin far from each other, and none begins at zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// One of `0..count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// How often what CI does is to be done: `MEP_TORTURE`.
pub(crate) fn factor() -> usize {
    number("MEP_TORTURE").unwrap_or(1).max(1) as usize
}

/// Where samples begin: `MEP_TORTURE_SEED`.
pub(crate) fn seed() -> u64 {
    number("MEP_TORTURE_SEED").unwrap_or(1)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Writes to the stderr of the process: the harness captures only the print macros.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
