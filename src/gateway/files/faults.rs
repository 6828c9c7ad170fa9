//! Faults of a file system, for tests.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use super::FileOperation;

/// When the file system fails, and how.
#[derive(Debug)]
pub struct Faults {
    when: When,
    /// The code of the system's error.
    code: i32,
    /// How many operations have come.
    seen: AtomicU64,
    struck: AtomicU64,
    /// No operation fails any more.
    over: std::sync::atomic::AtomicBool,
}

#[derive(Clone, Copy, Debug)]
enum When {
    /// From the `nth` operation of one kind on, `times` in a row.
    At { kind: FileOperation, nth: u64, times: u64 },
    /// Any operation by chance, once in `once_in` times.
    Chance { once_in: u64, seed: u64 },
}

impl Faults {
    /// The `nth` operation of a kind fails, and those after it, `times` in all. The first operation is number 1.
    pub fn at(kind: FileOperation, nth: u64, times: u64, code: i32) -> Self {
        Self::new(When::At { kind, nth, times }, code)
    }

    /// Any operation fails, once in `once_in` times.
    pub fn by_chance(once_in: u64, seed: u64, code: i32) -> Self {
        Self::new(When::Chance { once_in, seed }, code)
    }

    fn new(when: When, code: i32) -> Self {
        Self {
            when,
            code,
            seen: AtomicU64::new(0),
            struck: AtomicU64::new(0),
            over: false.into(),
        }
    }

    /// How many operations have failed.
    pub fn struck(&self) -> u64 {
        self.struck.load(Ordering::SeqCst)
    }

    /// From now on the file system works.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    pub(super) fn strike(&self, kind: FileOperation) -> Option<io::Error> {
        if self.over.load(Ordering::SeqCst) {
            return None;
        }

        let strikes = match self.when {
            When::At { kind: other, .. } if kind != other => false,
            When::At { nth, times, .. } => {
                let number = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
                (nth..nth + times).contains(&number)
            }
            When::Chance { once_in, seed } => {
                let number = self.seen.fetch_add(1, Ordering::SeqCst);
                // A mix whose bits depend on all bits of the number.
                let mixed = (number ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed >> 32).is_multiple_of(once_in)
            }
        };

        strikes.then(|| {
            self.struck.fetch_add(1, Ordering::SeqCst);
            io::Error::from_raw_os_error(self.code)
        })
    }
}
