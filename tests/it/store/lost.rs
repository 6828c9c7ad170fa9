//! Leases and usage of gateways that the tables do not know: no usage is lost, and nothing stays leased.

use std::sync::Arc;

use crossmodel::domain::Budget;
use crossmodel::domain::{CallState, GatewayId, PicoUsd};
use crossmodel::random;
use crossmodel::store::{LeaseRequest, LeaseUse, Shipment, Shipped};

use super::usage::record;
use super::{minutes, raw};
use crate::harness::seed::{self, NOON};

fn ask(gateway: GatewayId, budget: Budget) -> LeaseRequest {
    let need = PicoUsd::from_pico(1_000);
    LeaseRequest {
        gateway,
        budget,
        limit: None,
        window_start: 0,
        need,
        lately: PicoUsd::ZERO,
    }
}

both_engines!(a_lease_of_a_gateway_that_is_gone_or_not_known_is_freed, |store| {
    let account = seed::account(&store, "acme").await.id;
    let budget = Budget::Balance(account);
    let [alive, dead, gone] = [0, 1, 2].map(|_| GatewayId::new(NOON, random::bytes()));
    store.gateways().seen(alive, minutes(60)).await.unwrap();
    store.gateways().seen(dead, minutes(0)).await.unwrap();
    for gateway in [alive, dead, gone] {
        assert!(store.leases().take(ask(gateway, budget)).await.unwrap().granted > PicoUsd::ZERO);
    }

    assert_eq!(store.leases().drop_dead(minutes(30)).await.unwrap(), 2);

    assert_eq!(
        raw::texts(&store, "SELECT gateway_id FROM lease").await,
        [alive.to_string()]
    );
});

both_engines!(
    a_gateway_that_is_gone_is_forgotten_unless_a_spool_may_be_left_of_it,
    |store| {
        let [alive, dead, wrote] = [0, 1, 2].map(|_| GatewayId::new(NOON, random::bytes()));
        store.gateways().seen(alive, minutes(60)).await.unwrap();
        store.gateways().seen(dead, minutes(0)).await.unwrap();
        let shipment = Shipment {
            gateway: wrote,
            position: 7,
            records: Vec::new(),
            used: Vec::new(),
        };
        store.usage().ship(Arc::new(shipment), minutes(0)).await.unwrap();

        assert_eq!(store.gateways().forget(minutes(30)).await.unwrap(), 1);

        assert_eq!(store.gateways().shipped(dead).await.unwrap(), None);
        assert_eq!(store.gateways().shipped(alive).await.unwrap(), Some(0));
        assert_eq!(store.gateways().shipped(wrote).await.unwrap(), Some(7));
    }
);

both_engines!(
    calls_of_a_gateway_that_is_not_known_are_written_and_each_once,
    |store| {
        let account = seed::account(&store, "acme").await.id;
        let key = seed::key(&store, account, "ci").await.0.id;
        let gateway = GatewayId::new(NOON, random::bytes());
        let records: Vec<_> = (0..3).map(|n| record(account, key, minutes(n), None)).collect();
        assert!(records.iter().all(|record| record.state == CallState::Settled));
        let cost = records[0].cost.pico();
        let ship = async |position, records: &[_]| {
            let used = vec![LeaseUse {
                subject: Budget::Balance(account).subject(),
                window_start: 0,
                amount: PicoUsd::from_pico(cost * records.len() as i64),
            }];
            let shipment = Shipment {
                gateway,
                position,
                records: records.to_vec(),
                used,
            };
            store.usage().ship(Arc::new(shipment), minutes(10)).await.unwrap()
        };

        assert_eq!(ship(100, &records[..2]).await, Shipped { added: 2, there: 2 });
        assert_eq!(ship(100, &records[..2]).await, Shipped { added: 0, there: 2 });
        // A shipment that is skipped reports that not all of its records are in the tables.
        assert_eq!(ship(100, &records).await, Shipped { added: 0, there: 2 });
        // The tables are restored to a state without the gateway, and it reads its spool again.
        store.gateways().remove(gateway).await.unwrap();
        assert_eq!(ship(200, &records).await, Shipped { added: 1, there: 3 });
        // The shipment comes once more after the gateway has ended.
        let known = store.gateways().shipped(gateway).await.unwrap();
        store.gateways().remove(gateway).await.unwrap();
        assert_eq!(ship(200, &records).await, Shipped { added: 0, there: 3 });

        assert_eq!(
            (known, store.gateways().shipped(gateway).await.unwrap()),
            (Some(200), None)
        );
        assert_eq!(raw::count(&store, "usage_record", "1 = 1").await, 3);
        let spent = store.wallets().sum(account).await.unwrap().pico();
        assert_eq!(spent, 100_000_000_000_000_000 - 3 * cost);
        assert_eq!(
            store.wallets().balance(account).await.unwrap().unwrap().balance.pico(),
            spent
        );
    }
);

both_engines!(
    a_call_without_a_record_is_missing_unless_it_is_older_than_all_that_have_one,
    |store| {
        let account = seed::account(&store, "acme").await.id;
        let key = seed::key(&store, account, "ci").await.0.id;
        let records: Vec<_> = (0..200).map(|n| record(account, key, minutes(n), None)).collect();
        let ids: Vec<_> = records.iter().map(|record| record.id).collect();
        assert_eq!(
            store.usage().missing(&ids).await.unwrap(),
            0,
            "a table that was emptied tells nothing"
        );

        store
            .usage()
            .append(&[&records[20..70], &records[90..]].concat())
            .await
            .unwrap();

        assert_eq!(store.usage().missing(&ids).await.unwrap(), 20);
        assert_eq!(store.usage().missing(&ids[90..]).await.unwrap(), 0);
        assert_eq!(store.usage().missing(&[]).await.unwrap(), 0);
    }
);
