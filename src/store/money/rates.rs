//! What all gateways together have admitted in the last minute, while there is more than one.

use crate::domain::{Budget, RateWindow, Timestamp, Used};
use crate::store::engine::{Store, StoreError, Table, args, sql, to_json, transaction};

/// What all gateways admitted lately.
#[derive(Clone, Copy, Debug)]
pub struct Rates<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// What gateways admitted lately.
    pub fn rates(&self) -> Rates<'_> {
        Rates(self)
    }
}

/// What a gateway asks for.
#[derive(Clone, Copy, Debug)]
pub struct RateRequest {
    /// Whose limit: a key's or an account's.
    pub of: Budget,
    /// Requests in any minute.
    pub requests: Option<u32>,
    /// Tokens in any minute.
    pub tokens: Option<u32>,
    /// What it has admitted, or corrected, that no earlier question told.
    pub untold: Used,
    /// What it needs now.
    pub need: Used,
    /// What it would like to have.
    pub want: Used,
}

/// What it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateGrant {
    /// To be admitted within the next minute.
    pub granted: Used,
    /// What nobody may use after that.
    pub left: Used,
    /// How long until what it needs is free, if it is not.
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
    /// Takes a part of what may still be admitted in this minute.
    ///
    /// # Errors
    /// If the database fails; then nothing was taken.
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

    /// Forgets what nobody asked about since then.
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
    // All that is needed, or nothing: a part of it helps nobody.
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
