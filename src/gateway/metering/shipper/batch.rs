//! Calls that are written into the tables together.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{Budget, GatewayId, PicoUsd, UsageRecord};
use crate::gateway::metering::spool::{CallEnded, CallStarted};
use crate::store::{LeaseUse, Shipment};

/// Calls written in one go; a few hundred more where the last part that was read has them.
pub const BATCH: usize = 2_000;

/// Calls that are written together, and how much of each lease they use.
#[derive(Default)]
pub struct Batch {
    pub records: Vec<UsageRecord>,
    used: HashMap<(Budget, i64), i64, ahash::RandomState>,
}

impl Batch {
    /// Adds a call that has ended.
    pub fn add(&mut self, call: CallStarted, end: CallEnded) {
        let charges = call.charges;
        let budgets = [
            Some((Budget::Balance(call.account), 0)),
            charges.account.map(|window| (Budget::Account(call.account), window)),
            charges.key.map(|window| (Budget::Key(call.key), window)),
        ];

        if end.cost != 0 {
            for (budget, window) in budgets.into_iter().flatten() {
                let part = self.used.entry((budget, window)).or_default();
                *part = part.saturating_add(end.cost);
            }
        }

        self.records.push(call.record(Some(end)));
    }

    /// The shipment for the store, and the budget of each of its `used`, in the same order. `offset`: the spool was read up to
    /// there.
    pub fn shipment(self, gateway: GatewayId, offset: u64) -> (Arc<Shipment>, Vec<Budget>) {
        let mut parts: Vec<(LeaseUse, Budget)> = self.used.into_iter().map(part).collect();
        // Sorted, since every transaction locks them in this order: no two wait for each other.
        parts.sort_by(|(a, _), (b, _)| (&a.subject, a.window_start).cmp(&(&b.subject, b.window_start)));
        let (used, budgets) = parts.into_iter().unzip();

        let position = i64::try_from(offset).unwrap_or(i64::MAX);
        (
            Arc::new(Shipment {
                gateway,
                position,
                records: self.records,
                used,
            }),
            budgets,
        )
    }
}

/// One budget's part of a shipment.
fn part(((budget, window_start), amount): ((Budget, i64), i64)) -> (LeaseUse, Budget) {
    let part = LeaseUse {
        subject: budget.subject(),
        window_start,
        amount: PicoUsd::from_pico(amount),
    };
    (part, budget)
}
