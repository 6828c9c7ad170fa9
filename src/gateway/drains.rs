//! Limits how many answers are read on after their clients have left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most answers that are read on at once: clients that leave must not cost the gateway more than clients that stay.
const MOST: usize = 256;

/// Counts the answers that are read on. Clones share the count.
#[derive(Clone, Debug, Default)]
pub(super) struct Drains(Arc<AtomicUsize>);

/// One answer that is read on. Dropping it ends that.
#[derive(Debug)]
pub(super) struct Drain(Drains);

impl Drains {
    /// Counts one more, unless there are too many.
    pub(super) fn begin(&self) -> Option<Drain> {
        let drain = Drain(self.clone());
        (self.0.fetch_add(1, Ordering::Relaxed) < MOST).then_some(drain)
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_too_many_and_one_that_ends_makes_room() {
        let drains = Drains::default();
        let mut all: Vec<Drain> = (0..MOST).filter_map(|_| drains.begin()).collect();

        assert_eq!((all.len(), drains.begin().is_none()), (MOST, true));

        all.pop();
        assert!(drains.begin().is_some());
        drop(all);
        assert_eq!(drains.0.load(Ordering::Relaxed), 0);
    }
}
