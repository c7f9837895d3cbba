//! Output that has to wait for its turn: of each unit, in the order in which
//! it arrived. What does not fit into memory lies in one file without a name,
//! so that neither much output nor many units are too much.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::model::Stream;

/// Bytes of all units together that stay in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// A stream and the length of what follows.
const HEAD: usize = 5;

/// What waits.
#[derive(Debug)]
pub(super) struct Store {
    units: BTreeMap<u32, Unit>,
    /// Bytes in memory, and how many there may be.
    waiting: usize,
    limit: usize,
    file: Option<File>,
    /// Length of the file, and the blocks in it that somebody waits for.
    end: u64,
    blocks: usize,
}

/// Pieces, each behind its head; the older ones in the file.
#[derive(Debug, Default)]
struct Unit {
    blocks: Vec<(u64, usize)>,
    pieces: Vec<u8>,
    /// Where the last head stands in `pieces`.
    last: Option<usize>,
}

impl Default for Store {
    fn default() -> Self {
        Self::with_limit(IN_MEMORY)
    }
}

impl Store {
    fn with_limit(limit: usize) -> Self {
        Self { units: BTreeMap::new(), waiting: 0, limit, file: None, end: 0, blocks: 0 }
    }

    /// True where nothing of it waits.
    pub(super) fn is_empty(&self, unit: u32) -> bool {
        !self.units.contains_key(&unit)
    }

    /// Units of which something waits, lowest first.
    pub(super) fn units(&self) -> impl Iterator<Item = u32> + '_ {
        self.units.keys().copied()
    }

    /// The lowest of them.
    pub(super) fn first(&self) -> Option<u32> {
        self.units().next()
    }

    /// Adds to the end of a unit.
    pub(super) fn push(&mut self, unit: u32, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.waiting += self.units.entry(unit).or_default().push(stream, bytes);
        if self.waiting > self.limit && self.spill().is_err() {
            // No place on the disk: memory has to do, and is not asked about
            // again before much more has come.
            self.limit = self.waiting.saturating_mul(2);
        }
    }

    /// Moves all that is in memory into the file.
    fn spill(&mut self) -> io::Result<()> {
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let file = self.file.insert(file);
        for unit in self.units.values_mut().filter(|unit| !unit.pieces.is_empty()) {
            file.write_all_at(&unit.pieces, self.end)?;
            let pieces = std::mem::take(&mut unit.pieces);
            unit.blocks.push((self.end, pieces.len()));
            self.blocks += 1;
            unit.last = None;
            self.end += pieces.len() as u64;
            self.waiting -= pieces.len();
        }
        Ok(())
    }

    /// Drops a unit.
    pub(super) fn discard(&mut self, unit: u32) {
        self.take(unit, |_, _| ());
    }

    /// Takes a unit out, piece by piece.
    pub(super) fn take(&mut self, unit: u32, mut with: impl FnMut(Stream, &[u8])) {
        let Some(unit) = self.units.remove(&unit) else {
            return;
        };
        for (at, len) in &unit.blocks {
            let mut block = vec![0; *len];
            let read = self.file.as_ref().map(|file| file.read_exact_at(&mut block, *at));
            if let Some(Ok(())) = read {
                pieces(&block, &mut with);
            }
        }
        self.waiting -= unit.pieces.len();
        pieces(&unit.pieces, &mut with);
        self.blocks -= unit.blocks.len();
        // Nobody has anything in the file: its space is given back.
        if let Some(file) = self.file.as_ref().filter(|_| self.end > 0 && self.blocks == 0) {
            let _ = file.set_len(0);
            self.end = 0;
        }
    }
}

impl Unit {
    /// Adds a piece, or makes the last one longer; by how much it has grown.
    fn push(&mut self, stream: Stream, bytes: &[u8]) -> usize {
        let before = self.pieces.len();
        let number = sign(stream);
        let known = self.last.filter(|at| self.pieces[*at] == number);
        let at = known.unwrap_or(before);
        let old = known.map_or(0, |at| length(&self.pieces[at..]));
        if known.is_none() {
            self.pieces.extend_from_slice(&[number, 0, 0, 0, 0]);
        }
        // A pipe's piece is small, and a block holds some MiB.
        let len = u32::try_from(old + bytes.len()).unwrap_or(u32::MAX);
        self.pieces[at + 1..at + HEAD].copy_from_slice(&len.to_le_bytes());
        self.pieces.extend_from_slice(bytes);
        self.last = Some(at);
        self.pieces.len() - before
    }
}

fn sign(stream: Stream) -> u8 {
    match stream {
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    }
}

/// What a head says of what follows it.
fn length(head: &[u8]) -> usize {
    u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize
}

fn pieces(mut block: &[u8], with: &mut impl FnMut(Stream, &[u8])) {
    while block.len() >= HEAD {
        let stream = if block[0] == sign(Stream::Stdout) { Stream::Stdout } else { Stream::Stderr };
        let end = (HEAD + length(block)).min(block.len());
        with(stream, &block[HEAD..end]);
        block = &block[end..];
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn all(store: &mut Store, unit: u32) -> Vec<(bool, u8)> {
        let mut got = Vec::new();
        store.take(unit, |stream, bytes| {
            got.extend(bytes.iter().map(|b| (stream == Stream::Stdout, *b)));
        });
        got
    }

    proptest! {
        /// Whatever is in memory and whatever is not: what comes out is what
        /// went in, in order.
        #[test]
        fn nothing_is_lost_or_moved(
            limit in 1usize..60,
            steps in prop::collection::vec((0u32..3, any::<bool>(), 0usize..30, 0u8..8), 0..80),
        ) {
            let mut store = Store::with_limit(limit);
            let mut plain: HashMap<u32, Vec<(bool, u8)>> = HashMap::new();
            for (unit, is_out, len, byte) in steps {
                if len == 29 {
                    let known = plain.remove(&unit).unwrap_or_default();
                    prop_assert_eq!(all(&mut store, unit), known);
                    continue;
                }
                let stream = if is_out { Stream::Stdout } else { Stream::Stderr };
                store.push(unit, stream, &vec![byte; len]);
                plain.entry(unit).or_default().extend(vec![(is_out, byte); len]);
            }
            for unit in 0..3 {
                prop_assert_eq!(all(&mut store, unit), plain.remove(&unit).unwrap_or_default());
            }
            prop_assert!(store.units.is_empty() && store.waiting == 0 && store.end == 0);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut store = Store::with_limit(1000);
        for i in 0..10_000u32 {
            store.push(i % 100, Stream::Stdout, &[b'x'; 100]);
            assert!(store.waiting <= 1000 + 105);
        }
        assert_eq!(all(&mut store, 7).len(), 10_000);
    }
}
