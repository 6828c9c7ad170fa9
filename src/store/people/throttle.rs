//! Failed attempts to sign in, counted per subject: an address, an account's e-mail.

use crate::domain::Timestamp;
use crate::store::engine::{Store, StoreError, args, sql};

/// Counts of failed attempts.
#[derive(Clone, Copy, Debug)]
pub struct Throttle<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Failed attempts to sign in.
    pub fn throttle(&self) -> Throttle<'_> {
        Throttle(self)
    }
}

/// What a subject has done lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How often it failed since `window_start`.
    pub failures: i64,
    /// From when on failures are counted.
    pub window_start: Timestamp,
    /// Until when further attempts are refused.
    pub blocked_until: Option<Timestamp>,
    /// When it last failed.
    pub last_at: Timestamp,
}

sql! {
    GET = "SELECT failures, window_start, blocked_until, last_at FROM throttle WHERE subject = $1";
    PUT = r"INSERT INTO throttle (subject, failures, window_start, blocked_until, last_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, window_start = excluded.window_start,
            blocked_until = excluded.blocked_until, last_at = excluded.last_at";
    CLEAR = "DELETE FROM throttle WHERE subject = $1";
    PRUNE = "DELETE FROM throttle WHERE last_at < $1";
}

impl Throttle<'_> {
    /// What a subject has done lately.
    pub async fn get(self, subject: &str) -> Result<Option<Attempts>, StoreError> {
        let Some(row) = self.0.first(GET, args![subject]).await? else {
            return Ok(None);
        };
        Ok(Some(Attempts {
            failures: row.get("failures")?,
            window_start: row.get("window_start")?,
            blocked_until: row.get("blocked_until")?,
            last_at: row.get("last_at")?,
        }))
    }

    /// Stores what a subject has done.
    pub async fn put(self, subject: &str, attempts: &Attempts) -> Result<(), StoreError> {
        let Attempts {
            failures,
            window_start,
            blocked_until,
            last_at,
        } = *attempts;
        self.0
            .change(PUT, args![subject, failures, window_start, blocked_until, last_at])
            .await
            .map(drop)
    }

    /// Forgets a subject.
    pub async fn clear(self, subject: &str) -> Result<(), StoreError> {
        self.0.change(CLEAR, args![subject]).await.map(drop)
    }

    /// Forgets every subject whose last failure was before. The answer counts them.
    pub async fn prune(self, before: Timestamp) -> Result<u64, StoreError> {
        self.0.change(PRUNE, args![before]).await
    }
}
