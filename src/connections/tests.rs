//! Which connections are let in, and which end for another.

use std::time::Duration;

use super::report::Report;
use super::*;

fn connections(most: usize, per_address: usize) -> Arc<Connections> {
    let proxies = "10.0.0.0/8".parse().unwrap();
    Connections::new(Room {
        most,
        per_address,
        proxies,
    })
}

fn enter(all: &Arc<Connections>, from: &str) -> Option<ConnectionSlot> {
    all.enter(from.parse().unwrap(), Instant::now())
}

/// Serves the connection of a slot; the answer says whether it has been ended.
fn served(slot: &ConnectionSlot) -> impl Fn() -> bool + use<> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let task = runtime.spawn(std::future::pending::<()>());
    slot.served_by(task.abort_handle());
    move || {
        runtime.block_on(tokio::task::yield_now());
        task.is_finished()
    }
}

#[test]
fn a_slot_is_free_again_when_it_is_dropped() {
    let all = connections(10, 10);
    let first = enter(&all, "192.0.2.1").unwrap();
    let second = enter(&all, "192.0.2.1").unwrap();
    second.authenticated();
    assert_eq!(all.count(), (2, 1));

    drop(first);
    assert_eq!(all.count(), (1, 0));
    drop(second);
    assert_eq!(all.count(), (0, 0));
    assert!(all.state().by_sender.is_empty() && all.state().by_count.is_empty());
}

#[test]
fn an_address_with_too_many_strangers_loses_its_oldest() {
    let all = connections(100, 2);
    let other = enter(&all, "192.0.2.9").unwrap();
    let slots: Vec<_> = (0..3).map(|_| enter(&all, "192.0.2.1").unwrap()).collect();

    assert!(served(&slots[0])());
    assert!(!served(&slots[1])() && !served(&slots[2])() && !served(&other)());
    assert_eq!(all.count(), (3, 3));
}

#[test]
fn a_connection_that_has_shown_a_key_counts_for_no_address() {
    let all = connections(100, 2);
    let slots: Vec<_> = (0..10)
        .map(|_| {
            let slot = enter(&all, "192.0.2.1").unwrap();
            slot.authenticated();
            slot
        })
        .collect();

    assert!(slots.iter().all(|slot| !served(slot)()));
    assert_eq!(all.count(), (10, 0));
}

#[test]
fn a_household_of_ipv6_addresses_counts_as_one() {
    let all = connections(100, 1);
    let first = enter(&all, "2001:db8:1:2::1").unwrap();
    let _second = enter(&all, "2001:db8:1:2:ffff::1").unwrap();
    assert!(served(&first)());
}

#[test]
fn behind_a_proxy_one_address_is_many_clients() {
    let all = connections(100, 1);
    let slots: Vec<_> = (0..20).map(|_| enter(&all, "10.0.0.1").unwrap()).collect();
    assert!(slots.iter().all(|slot| !served(slot)()));
}

#[test]
fn strangers_have_half_of_the_room() {
    let all = connections(10, 100);
    let slots: Vec<_> = (0..6).map(|n| enter(&all, &format!("192.0.2.{n}")).unwrap()).collect();
    assert!(served(&slots[0])());
    assert_eq!(all.count(), (5, 5));
}

#[test]
fn the_address_with_the_most_strangers_makes_room() {
    let all = connections(10, 100);
    let early = enter(&all, "198.51.100.1").unwrap();
    let held: Vec<_> = (0..50).map(|_| enter(&all, "192.0.2.1").unwrap()).collect();
    assert!(!served(&early)());
    assert!(served(&held[45])() && !served(&held[46])());
}

#[test]
fn a_caller_gets_in_however_many_strangers_hold_connections_open() {
    let all = connections(10, 100);
    let _held: Vec<_> = (0..50).map(|n| enter(&all, &format!("192.0.2.{n}")).unwrap()).collect();
    let caller = enter(&all, "198.51.100.1").unwrap();
    caller.authenticated();
    let _more: Vec<_> = (50..99)
        .map(|n| enter(&all, &format!("192.0.2.{n}")).unwrap())
        .collect();
    assert!(!served(&caller)());
}

#[test]
fn when_callers_have_all_the_room_no_other_gets_in() {
    let all = connections(4, 100);
    let mut slots: Vec<_> = (0..4)
        .map(|_| {
            let slot = enter(&all, "192.0.2.1").unwrap();
            slot.authenticated();
            slot
        })
        .collect();

    assert!(enter(&all, "192.0.2.2").is_none());
    slots.pop();
    assert!(enter(&all, "192.0.2.2").is_some());
}

#[test]
fn a_connection_that_had_to_end_is_not_let_back_in_by_a_key() {
    let all = connections(100, 1);
    let late = enter(&all, "192.0.2.1").unwrap();
    let _next = enter(&all, "192.0.2.1").unwrap();
    late.authenticated();
    assert_eq!(all.count(), (1, 1));
    assert!(served(&late)());
}

#[test]
fn the_same_is_said_once_in_ten_seconds() {
    let mut report = Report::default();
    let began = Instant::now();
    assert_eq!(report.due(began), Some(1));
    assert_eq!(report.due(began + Duration::from_secs(1)), None);
    assert_eq!(report.due(began + Duration::from_secs(9)), None);
    assert_eq!(report.due(began + Duration::from_secs(10)), Some(3));
}
