//! People and accounts that are switched off, people who get another role, and sessions that are ended.

use std::time::Duration;

use crossmodel::domain::{AccountId, ApiKeyId, ApiKeySecret, PersonId, Role, Scope};
use crossmodel::random;
use crossmodel::store::{Change, NewKey, SessionRow, StoreError};
use sqlx::{Connection, Executor, PgConnection};

use super::minutes;
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON};
use crate::harness::store::{TestStore, on};

async fn signed_in(store: &TestStore, id: u8, person: PersonId, seen: u64) {
    let (created_at, seen_at, expires_at) = (NOON, minutes(seen), minutes(seen + 30));
    let row = SessionRow {
        state: "{}".into(),
        created_at,
        seen_at,
        expires_at,
        person: Some(person),
    };
    store.sessions().save(&[id; 32], &row).await.unwrap();
}

async fn is_signed_in(store: &TestStore, id: u8) -> bool {
    store.sessions().load(&[id; 32]).await.unwrap().is_some()
}

/// The last entry of the audit log: the action, and the rest.
async fn last_noted(store: &TestStore) -> (String, serde_json::Value) {
    let entries = store.audit().list(Scope::All, 1).await.unwrap();
    (
        entries[0].action.clone(),
        serde_json::from_str(&entries[0].detail).unwrap(),
    )
}

async fn owned_key(store: &TestStore, account: AccountId, owner: PersonId) -> NewKey {
    let secret = ApiKeySecret::generate(random::bytes);
    let id = ApiKeyId::new(NOON, random::bytes());
    let mut key = crossmodel::domain::ApiKey::new(id, account, seed::name("theirs"), &secret, NOON);
    key.owner = Some(owner);
    let hash = seed::master().api_key_hasher().hash(&secret);
    let new = NewKey {
        key,
        hash,
        aliases: Vec::new(),
    };
    store.at_noon().api_keys().create(&new).await.unwrap();

    new
}

both_engines!(
    the_last_admin_who_can_sign_in_is_neither_switched_off_nor_given_another_role,
    |store| {
        let people = store.at_noon().people();
        let account = seed::account(&store, "acme").await.id;
        let root = seed::person_who_signs_in(&store, "root@example.com", Role::Admin, Some(account))
            .await
            .id;
        // Neither of them could take over: one has no password, the other is switched off.
        seed::person(&store, "new@example.com", Role::Admin, None).await;
        let off = seed::person_who_signs_in(&store, "off@example.com", Role::Admin, None)
            .await
            .id;
        people.set_enabled(off, false).await.unwrap();

        let refused = [
            people.set_enabled(root, false).await,
            people.set_role(root, Role::Owner, Some(account)).await,
        ];

        for refused in refused {
            assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
        }
        let root_now = store.people().get(root).await.unwrap().unwrap();
        assert_eq!((root_now.enabled, root_now.role), (true, Role::Admin));
        people.set_enabled(off, true).await.unwrap();
        assert!(people.set_enabled(root, false).await.unwrap());
    }
);

both_engines!(of_admins_who_switch_each_other_off_at_once_one_stays, |store| {
    for round in 0..10 {
        let mut admins = Vec::new();
        for name in ["a", "b", "c"] {
            let email = format!("{name}{round}@example.com");
            admins.push(seed::person_who_signs_in(&store, &email, Role::Admin, None).await.id);
        }
        let mut switching = tokio::task::JoinSet::new();
        for id in store
            .people()
            .list(Scope::All)
            .await
            .unwrap()
            .into_iter()
            .map(|person| person.id)
        {
            let store = store.clone();
            let off = async move { store.at_noon().people().set_enabled(id, false).await };
            switching.spawn(off);
        }

        let refused = switching
            .join_all()
            .await
            .into_iter()
            .filter(|done| done.is_err())
            .count();

        let enabled = store
            .people()
            .list(Scope::All)
            .await
            .unwrap()
            .iter()
            .filter(|person| person.enabled)
            .count();
        assert_eq!((refused, enabled), (1, 1), "round {round}");
    }
});

both_engines!(
    another_role_ends_every_session_and_is_noted_with_the_one_before,
    |store| {
        let account = seed::account(&store, "acme").await.id;
        let maya = seed::person(&store, "maya@example.com", Role::Owner, Some(account))
            .await
            .id;
        signed_in(&store, 1, maya, 0).await;

        assert!(
            store
                .at_noon()
                .people()
                .set_role(maya, Role::Viewer, Some(account))
                .await
                .unwrap()
        );

        assert!(!is_signed_in(&store, 1).await);
        assert_eq!(store.people().get(maya).await.unwrap().unwrap().role, Role::Viewer);
        let account = account.to_string();
        let (action, detail) = last_noted(&store).await;
        assert_eq!(action, "person.role");
        assert_eq!(
            (&detail["before"]["role"], &detail["after"]["role"]),
            (&"owner".into(), &"viewer".into())
        );
        assert_eq!(detail["after"]["account"], account.as_str());
        let unknown = PersonId::new(NOON, random::bytes());
        assert!(
            !store
                .at_noon()
                .people()
                .set_role(unknown, Role::Admin, None)
                .await
                .unwrap()
        );
    }
);

