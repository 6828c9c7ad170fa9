//! The memory that the bodies of all clients share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the bytes of all clients' bodies in memory, to limit them. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct BodyBudget(Arc<AtomicUsize>);

impl BodyBudget {
    /// A share for one body, which takes nothing so far.
    pub(super) fn share(&self) -> Share {
        Share {
            budget: self.clone(),
            bytes: 0,
        }
    }
}

/// One body's part of the budget. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Share {
    budget: BodyBudget,
    bytes: usize,
}

impl Share {
    /// Grows to `to` bytes, unless all shares together would then have more than `most`. False if it stays as it is.
    pub(super) fn grow(&mut self, to: usize, most: usize) -> bool {
        let more = to.saturating_sub(self.bytes);
        if self.budget.0.fetch_add(more, Ordering::Relaxed) + more > most {
            self.budget.0.fetch_sub(more, Ordering::Relaxed);
            return false;
        }

        self.bytes += more;
        true
    }

    /// Shrinks to `to` bytes and gives the rest back.
    pub(super) fn shrink(&mut self, to: usize) {
        let less = self.bytes.saturating_sub(to);
        self.budget.0.fetch_sub(less, Ordering::Relaxed);
        self.bytes -= less;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_held_is_given_back() {
        let budget = BodyBudget::default();
        let mut one = budget.share();
        let mut two = budget.share();
        assert!(one.grow(60, 100));

        assert!(!two.grow(50, 100));
        drop(one);
        assert!(two.grow(50, 100));
        two.shrink(20);

        let mut three = budget.share();
        assert!(three.grow(80, 100));
        drop((two, three));

        assert_eq!(budget.0.load(Ordering::Relaxed), 0);
    }
}
