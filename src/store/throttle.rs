//! Failed attempts to sign in, counted per subject: an address, an account's e-mail.

use super::{Store, StoreError};
use crate::domain::Timestamp;

/// Counts of failed attempts.
#[derive(Debug)]
pub struct Throttle<'a>(pub(super) &'a Store);

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

impl Throttle<'_> {
    /// What a subject has done lately.
    pub async fn get(&self, subject: &str) -> Result<Option<Attempts>, StoreError> {
        todo!()
    }

    /// Stores what a subject has done.
    pub async fn put(&self, subject: &str, attempts: &Attempts) -> Result<(), StoreError> {
        todo!()
    }

    /// Forgets a subject.
    pub async fn clear(&self, subject: &str) -> Result<(), StoreError> {
        todo!()
    }

    /// Forgets every subject whose last failure was before. The answer counts them.
    pub async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        todo!()
    }
}