both_engines!(
    switching_an_account_off_ends_the_sessions_of_its_people_but_not_of_admins,
    |store| {
        let [acme, other] = [
            seed::account(&store, "acme").await.id,
            seed::account(&store, "other").await.id,
        ];
        let people = [
            seed::person(&store, "maya@example.com", Role::Owner, Some(acme))
                .await
                .id,
            seed::person(&store, "root@example.com", Role::Admin, Some(acme))
                .await
                .id,
            seed::person(&store, "noor@example.com", Role::Viewer, Some(other))
                .await
                .id,
        ];
        for (n, person) in people.into_iter().enumerate() {
            signed_in(&store, n as u8, person, 0).await;
        }

        store.at_noon().accounts().set_enabled(acme, false).await.unwrap();

        assert_eq!(
            [
                is_signed_in(&store, 0).await,
                is_signed_in(&store, 1).await,
                is_signed_in(&store, 2).await
            ],
            [false, true, true]
        );
        assert_eq!(last_noted(&store).await.0, "account.disable");
    }
);

both_engines!(switching_a_person_off_tells_of_their_keys_and_is_noted, |store| {
    let account = seed::account(&store, "acme").await.id;
    let maya = seed::person(&store, "maya@example.com", Role::Owner, Some(account))
        .await
        .id;
    let key = owned_key(&store, account, maya).await.key.id;
    let mut changes = store.changes();

    store.at_noon().people().set_enabled(maya, false).await.unwrap();

    assert_eq!(changes.try_recv().unwrap(), Change::Key(key));
    assert_eq!(last_noted(&store).await.0, "person.disable");
});

both_engines!(who_is_signed_in_is_listed_until_their_time_is_over, |store| {
    let maya = seed::person(&store, "maya@example.com", Role::Admin, None).await.id;
    let noor = seed::person(&store, "noor@example.com", Role::Admin, None).await.id;
    for (id, person, seen) in [(1, noor, 0), (2, maya, 1), (3, maya, 2)] {
        signed_in(&store, id, person, seen).await;
    }
    let listed = async |person, at| -> Vec<String> {
        let rows = store.sessions().list(person, minutes(at)).await.unwrap();
        rows.into_iter()
            .map(|session| format!("{} {}", session.short_id, session.email))
            .collect()
    };

    let of_maya = [
        "030303030303 maya@example.com".to_owned(),
        "020202020202 maya@example.com".to_owned(),
    ];
    let of_noor = "010101010101 noor@example.com".to_owned();
    assert_eq!(listed(None, 5).await, [&of_maya[..], &[of_noor]].concat());
    assert_eq!(listed(Some(maya), 5).await, of_maya);
    assert_eq!(listed(None, 31).await, of_maya[..1]);
});

both_engines!(a_session_that_an_admin_ends_is_over_and_noted, |store| {
    let maya = seed::person(&store, "maya@example.com", Role::Admin, None).await.id;
    for id in 1..=4 {
        signed_in(&store, id, maya, 0).await;
    }
    let sessions = store.at_noon().sessions();

    assert!(sessions.end(&[1; 32]).await.unwrap());
    assert_eq!(
        last_noted(&store).await,
        (
            "person.sessions_end".into(),
            serde_json::json!({"ended": 1, "session": "010101010101"})
        )
    );
    assert!(!sessions.end(&[1; 32]).await.unwrap());
    assert_eq!(sessions.end_all(maya).await.unwrap(), 3);
    assert_eq!(
        last_noted(&store).await,
        ("person.sessions_end".into(), serde_json::json!({"ended": 3}))
    );
    let before = store.audit().list(Scope::All, 100).await.unwrap().len();
    assert_eq!(sessions.end_all(maya).await.unwrap(), 0);
    assert_eq!(
        store.audit().list(Scope::All, 100).await.unwrap().len(),
        before,
        "nothing was ended"
    );
});

/// Otherwise a gateway could load the key before the account is off, and never receive the change.
#[test]
fn a_key_that_is_made_while_its_account_is_being_switched_off_waits_for_that() {
    on(Engine::Postgres, |store| async move {
        let account = seed::account(&store, "acme").await.id;
        let maya = seed::person(&store, "maya@example.com", Role::Owner, Some(account))
            .await
            .id;
        for half in ["UPDATE account SET enabled = 0", "UPDATE person SET enabled = 0"] {
            let mut other = PgConnection::connect(&store.database().url()).await.unwrap();
            let mut begun = other.begin().await.unwrap();
            begun.execute(half).await.unwrap();

            let creating = tokio::spawn({
                let store = store.clone();
                async move { owned_key(&store, account, maya).await }
            });
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(!creating.is_finished(), "it did not wait for: {half}");
            begun.commit().await.unwrap();

            let made = creating.await.unwrap();
            let found = store.api_keys().by_hash(&made.hash, NOON).await.unwrap().unwrap();
            assert!(!found.account_enabled || !found.owner_enabled);
            store
                .at_noon()
                .api_keys()
                .delete(Scope::All, made.key.id)
                .await
                .unwrap();
        }
    });
}
