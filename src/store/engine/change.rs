//! Changes that are announced after a commit, to this process and to others.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::broadcast;

use super::sql::Sql;
use super::value::{Value, args};
use crate::domain::{AccountId, ApiKeyId, Budget};

/// A change of something that a cache may hold. A receiver must cope with a change that it gets twice or that did not
/// happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key, its secrets or its aliases changed.
    Key(ApiKeyId),
    /// An account was switched on or off, or its limits changed. It concerns all of its keys.
    Account(AccountId),
    /// Models or providers changed.
    Catalog,
    /// A gateway needs more of a budget: the others give back what they have leased of it and do not use.
    Recall(Budget),
}

const CHANNEL: &str = "crossmodel";

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// For Postgres only.
pub const NOTIFY: Sql = Sql("SELECT CAST(pg_notify($1, $2) AS TEXT)");

pub fn notification(change: Change) -> Vec<Value> {
    let payload = match change {
        Change::Key(id) => format!("key {id}"),
        Change::Account(id) => format!("account {id}"),
        Change::Catalog => "catalog".into(),
        Change::Recall(budget) => format!("recall {}", budget.subject()),
    };
    args![CHANNEL, payload]
}

fn parse(payload: &str) -> Option<Change> {
    match payload.split_once(' ') {
        Some(("key", id)) => id.parse().ok().map(Change::Key),
        Some(("account", id)) => id.parse().ok().map(Change::Account),
        Some(("recall", subject)) => Budget::parse(subject).map(Change::Recall),
        None if payload == "catalog" => Some(Change::Catalog),
        _ => None,
    }
}

/// Passes on the announcements of other processes, until the pool is closed. Announcements are lost while the connection is
/// down; caches compare revisions for that reason.
pub async fn listen(pool: PgPool, changes: broadcast::Sender<Change>) {
    while !pool.is_closed() {
        if let Err(error) = receive(&pool, &changes).await {
            if pool.is_closed() {
                return;
            }
            tracing::warn!(%error, "Lost the connection that receives changes; connecting again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn receive(pool: &PgPool, changes: &broadcast::Sender<Change>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // `None`: the connection broke, and the next call makes a new one.
        let Some(notification) = listener.try_recv().await? else {
            continue;
        };
        if let Some(change) = parse(notification.payload()) {
            let _ = changes.send(change);
        }
    }
}
