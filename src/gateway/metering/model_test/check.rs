//! Checks what a trace has left in the tables and on the disk.

use std::path::PathBuf;
use std::time::Duration;

use super::trace::{NOW, Trace};
use crate::domain::{Budget, GatewayId, PicoUsd, Scope};
use crate::random;
use crate::store::LeaseRequest;

impl Trace {
    /// Checks the tables and the folder, once the last run has cleared up.
    pub(super) async fn check(&mut self) {
        self.check_tables().await;

        let mut late = self.check_leases().await;
        for run in &self.runs {
            let shipped = self.store.gateways().shipped(*run).await.unwrap();
            assert!(shipped.is_none_or(|offset| offset == 0), "{run} has ended: {shipped:?}");
            late |= shipped.is_some();
        }
        self.model.late += usize::from(late);

        let left = std::fs::read_dir(&self.options.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        // The folder of a run that never began is removed only once it is old.
        let left: Vec<PathBuf> = left
            .filter(|path| path.extension().is_none_or(|ending| ending != "new"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Checks records, balance and totals against the model.
    async fn check_tables(&mut self) {
        let store = &self.store;
        let records = store
            .usage()
            .recent(Scope::Account(self.account), None, 10_000)
            .await
            .unwrap();
        let cost = self.model.agrees(&records);

        let balance = store.wallets().balance(self.account).await.unwrap().unwrap();
        let expected = self.model.credits - cost;
        assert_eq!((balance.balance.pico(), balance.held.pico()), (expected, 0));
        assert_eq!(store.wallets().sum(self.account).await.unwrap().pico(), expected);
        assert!(
            expected >= 0,
            "more was spent than there was, and no call cost more than was held for it"
        );

        let totals = store.usage().totals(self.account, 0).await.unwrap();
        assert_eq!((totals.requests as usize, totals.cost.pico()), (records.len(), cost));
        let charged = records.iter().filter(|record| record.cost != PicoUsd::ZERO).count() as i64;
        let entries = store.wallets().entries(self.account, None, 10_000).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.requests).sum::<i64>(), charged);
    }

    /// Checks that no lease is left. True if one was, and had to be dropped as if a day had passed.
    async fn check_leases(&self) -> bool {
        let store = &self.store;
        let mut late = false;
        for (budget, limit) in [
            (Budget::Balance(self.account), None),
            (Budget::Key(self.key), self.limits.spend),
        ] {
            let gateway = GatewayId::new(NOW, random::bytes());
            let request = LeaseRequest {
                gateway,
                budget,
                limit,
                window_start: 0,
                need: PicoUsd::ZERO,
                lately: PicoUsd::ZERO,
            };
            let mut grant = store.leases().take(request).await.unwrap();
            if grant.elsewhere > PicoUsd::ZERO {
                late = true;
                self.let_a_day_pass().await;
                grant = store.leases().take(request).await.unwrap();
            }

            assert_eq!(grant.elsewhere, PicoUsd::ZERO, "{budget:?} is still leased");
            store.leases().drop_of(gateway).await.unwrap();
        }
        late
    }

    /// Removes what came late. The last queries of a run that crashed, or did not wait for them, may take effect after all was
    /// cleared up: the run is registered, or has a lease. Both are gone after a day; here only those of this trace.
    async fn let_a_day_pass(&self) {
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.store.leases().drop_dead(NOW).await.unwrap();
        for run in &self.runs {
            if self.store.gateways().shipped(*run).await.unwrap() == Some(0) {
                self.store.leases().drop_of(*run).await.unwrap();
                self.store.gateways().remove(*run).await.unwrap();
            }
        }
    }
}
