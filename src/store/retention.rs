//! Throws old request records away. The sums that reports read, and the ledger, stay.

use super::sql::sql;
use super::value::args;
use super::{StoreError, Usage};
use crate::domain::{RequestId, Timestamp};

sql! {
    PURGE = "DELETE FROM usage_record WHERE id IN (SELECT id FROM usage_record WHERE id < $1 ORDER BY id LIMIT $2)";
}

impl Usage<'_> {
    /// Removes request records of calls that were made before then, the oldest first and no more than `at_most` in one go;
    /// how many there were. Ids begin with the time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn purge(self, before: Timestamp, at_most: u32) -> Result<u64, StoreError> {
        self.0.change(PURGE, args![RequestId::new(before, [0; 10]), at_most]).await
    }
}
