//! Names that clients sent and that led to no model. No call was made, so there is no record of it.

use super::records::Usage;
use crate::domain::{ApiKeyId, Timestamp};
use crate::store::engine::{StoreError, args, sql, transaction};

/// Requests with one name that were refused, within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedName {
    /// The key of the requests.
    pub key: ApiKeyId,
    /// The name that clients sent.
    pub requested: String,
    /// The number of requests.
    pub requests: i64,
    /// When the last request arrived.
    pub last_at: Timestamp,
    /// The program that sent the last request.
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
    /// Adds refused requests to the sums of their hour and day. The number of names with sums of their own is limited
    /// in each hour, as for names that ran.
    ///
    /// # Errors
    /// If the database fails; then no request is added.
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

        // In the order of all transactions, so that no two wait for each other.
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
