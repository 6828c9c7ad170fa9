//! Memory that many calls share. Each call takes its part before it grows, so that all calls together stay within the limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A limited amount of memory. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Memory(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    taken: AtomicUsize,
    most: usize,
}

/// The memory has no room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

impl Memory {
    /// Memory of `most` bytes.
    pub(super) fn of(most: usize) -> Self {
        Self(Arc::new(Pool {
            taken: AtomicUsize::new(0),
            most,
        }))
    }

    /// A part of the memory, of no bytes yet.
    pub(super) fn part(&self) -> Part {
        Part {
            memory: self.clone(),
            bytes: 0,
        }
    }
}

/// A part of the memory. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Part {
    memory: Memory,
    bytes: usize,
}

impl Part {
    /// Makes the part `bytes` large.
    ///
    /// # Errors
    /// If the memory has no room for that. The part then stays as it is.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let Pool { taken, most } = &*self.memory.0;
        if let Some(less) = self.bytes.checked_sub(bytes) {
            taken.fetch_sub(less, Ordering::Relaxed);
        } else {
            let more = bytes - self.bytes;
            if taken.fetch_add(more, Ordering::Relaxed).saturating_add(more) > *most {
                taken.fetch_sub(more, Ordering::Relaxed);
                return Err(NoRoom);
            }
        }

        self.bytes = bytes;
        Ok(())
    }

    /// The size of the part, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.memory.0.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_take_more_than_there_is_and_give_back_what_they_had() {
        let memory = Memory::of(100);
        let mut one = memory.part();
        let mut two = memory.part();

        assert_eq!(one.resize(60), Ok(()));
        assert_eq!((two.resize(50), two.bytes()), (Err(NoRoom), 0));
        assert_eq!(one.resize(10), Ok(()));
        assert_eq!(two.resize(90), Ok(()));

        drop(two);
        assert_eq!(one.resize(100), Ok(()));
        drop(one);

        assert_eq!(memory.0.taken.load(Ordering::Relaxed), 0);
    }
}
