//! How a part of a budget is granted to a gateway.

use crate::domain::{Budget, GatewayId, PicoUsd, SpendLimit, Timestamp, portion};
use crate::store::engine::{StoreError, Tx, args, sql};

/// A gateway's request for a part of a budget.
#[derive(Clone, Copy, Debug)]
pub struct LeaseRequest {
    /// The gateway that asks.
    pub gateway: GatewayId,
    /// The budget that it asks for.
    pub budget: Budget,
    /// The spend limit; `None` for a balance, which is its own limit.
    pub limit: Option<SpendLimit>,
    /// The day on which the period began; 0 for a balance.
    pub window_start: i64,
    /// The amount that the gateway needs now.
    pub need: PicoUsd,
    /// The amount that it spent in about the last minute.
    pub lately: PicoUsd,
}

/// The answer to a [`LeaseRequest`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseGrant {
    /// The gateway's new part; less than it needs if there is no more.
    pub granted: PicoUsd,
    /// The part of the budget that no gateway has leased or spent after this grant.
    pub left: PicoUsd,
    /// The amount that other gateways have leased and not yet spent. They may give it back.
    pub elsewhere: PicoUsd,
    /// Whether the budget exists: an account that never had credit has no balance.
    pub exists: bool,
}

sql! {
    LOCK = r"INSERT INTO budget (subject, revision) VALUES ($1, 1)
             ON CONFLICT (subject) DO UPDATE SET revision = budget.revision + 1";
    /// One statement each, so that the leased and the spent amount are of one moment.
    OF_BALANCE = r"SELECT (SELECT balance FROM wallet WHERE account_id = $1) AS has,
                   COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2 AND window_start = 0), 0)
                   AS leased, COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2
                   AND window_start = 0 AND gateway_id <> $3), 0) AS elsewhere";
    OF_KEY = r"SELECT COALESCE((SELECT CAST(SUM(cost) AS BIGINT) FROM usage_daily WHERE api_key_id = $1 AND day >= $4
               AND day < $5), 0) AS spent,
               COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2 AND window_start = $4), 0)
               AS leased, COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2
               AND window_start = $4 AND gateway_id <> $3), 0) AS elsewhere";
    OF_ACCOUNT = r"SELECT COALESCE((SELECT CAST(SUM(cost) AS BIGINT) FROM usage_daily WHERE account_id = $1 AND day >= $4
                   AND day < $5), 0) AS spent,
                   COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2 AND window_start = $4), 0)
                   AS leased, COALESCE((SELECT CAST(SUM(amount) AS BIGINT) FROM lease WHERE subject = $2
                   AND window_start = $4 AND gateway_id <> $3), 0) AS elsewhere";
    ADD = r"INSERT INTO lease (subject, window_start, gateway_id, amount) VALUES ($1, $2, $3, $4)
            ON CONFLICT (subject, window_start, gateway_id) DO UPDATE SET amount = lease.amount + excluded.amount";
}

/// The day after the last one of a period that began on `start`.
fn end(limit: SpendLimit, start: i64) -> i64 {
    limit
        .period
        .end(Timestamp::of_day(start))
        .map_or(i64::MAX, Timestamp::day)
}

pub async fn take(tx: &mut Tx, ask: LeaseRequest) -> Result<LeaseGrant, StoreError> {
    let subject = ask.budget.subject();
    tx.run(LOCK, args![subject.as_str()]).await?;
    let row = match (ask.budget, ask.limit) {
        (Budget::Balance(account), _) => {
            tx.first(OF_BALANCE, args![account, subject.as_str(), ask.gateway])
                .await?
        }
        (Budget::Account(_) | Budget::Key(_), None) => return Ok(LeaseGrant::default()),
        (Budget::Account(account), Some(limit)) => {
            let end = end(limit, ask.window_start);
            tx.first(
                OF_ACCOUNT,
                args![account, subject.as_str(), ask.gateway, ask.window_start, end],
            )
            .await?
        }
        (Budget::Key(key), Some(limit)) => {
            let end = end(limit, ask.window_start);
            tx.first(OF_KEY, args![key, subject.as_str(), ask.gateway, ask.window_start, end])
                .await?
        }
    };
    let Some(row) = row else {
        return Ok(LeaseGrant::default());
    };

    let has: i64 = match ask.limit {
        Some(limit) => limit.amount.pico().saturating_sub(row.get("spent")?),
        None => match row.get("has")? {
            Some(balance) => balance,
            None => return Ok(LeaseGrant::default()),
        },
    };
    let left = PicoUsd::from_pico(has.saturating_sub(row.get("leased")?));
    let granted = portion(left, ask.need, ask.lately);

    if granted > PicoUsd::ZERO {
        tx.run(ADD, args![subject, ask.window_start, ask.gateway, granted])
            .await?;
    }

    let left = PicoUsd::from_pico(left.pico() - granted.pico());
    Ok(LeaseGrant {
        granted,
        left,
        elsewhere: row.get("elsewhere")?,
        exists: true,
    })
}
