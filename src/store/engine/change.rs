//! What others are told after a commit.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::broadcast;

use super::sql::Sql;
use super::value::{Value, args};
use crate::domain::{AccountId, ApiKeyId, Budget};

/// Something that a cache may hold has changed. Receiving one twice, or for nothing, is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key, its secrets or its aliases.
    Key(ApiKeyId),
    /// An account or a person of it was switched on or off: all of its keys.
    Account(AccountId),
    /// Models or providers.
    Catalog,
    /// Somebody needs what others have leased of a budget and do not use.
    Recall(Budget),
}

const CHANNEL: &str = "crossmodel";

/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_secs(1);

/// Only Postgres knows it.
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

/// Passes on what other processes announce, until the pool is closed. While the connection is down notifications are
/// lost; whoever relies on them looks at revisions too.
pub async fn listen(pool: PgPool, changes: broadcast::Sender<Change>) {
    while !pool.is_closed() {
        if let Err(error) = hear(&pool, &changes).await {
            if pool.is_closed() {
                return;
            }
            tracing::warn!(%error, "Lost the connection that hears of changes; connecting again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn hear(pool: &PgPool, changes: &broadcast::Sender<Change>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // `None`: the connection broke and is made anew by the next call.
        let Some(notification) = listener.try_recv().await? else {
            continue;
        };
        if let Some(change) = parse(notification.payload()) {
            let _ = changes.send(change);
        }
    }
}
