//! Deletes old request records. The sums and the ledger stay.

use super::records::Usage;
use crate::domain::{RequestId, Timestamp};
use crate::store::engine::{StoreError, args, sql};

/// How many records one statement deletes: few enough that writers do not wait long.
const BATCH: usize = 500;

sql! {
    /// The last id of a batch, or of what is left.
    END_OF_BATCH = r"SELECT id FROM (SELECT id FROM usage_record WHERE id < $1 ORDER BY id LIMIT $2) AS old
                     ORDER BY id DESC LIMIT 1";
    /// By range and not by list: all deletions take the rows in one order, so that no two wait for each other.
    DELETE = "DELETE FROM usage_record WHERE id <= $1 AND id < $2";
}

impl Usage<'_> {
    /// Deletes records of calls that arrived before a moment, the oldest first. Returns their number, which is at most
    /// `at_most`. Sums, price lists, balances and the ledger stay: reports do not change, only the single calls are gone.
    ///
    /// It works in small batches, each a change by itself, so that metering goes on meanwhile. A caller that runs from time to
    /// time limits one turn with `at_most`, and calls again at once if all of it was used up.
    ///
    /// # Errors
    /// If the database fails; what was deleted until then stays deleted.
    pub async fn purge(self, before: Timestamp, at_most: usize) -> Result<usize, StoreError> {
        let end = RequestId::floor(before);
        let mut gone = 0;
        while gone < at_most {
            let batch = BATCH.min(at_most - gone);
            let size = u32::try_from(batch).unwrap_or(u32::MAX);
            let Some(row) = self.0.first(END_OF_BATCH, args![end, size]).await? else {
                break;
            };
            let deleted = self.0.change(DELETE, args![row.get::<String>("id")?, end]).await?;
            gone += usize::try_from(deleted).unwrap_or(batch);
            if deleted < u64::from(size) {
                break;
            }
        }
        Ok(gone)
    }
}
