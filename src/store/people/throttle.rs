//! Failed attempts to sign in, counted per subject: a network address, or an e-mail address.

use crate::domain::Timestamp;
use crate::store::engine::{Store, StoreError, args, sql};

/// Reads and writes the counts of failed attempts to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Throttle<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Access to the counts of failed attempts to sign in.
    pub fn throttle(&self) -> Throttle<'_> {
        Throttle(self)
    }
}

/// The failed attempts of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The failures since `window_start`.
    pub failures: i64,
    /// Failures are counted from this time on.
    pub window_start: Timestamp,
    /// Further attempts are refused until this time.
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
    /// The failed attempts of a subject.
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

    /// Stores the failed attempts of a subject.
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

    /// Forgets every subject whose last failure is older than `before`. Returns their number.
    pub async fn prune(self, before: Timestamp) -> Result<u64, StoreError> {
        self.0.change(PRUNE, args![before]).await
    }
}
