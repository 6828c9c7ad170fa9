//! A database that others keep busy, or that cannot be written for a while.

use std::time::{Duration, Instant};

use crossmodel::clock::Clock;
use crossmodel::domain::Role;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::seed::NOON;
use crate::harness::store::on;

#[test]
fn a_database_that_is_only_busy_is_waited_for() {
    on(Engine::Postgres, |store| async move {
        let app = TestApp::start(store).await;
        let owner = app.someone(Role::Owner).await;
        let mut other = PgConnection::connect(&app.store().database().url())
            .await
            .expect("the database");
        let mut busy = other.begin().await.expect("a transaction");
        busy.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
            .await
            .expect("the table");

        let page = tokio::spawn(async move { owner.get("/keys").await });
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(!page.is_finished());
        busy.rollback().await.expect("to let go of it");

        page.await.expect("an answer").is(200);
    });
}

#[test]
fn while_somebody_else_has_sqlite_pages_are_shown_and_changes_are_refused_for_a_while() {
    on(Engine::Sqlite, |store| async move {
        let clock = Clock::manual(NOON);
        let app = TestApp::with(store, clock.clone(), |_| {}).await;
        let owner = app.someone(Role::Owner).await;
        let key = app.operator().creates_key("laptop").await;
        let rename = format!("/keys/{}/name", key.key().id);
        // Long enough for the last use of the session to be noted anew.
        clock.advance(Duration::from_secs(120));
        let mut other = SqliteConnection::connect(&app.store().database().url())
            .await
            .expect("the database");
        other.execute("BEGIN IMMEDIATE").await.expect("to have it alone");

        let began = Instant::now();
        owner.get("/keys").await.is(200);
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "it waited {:?}",
            began.elapsed()
        );
        let refused = owner.post_form(&rename, &[("name", "desk")]).await.is(503);
        assert_eq!(refused.header("retry-after"), "5");
        assert!(refused.text().contains("its database right now"), "{}", refused.text());
        other.execute("ROLLBACK").await.expect("to let go of it");

        owner.post_form(&rename, &[("name", "desk")]).await.is(303);
    });
}
