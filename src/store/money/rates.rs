//! The calls and tokens that all gateways together have admitted in the last minute, while there is more than one gateway.

use crate::domain::{Budget, RateWindow, Timestamp, Used};
use crate::store::engine::{Store, StoreError, Table, args, sql, to_json, transaction};

/// Reads and writes the usage that all gateways have admitted in the last minute.
#[derive(Clone, Copy, Debug)]
pub struct Rates<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Access to the usage that all gateways have admitted in the last minute.
    pub fn rates(&self) -> Rates<'_> {
        Rates(self)
    }
}

/// A gateway's request for a part of a limit per minute.
#[derive(Clone, Copy, Debug)]
pub struct RateRequest {
    /// The key or the account that has the limit.
    pub of: Budget,
    /// Requests in any minute.
    pub requests: Option<u32>,
    /// Tokens in any minute.
    pub tokens: Option<u32>,
    /// The usage that it has admitted or corrected since its last request, and that the database does not know yet.
    pub untold: Used,
    /// The amount that it needs now.
    pub need: Used,
    /// The amount that it takes if there is enough.
    pub want: Used,
}

/// The answer to a [`RateRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateGrant {
    /// The amount that the gateway may admit within the next minute.
    pub granted: Used,
    /// The part of the limit that is free after that.
    pub left: Used,
    /// How long until the needed amount is free; zero if it is free now.
    pub wait: std::time::Duration,
}

sql! {
    LOCK = r"INSERT INTO rate (subject, uses, at) VALUES ($1, '[]', $2)
             ON CONFLICT (subject) DO UPDATE SET at = excluded.at RETURNING subject, uses";
    SET = "UPDATE rate SET uses = $2 WHERE subject = $1";
    DROP_OLD = "DELETE FROM rate WHERE at < $1";
}
const TABLE: Table = Table {
    name: "rate",
    id: "subject",
};

impl Rates<'_> {
    /// Takes a part of the free limit of this minute.
    ///
    /// # Errors
    /// If the database fails; then nothing is taken.
    pub async fn take(self, ask: RateRequest, now: Timestamp) -> Result<RateGrant, StoreError> {
        let subject = ask.of.subject();
        transaction!(self.0, |tx| {
            let row = tx
                .first(LOCK, args![subject.as_str(), now])
                .await?
                .ok_or(StoreError::Interrupted)?;
            let rows: Vec<(i64, i64, i64)> = row.json(TABLE, "uses")?;
            let mut window = RateWindow::of_rows(&rows);
            let grant = grant(&mut window, &ask, now);
            tx.run(SET, args![subject, to_json(&window.to_rows())]).await?;

            Ok(grant)
        })
    }

    /// Deletes windows without a request since then.
    pub async fn drop_old(self, before: Timestamp) -> Result<(), StoreError> {
        self.0.change(DROP_OLD, args![before]).await.map(drop)
    }
}

fn grant(window: &mut RateWindow, ask: &RateRequest, now: Timestamp) -> RateGrant {
    window.add(now, ask.untold);
    let used = window.used(now);
    let left = |limit: Option<u32>, used: i64| limit.map_or(i64::MAX, |limit| i64::from(limit) - used).max(0);
    let (requests, tokens) = (left(ask.requests, used.requests), left(ask.tokens, used.tokens));
    let wait = window.wait(now, ask.need, ask.requests.map(i64::from), ask.tokens.map(i64::from));
    // The whole need, or nothing: a part of it is of no use.
    let fits = ask.need.requests <= requests && ask.need.tokens <= tokens;
    let granted = match fits {
        true => Used {
            requests: ask.want.requests.min(requests),
            tokens: ask.want.tokens.min(tokens),
        },
        false => Used::default(),
    };
    window.add(now, granted);
    let left = Used {
        requests: requests - granted.requests,
        tokens: tokens - granted.tokens,
    };

    RateGrant { granted, left, wait }
}
