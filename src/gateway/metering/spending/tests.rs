//! What happens to leases if the database does not answer in time.

use std::sync::Arc;
use std::time::Duration;

use super::{OUTAGE_LOG, Spending};
use crate::clock::Clock;
use crate::domain::{Account, AccountId, Budget, GatewayId, LedgerId, PicoUsd, Timestamp};
use crate::gateway::db_health::DbHealth;
use crate::random;
use crate::store::{Actor, LeaseRequest, Store};

const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);

/// A database in a file of its own, and an account with a dollar in it.
async fn account(file: &std::path::Path) -> (Store, AccountId) {
    let store = Store::open(&format!("sqlite://{}", file.display()).parse().unwrap())
        .await
        .unwrap();
    store.migrate().await.unwrap();

    let (id, by) = (AccountId::new(NOW, random::bytes()), Actor::command_line());
    store
        .by(&by, NOW)
        .accounts()
        .create(&Account::new(id, "acme".parse().unwrap(), NOW))
        .await
        .unwrap();

    let (entry, dollar) = (LedgerId::new(NOW, random::bytes()), "1".parse().unwrap());
    store
        .by(&by, NOW)
        .wallets()
        .credit(entry, id, dollar, "for a test")
        .await
        .unwrap();
    (store, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_may_have_been_given_back_is_not_spent_any_more() {
    let folder = std::env::temp_dir().join(format!("crossmodel-spending-{}", LedgerId::new(NOW, random::bytes())));
    std::fs::create_dir_all(&folder).unwrap();
    let (store, account) = account(&folder.join("test.db")).await;
    let gateway = GatewayId::new(NOW, random::bytes());
    let patience = Duration::from_secs(30);
    let mut spending = Arc::new(Spending::new(store.clone(), Clock::manual(NOW), gateway, patience));

    let budget = Budget::Balance(account);
    let lease = spending.lease(budget, 0);
    lease.refill(&spending, PicoUsd::ZERO, None).await.unwrap();
    assert!(lease.free() > PicoUsd::ZERO);
    while Arc::get_mut(&mut spending).is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // From now on no query is waited for, and yet each of them is done.
    Arc::get_mut(&mut spending).unwrap().database = DbHealth::new(Duration::ZERO, OUTAGE_LOG);

    spending.give_back(&lease).await;

    assert_eq!(lease.free(), PicoUsd::ZERO);
    let other = GatewayId::new(NOW, random::bytes());
    let (need, lately) = (PicoUsd::ZERO, PicoUsd::ZERO);
    let request = LeaseRequest {
        gateway: other,
        budget,
        limit: None,
        window_start: 0,
        need,
        lately,
    };
    while store.leases().take(request).await.unwrap().elsewhere > PicoUsd::ZERO {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}
