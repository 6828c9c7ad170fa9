//! The days and hours in which the sums say that there are matches: per account and day, per key and day, per key and hour.

use std::collections::BTreeMap;

use super::filter::{NameFilter, StatusFilter};
use super::search::{MOST_DAYS, Search};
use crate::domain::{AccountId, ApiKeyId, Traffic};
use crate::store::engine::{Sql, StoreError, Table, Value, args, sql};

/// How many days one statement covers.
const DAYS_AT_ONCE: i64 = 92;

/// $4 to $10: the filters, as far as the sums know them. Names that are not told apart match every name.
macro_rules! filters {
    ($t:literal) => {
        concat!(
            " AND (CAST($4 AS TEXT) IS NULL OR ",
            $t,
            r".requested IN ($4, '(other names)'))
              AND (CAST($5 AS TEXT) IS NULL OR SUBSTR(",
            $t,
            ".requested, 1, LENGTH($5)) = $5 OR ",
            $t,
            ".requested = '(other names)') AND (CAST($6 AS TEXT) IS NULL OR ",
            $t,
            ".alias = $6) AND (CAST($7 AS TEXT) IS NULL OR ",
            $t,
            ".model = $7) AND (CAST($8 AS TEXT) IS NULL OR ",
            $t,
            ".provider_id = $8) AND ",
            $t,
            ".requests - ",
            $t,
            ".successes >= CAST($9 AS BIGINT) AND ",
            $t,
            ".successes >= CAST($10 AS BIGINT) "
        )
    };
}

sql! {
    /// Days that have matches, with their accounts.
    DAYS = concat!(
        r"SELECT u.day AS day, u.account_id AS account_id FROM account a CROSS JOIN usage_account u
          WHERE (CAST($1 AS TEXT) IS NULL OR a.id = $1) AND u.account_id = a.id AND u.day BETWEEN $2 AND $3",
        filters!("u"),
        "GROUP BY u.day, u.account_id ORDER BY u.day DESC, u.account_id LIMIT 60"
    );
    /// Hours of one account's day that have matches, with their keys.
    HOURS = concat!(
        r"SELECT h.start AS hour, h.api_key_id AS id FROM usage_rollup d CROSS JOIN usage_rollup h
          WHERE d.unit = 'day' AND d.account_id = $1 AND d.start BETWEEN $2 AND $3",
        filters!("d"),
        r"AND h.unit = 'hour' AND h.api_key_id = d.api_key_id AND h.start BETWEEN d.start * 24 AND d.start * 24 + 23
          AND h.requested = d.requested AND h.alias = d.alias AND h.model = d.model AND h.provider_id = d.provider_id",
        filters!("h"),
        "GROUP BY h.start, h.api_key_id"
    );
    /// Hours of one key that have matches.
    HOURS_OF_KEY = concat!(
        r"SELECT u.start AS hour, u.api_key_id AS id FROM usage_rollup u
          WHERE u.unit = 'hour' AND u.api_key_id = $1 AND u.start BETWEEN $2 AND $3",
        filters!("u"),
        r"AND (CAST($11 AS TEXT) IS NULL OR u.account_id = $11)
          GROUP BY u.start, u.api_key_id ORDER BY u.start DESC LIMIT 300"
    );
}

const TABLE: Table = Table {
    name: "usage_rollup",
    id: "id",
};

// The statements have it as text.
const _: () = assert!(matches!(Traffic::OTHER.as_bytes(), b"(other names)"));

impl Search<'_> {
    /// Whether the filter has something that the sums know.
    pub(super) fn sums_know(&self) -> bool {
        let filter = self.filter;
        filter.requested.is_some()
            || [&filter.alias, &filter.model, &filter.provider]
                .into_iter()
                .any(Option::is_some)
    }

    /// The next days that have matches, each with its accounts, and the oldest day that this answer covers. `None` if one
    /// day alone has more accounts than one answer can hold.
    pub(super) async fn days(&self) -> Result<Option<(BTreeMap<i64, Vec<AccountId>>, i64)>, StoreError> {
        let to = self.below.made_at().day();
        let from = self.from.made_at().day().max(to - DAYS_AT_ONCE + 1);
        let args = self.args(args![self.scope.account(), from, to]);
        let rows = self.usage.0.all(DAYS, args).await?;

        let mut days: BTreeMap<i64, Vec<AccountId>> = BTreeMap::new();
        for row in &rows {
            let accounts = days.entry(row.get("day")?).or_default();
            accounts.push(row.parse(TABLE, "account_id")?);
        }
        if rows.len() < MOST_DAYS {
            return Ok(Some((days, from)));
        }
        if days.len() == 1 {
            return Ok(None);
        }

        // The oldest day may lack some of its accounts.
        days.pop_first();
        let oldest = days.keys().next().copied().unwrap_or(from);
        Ok(Some((days, oldest)))
    }

    /// The hours of a day that have matches of these accounts.
    pub(super) async fn hours_of_day(
        &mut self,
        day: i64,
        accounts: Vec<AccountId>,
    ) -> Result<BTreeMap<i64, Vec<ApiKeyId>>, StoreError> {
        let mut hours: BTreeMap<i64, Vec<ApiKeyId>> = BTreeMap::new();
        self.days_left = self.days_left.saturating_sub(accounts.len());

        for account in accounts {
            for (hour, keys) in self.hours(HOURS, self.args(args![account, day, day])).await? {
                hours.entry(hour).or_default().extend(keys);
            }
        }
        Ok(hours)
    }

    /// The hours of one key that have matches.
    pub(super) async fn hours_of_key(&self, key: ApiKeyId) -> Result<BTreeMap<i64, Vec<ApiKeyId>>, StoreError> {
        let (from, to) = (self.from.made_at().hour(), self.below.made_at().hour());
        let mut args = self.args(args![key, from, to]);
        args.extend(args![self.scope.account()]);

        self.hours(HOURS_OF_KEY, args).await
    }

    async fn hours(&self, sql: Sql, args: Vec<Value>) -> Result<BTreeMap<i64, Vec<ApiKeyId>>, StoreError> {
        let mut hours: BTreeMap<i64, Vec<ApiKeyId>> = BTreeMap::new();
        for row in self.usage.0.all(sql, args).await? {
            hours.entry(row.get("hour")?).or_default().push(row.parse(TABLE, "id")?);
        }
        Ok(hours)
    }

    /// The values of a statement on sums: its own first three, then the filters.
    fn args(&self, first: Vec<Value>) -> Vec<Value> {
        let (exact, prefix) = match &self.filter.requested {
            Some(NameFilter::Exact(name)) => (Some(name.as_str()), None),
            Some(NameFilter::Prefix(name)) => (None, Some(name.as_str())),
            None => (None, None),
        };
        let (failed, answered) = match self.filter.status.map(StatusFilter::bounds) {
            Some((400.., _)) => (1_i64, 0_i64),
            Some((_, ..400)) => (0, 1),
            _ => (0, 0),
        };
        let mut args = first;
        args.extend(args![
            exact,
            prefix,
            self.filter.alias.as_deref(),
            self.filter.model.as_deref(),
            self.filter.provider.as_deref(),
            failed,
            answered
        ]);

        args
    }
}
