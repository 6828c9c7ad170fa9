//! People and their sessions.

use crossmodel::domain::{PersonId, Role, Scope};
use crossmodel::store::{Actor, Link, LinkKind, SessionRow, StoreError};

use super::minutes;
use crate::harness::seed::{self, NOON};
use crate::harness::store::TestStore;

fn session(person: Option<PersonId>, seen: u64) -> SessionRow {
    let (created_at, seen_at, expires_at) = (NOON, minutes(seen), minutes(seen + 30));
    SessionRow {
        state: r#"{"person":"x"}"#.into(),
        created_at,
        seen_at,
        expires_at,
        person,
    }
}

async fn maya(store: &TestStore) -> PersonId {
    let account = seed::account(store, "acme").await;
    seed::person(store, "maya@example.com", Role::Owner, Some(account.id))
        .await
        .id
}

both_engines!(a_person_is_found_by_address_whatever_its_case, |store| {
    assert_eq!(store.people().count().await.unwrap(), 0);
    let id = maya(&store).await;
    let admin = seed::person(&store, "admin@example.com", Role::Admin, None).await;

    let (person, hash) = store
        .people()
        .by_email(&"Maya@Example.com".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((person.id, hash), (id, None));
    assert_eq!(store.people().get(id).await.unwrap().as_ref(), Some(&person));
    assert_eq!(
        store
            .people()
            .by_email(&"who@example.com".parse().unwrap())
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.people().list(Scope::All).await.unwrap(),
        [admin.clone(), person.clone()]
    );
    assert_eq!(
        store
            .people()
            .list(Scope::Account(person.account.unwrap()))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(store.people().count().await.unwrap(), 2);
    let mut again = person.clone();
    again.id = PersonId::new(NOON, crossmodel::random::bytes());
    let refused = store.at_noon().people().add(&again, None).await;
    assert!(
        matches!(refused, Err(StoreError::Taken { what: "e-mail address" })),
        "{refused:?}"
    );
});

both_engines!(
    a_new_password_ends_every_session_and_link_and_a_new_hash_none,
    |store| {
        let (id, by) = (maya(&store).await, Actor::command_line());
        store.sessions().save(&[1; 32], &session(Some(id), 0)).await.unwrap();
        store.sessions().save(&[2; 32], &session(None, 0)).await.unwrap();

        assert!(store.people().rehash(id, "hash 1").await.unwrap());
        assert!(store.sessions().load(&[1; 32]).await.unwrap().is_some());
        let link = Link {
            hash: [7; 32],
            kind: LinkKind::Reset,
            person: Some(id),
            key: None,
            payload: None,
            expires_at: minutes(30),
        };
        store.links().create(&link).await.unwrap();
        assert!(store.by(&by, NOON).people().set_password(id, "hash 2").await.unwrap());
        assert_eq!(store.links().peek(&[7; 32], LinkKind::Reset, NOON).await.unwrap(), None);
        assert!(store.sessions().load(&[1; 32]).await.unwrap().is_none());
        assert!(store.sessions().load(&[2; 32]).await.unwrap().is_some());

        let (_, hash) = store
            .people()
            .by_email(&"maya@example.com".parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(hash.as_deref(), Some("hash 2"));
        let unknown = PersonId::new(NOON, crossmodel::random::bytes());
        assert!(
            !store
                .by(&by, NOON)
                .people()
                .set_password(unknown, "hash")
                .await
                .unwrap()
        );
    }
);

both_engines!(switching_a_person_off_ends_every_session, |store| {
    let (id, by) = (maya(&store).await, Actor::command_line());
    store.sessions().save(&[1; 32], &session(Some(id), 0)).await.unwrap();

    assert!(store.by(&by, NOON).people().set_enabled(id, false).await.unwrap());

    assert!(store.sessions().load(&[1; 32]).await.unwrap().is_none());
    assert!(!store.people().get(id).await.unwrap().unwrap().enabled);
});

both_engines!(a_session_moves_and_ends, |store| {
    let (id, sessions) = (maya(&store).await, store.sessions());
    sessions.save(&[1; 32], &session(None, 0)).await.unwrap();
    // It is saved again with a person in it; its beginning stays.
    let later = SessionRow {
        created_at: minutes(9),
        ..session(Some(id), 1)
    };
    sessions.save(&[1; 32], &later).await.unwrap();
    assert_eq!(sessions.load(&[1; 32]).await.unwrap(), Some(session(Some(id), 1)));

    assert!(sessions.touch(&[1; 32], minutes(2), minutes(32)).await.unwrap());
    assert_eq!(sessions.load(&[1; 32]).await.unwrap(), Some(session(Some(id), 2)));
    assert!(!sessions.touch(&[2; 32], minutes(2), minutes(32)).await.unwrap());

    assert!(sessions.update(&[1; 32], &session(None, 3)).await.unwrap());
    assert_eq!(sessions.load(&[1; 32]).await.unwrap(), Some(session(None, 3)));
    assert!(sessions.delete(&[1; 32]).await.unwrap());
    // What was ended stays ended.
    assert!(!sessions.update(&[1; 32], &session(Some(id), 4)).await.unwrap());
    assert_eq!(sessions.load(&[1; 32]).await.unwrap(), None);
    assert!(!sessions.delete(&[1; 32]).await.unwrap());
});

both_engines!(a_person_keeps_the_sessions_last_used, |store| {
    let (id, sessions) = (maya(&store).await, store.sessions());
    for n in 0..12 {
        sessions.save(&[n; 32], &session(Some(id), u64::from(n))).await.unwrap();
    }
    sessions.save(&[99; 32], &session(None, 0)).await.unwrap();

    // Of twelve, the first has expired and the ten last used stay; sessions without a person are not counted.
    assert_eq!(sessions.prune(minutes(30), 10).await.unwrap(), 3);
    assert!(sessions.load(&[1; 32]).await.unwrap().is_none());
    assert!(sessions.load(&[2; 32]).await.unwrap().is_some());
});
