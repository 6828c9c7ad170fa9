//! One-time links, and counts of failed attempts.

use crossmodel::domain::Role;
use crossmodel::store::{Attempts, Link, LinkKind};

use super::{minutes, raw};
use crate::harness::seed::{self, NOON};

fn link(byte: u8, kind: LinkKind) -> Link {
    Link {
        hash: [byte; 32],
        kind,
        person: None,
        key: None,
        payload: Some(vec![1, 2, 3]),
        expires_at: minutes(30),
    }
}

both_engines!(of_50_who_take_a_link_one_gets_it, |store| {
    let made = link(1, LinkKind::Setup);
    store.links().create(&made).await.unwrap();

    let mut taking = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let store = store.clone();
        taking.spawn(async move { store.links().consume(&[1; 32], LinkKind::Setup, NOON).await.unwrap() });
    }
    let taken: Vec<Link> = taking.join_all().await.into_iter().flatten().collect();

    assert_eq!(taken, [made]);
});

both_engines!(a_link_is_good_for_its_kind_and_its_time_only, |store| {
    let (links, made) = (store.links(), link(1, LinkKind::Reset));
    links.create(&made).await.unwrap();

    assert_eq!(
        links.peek(&[1; 32], LinkKind::Reset, NOON).await.unwrap(),
        Some(made.clone())
    );
    assert_eq!(links.peek(&[1; 32], LinkKind::Setup, NOON).await.unwrap(), None);
    assert_eq!(links.peek(&[2; 32], LinkKind::Reset, NOON).await.unwrap(), None);
    assert_eq!(links.consume(&[1; 32], LinkKind::KeySecret, NOON).await.unwrap(), None);
    assert_eq!(links.peek(&[1; 32], LinkKind::Reset, minutes(30)).await.unwrap(), None);
    assert_eq!(
        links.consume(&[1; 32], LinkKind::Reset, minutes(29)).await.unwrap(),
        Some(made)
    );
    assert_eq!(links.peek(&[1; 32], LinkKind::Reset, NOON).await.unwrap(), None);
});

both_engines!(a_new_link_voids_the_one_before_it, |store| {
    let account = seed::account(&store, "acme").await;
    let [maya, noor] = [
        seed::person(&store, "maya@example.com", Role::Owner, Some(account.id)).await,
        seed::person(&store, "noor@example.com", Role::Owner, Some(account.id)).await,
    ];
    let of = |byte, person| Link {
        person: Some(person),
        ..link(byte, LinkKind::Reset)
    };
    let links = store.links();
    links.create(&of(1, maya.id)).await.unwrap();
    links.create(&of(2, noor.id)).await.unwrap();
    links.create(&of(3, maya.id)).await.unwrap();

    assert_eq!(links.peek(&[1; 32], LinkKind::Reset, NOON).await.unwrap(), None);
    assert_eq!(
        links.peek(&[2; 32], LinkKind::Reset, NOON).await.unwrap(),
        Some(of(2, noor.id))
    );
    assert_eq!(
        links.peek(&[3; 32], LinkKind::Reset, NOON).await.unwrap(),
        Some(of(3, maya.id))
    );
    // Each use of a link deletes expired ones.
    links.consume(&[9; 32], LinkKind::Reset, minutes(40)).await.unwrap();
    assert_eq!(raw::count(&store, "link", "1 = 1").await, 0);
});

both_engines!(failed_attempts_are_kept_per_subject, |store| {
    let attempts = Attempts {
        failures: 1,
        window_start: NOON,
        blocked_until: None,
        last_at: NOON,
    };
    let more = Attempts {
        failures: 4,
        window_start: NOON,
        blocked_until: Some(minutes(8)),
        last_at: minutes(2),
    };
    let throttle = store.throttle();
    throttle.put("person:maya@example.com", &attempts).await.unwrap();
    throttle.put("address:192.0.2.1", &attempts).await.unwrap();
    throttle.put("address:192.0.2.1", &more).await.unwrap();

    assert_eq!(throttle.get("person:maya@example.com").await.unwrap(), Some(attempts));
    assert_eq!(throttle.get("address:192.0.2.1").await.unwrap(), Some(more));
    assert_eq!(throttle.prune(minutes(1)).await.unwrap(), 1);
    throttle.clear("address:192.0.2.1").await.unwrap();
    assert_eq!(throttle.get("address:192.0.2.1").await.unwrap(), None);
});
