//! The holds of one call: the amount that is reserved of each of its budgets.

use std::sync::Arc;

use super::lease::Lease;
use crate::domain::{Budget, PicoUsd, Timestamp};
use crate::gateway::metering::spool::Charges;

/// The holds of a call, at most one for each of its budgets. Dropping it frees them.
pub struct Holds {
    pub(super) leases: [Option<Arc<Lease>>; 3],
    pub(super) amount: PicoUsd,
    pub(super) now: Timestamp,
}

impl Holds {
    /// The amount that is reserved of each budget.
    pub fn amount(&self) -> PicoUsd {
        self.amount
    }

    /// The spend limits that the call counts against, with their periods.
    pub fn charges(&self) -> Charges {
        let window = |wanted: fn(Budget) -> bool| {
            self.leases
                .iter()
                .flatten()
                .find(|lease| wanted(lease.budget))
                .map(|lease| lease.window)
        };

        Charges {
            key: window(|budget| matches!(budget, Budget::Key(_))),
            account: window(|budget| matches!(budget, Budget::Account(_))),
        }
    }

    /// Frees the holds of a call that is over, and counts its cost.
    pub fn settle(mut self, cost: PicoUsd, now: Timestamp) {
        for lease in std::mem::take(&mut self.leases).into_iter().flatten() {
            lease.settle(self.amount, cost, now);
        }
    }
}

impl Drop for Holds {
    fn drop(&mut self) {
        for lease in self.leases.iter().flatten() {
            lease.settle(self.amount, PicoUsd::ZERO, self.now);
        }
    }
}
