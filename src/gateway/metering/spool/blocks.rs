//! Bytes in whole blocks, for writes past the cache of the system.

/// A multiple of the block size of every usual disk, in bytes.
pub(super) const BLOCK: usize = 4096;

/// Bytes whose memory begins at a multiple of the block size, as direct writes need them.
#[derive(Default)]
pub(super) struct Blocks {
    memory: Vec<u8>,
    /// The index in `memory` where they begin.
    start: usize,
    length: usize,
}

impl Blocks {
    /// Keeps so many of the bytes and adds others after them.
    pub(super) fn set(&mut self, kept: usize, more: &[u8]) {
        let length = kept + more.len();
        if self.memory.len() < self.start + length.next_multiple_of(BLOCK) {
            let mut other = Self::of(length);
            other.put(0, self.bytes(kept));
            *self = other;
        }

        self.put(kept, more);
        self.length = length;
    }

    /// Room for so many bytes.
    fn of(length: usize) -> Self {
        let memory = vec![0; length.next_multiple_of(BLOCK) + BLOCK];
        let address = memory.as_ptr().addr();
        Self {
            start: address.next_multiple_of(BLOCK) - address,
            memory,
            length: 0,
        }
    }

    fn bytes(&self, count: usize) -> &[u8] {
        self.memory.get(self.start..self.start + count).unwrap_or_default()
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        let at = self.start + at;
        if let Some(there) = self.memory.get_mut(at..at + bytes.len()) {
            there.copy_from_slice(bytes);
        }
    }

    /// All bytes, and zeros up to the end of the last block.
    pub(super) fn padded(&mut self) -> &[u8] {
        let whole = self.length.next_multiple_of(BLOCK);
        if let Some(rest) = self.memory.get_mut(self.start + self.length..self.start + whole) {
            rest.fill(0);
        }
        self.bytes(whole)
    }

    /// Keeps only the last `count` bytes.
    pub(super) fn keep(&mut self, count: usize) {
        let from = self.start + self.length - count;
        if from + count <= self.memory.len() {
            self.memory.copy_within(from..from + count, self.start);
        }
        self.length = count;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn bytes_for_a_disk_begin_where_a_block_does(first in 1_usize..20_000, more in 1_usize..20_000) {
            let mut blocks = Blocks::default();
            blocks.set(0, &vec![1; first]);
            let kept = first % BLOCK;
            blocks.keep(kept);
            blocks.set(kept, &vec![2; more]);

            let padded = blocks.padded();
            prop_assert_eq!(padded.as_ptr().addr() % BLOCK, 0);
            prop_assert_eq!(padded.len(), (kept + more).next_multiple_of(BLOCK));
            prop_assert!(padded[..kept].iter().all(|byte| *byte == 1));
            prop_assert!(padded[kept..kept + more].iter().all(|byte| *byte == 2));
            prop_assert!(padded[kept + more..].iter().all(|byte| *byte == 0));
        }
    }
}
