//! Direct access to the database, for facts that the store does not show.

use crossmodel::store::Store;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::TestStore;

/// Runs one statement; the message of the database if it refuses.
pub async fn run(store: &TestStore, sql: &str) -> Result<u64, String> {
    let (url, sql) = (store.database().url(), AssertSqlSafe(sql.to_owned()));
    let done = match store.engine() {
        Engine::Sqlite => SqliteConnection::connect(&url)
            .await
            .unwrap()
            .execute(sql)
            .await
            .map(|done| done.rows_affected()),
        Engine::Postgres => PgConnection::connect(&url)
            .await
            .unwrap()
            .execute(sql)
            .await
            .map(|done| done.rows_affected()),
    };
    done.map_err(|error| error.to_string())
}

/// Runs one statement on Postgres, in a database without a store.
pub async fn run_at(url: &str, sql: &str) {
    PgConnection::connect(url)
        .await
        .unwrap()
        .execute(AssertSqlSafe(sql.to_owned()))
        .await
        .unwrap();
}

/// Switches a model on or off, which no command does. `by` announces it, with a change of the model's provider that changes
/// nothing else.
pub async fn switch_model(store: &TestStore, by: &Store, id: &str, enabled: bool) {
    let catalog = store.catalog().load().await.unwrap();
    let provider = &catalog.get(id).expect("a model of the catalog").provider;
    let enabled = u8::from(enabled);

    run(
        store,
        &format!("UPDATE model SET enabled = {enabled} WHERE id = '{id}'"),
    )
    .await
    .unwrap();

    seed::at_noon(by)
        .catalog()
        .set_provider_enabled(provider, true)
        .await
        .unwrap();
}

/// The first column of every row, which has to be text.
pub async fn texts(store: &TestStore, sql: &str) -> Vec<String> {
    let (url, sql) = (store.database().url(), AssertSqlSafe(sql.to_owned()));
    match store.engine() {
        Engine::Sqlite => {
            let rows = SqliteConnection::connect(&url)
                .await
                .unwrap()
                .fetch_all(sql)
                .await
                .unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        }
        Engine::Postgres => {
            let rows = PgConnection::connect(&url).await.unwrap().fetch_all(sql).await.unwrap();
            rows.iter().map(|row| row.get(0)).collect()
        }
    }
}

/// The opcodes with which SQLite would run a statement.
pub async fn steps(store: &TestStore, sql: &str) -> Vec<String> {
    let sql = AssertSqlSafe(format!("EXPLAIN {sql}"));
    let mut connection = SqliteConnection::connect(&store.database().url()).await.unwrap();
    connection
        .fetch_all(sql)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("opcode"))
        .collect()
}

/// How many rows a table has that fulfil a condition.
pub async fn count(store: &TestStore, table: &str, condition: &str) -> usize {
    let rows = texts(
        store,
        &format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table} WHERE {condition}"),
    )
    .await;
    rows.first().and_then(|count| count.parse().ok()).expect("a count")
}
