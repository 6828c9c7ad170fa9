//! Names that clients sent and that no model ran for: no call was made, so that there is no record of one.

use super::records::Usage;
use crate::domain::{ApiKeyId, Timestamp};
use crate::store::engine::{StoreError, args, sql, transaction};

/// Requests with one name that were refused, within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedName {
    /// With which key.
    pub key: ApiKeyId,
    /// The name.
    pub requested: String,
    /// How many.
    pub requests: i64,
    /// When the last one came.
    pub last_at: Timestamp,
    /// The program that sent it.
    pub last_agent: Option<String>,
}

sql! {
    ADD_REFUSED = r"INSERT INTO usage_refused (unit, api_key_id, start, requested, requests, last_at, last_agent)
                    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unit, api_key_id, start, requested) DO UPDATE SET
                    requests = usage_refused.requests + excluded.requests,
                    last_at = CASE WHEN excluded.last_at > usage_refused.last_at THEN excluded.last_at
                    ELSE usage_refused.last_at END,
                    last_agent = COALESCE(excluded.last_agent, usage_refused.last_agent)";
}

impl Usage<'_> {
    /// Adds refused requests to the sums of their hour and day. Only so many names of a key are told apart in an hour, as
    /// with those that ran.
    ///
    /// # Errors
    /// If the database fails; then none was added.
    pub async fn refused(self, refused: &[RefusedName]) -> Result<(), StoreError> {
        if refused.is_empty() {
            return Ok(());
        }

        let mut rows = Vec::with_capacity(refused.len() * 2);
        for part in refused {
            let hour = part.last_at.hour();
            let name = self.0.known_names.name(part.key, &part.requested, hour);
            for (unit, start) in [("hour", hour), ("day", part.last_at.day())] {
                rows.push((unit, part.key, start, name.to_owned(), part.clone()));
            }
        }

        // Sorted, as every transaction takes them, so that no two wait for each other.
        rows.sort_by(|a, b| (a.0, a.1, a.2, &a.3).cmp(&(b.0, b.1, b.2, &b.3)));
        transaction!(self.0, |tx| {
            for (unit, key, start, name, part) in rows {
                let row = args![unit, key, start, name, part.requests, part.last_at, part.last_agent];
                tx.run(ADD_REFUSED, row).await?;
            }
            Ok(())
        })
    }
}
