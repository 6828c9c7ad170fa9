//! One page of the list of API keys.

use std::collections::HashMap;

use super::alias_rows;
use super::api_keys::ApiKeys;
use super::row::{TABLE, api_key, key_columns};
use crate::domain::{
    AccountId, Alias, ApiKey, ApiKeyId, Email, KeyStatus, Period, PersonId, PicoUsd, Scope, Timestamp,
};
use crate::store::engine::{Row, StoreError, args, id_chunks, id_list, sql};

/// Which keys to list, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilter {
    /// A part of the name or of the secret's last characters; letter case does not count.
    pub query: Option<String>,
    /// How they stand.
    pub status: Option<KeyStatus>,
    /// Whose they are.
    pub owner: Option<OwnerFilter>,
    /// What they are sorted by.
    pub sort: KeySort,
    /// The last first.
    pub descending: bool,
    /// From 1.
    pub page: u32,
    /// How many on a page.
    pub per_page: u32,
}

/// All keys, the last used first, 25 on a page.
impl Default for KeyFilter {
    fn default() -> Self {
        Self {
            query: None,
            status: None,
            owner: None,
            sort: KeySort::LastUsed,
            descending: true,
            page: 1,
            per_page: 25,
        }
    }
}

/// Whose keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerFilter {
    /// One person's.
    Person(PersonId),
    /// Service keys, which nobody owns.
    Service,
}

/// What a list of keys is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySort {
    /// The name, letter case aside.
    Name,
    /// When it was made.
    Created,
    /// When it was last used; never counts as longest ago.
    LastUsed,
    /// When it ends; never counts as last.
    Expires,
    /// Calls of the last 7 days.
    Requests,
    /// What the last 30 days cost.
    Spend,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// The key.
    pub key: ApiKey,
    /// The name of its account.
    pub account_name: String,
    /// Its owner's address; `None` for a service key.
    pub owner_email: Option<Email>,
    /// Its aliases, in evaluation order.
    pub aliases: Vec<Alias>,
    /// Calls per UTC day, the oldest first, today last.
    pub daily_requests: [i64; 7],
    /// What today and the 29 UTC days before cost.
    pub spend_30d: PicoUsd,
    /// What was spent in the running period of its spend limit; nothing without one.
    pub spent: PicoUsd,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPage {
    /// Its rows.
    pub rows: Vec<KeyRow>,
    /// How many rows all pages have together.
    pub total: i64,
}

/// Which rows: $1 account, $2 pattern, $3 status, $4 owner (empty for service keys), $5 now.
macro_rules! filter {
    () => {
        "api_key.state <> 'deleted' AND (CAST($1 AS TEXT) IS NULL OR api_key.account_id = $1) \
         AND (CAST($2 AS TEXT) IS NULL \
              OR LOWER(api_key.name) LIKE $2 ESCAPE '!' OR LOWER(api_key.display) LIKE $2 ESCAPE '!') \
         AND (CAST($3 AS TEXT) IS NULL OR $3 = \
              CASE WHEN api_key.state = 'active' AND (api_key.expires_at <= $5 OR EXISTS (SELECT 1 FROM account x \
              WHERE x.id = api_key.account_id AND x.expires_at <= $5)) THEN 'expired' ELSE api_key.state END) \
         AND (CAST($4 AS TEXT) IS NULL OR COALESCE(api_key.owner_id, '') = $4)"
    };
}

/// A sum over the days of a key since the day in a placeholder; 0 without any.
macro_rules! sum {
    ($column:literal, $since:literal) => {
        concat!(
            "CAST(COALESCE((SELECT SUM(u.",
            $column,
            ") FROM usage_daily u WHERE u.api_key_id = api_key.id AND u.day >= ",
            $since,
            "), 0) AS BIGINT)"
        )
    };
}

sql! {
    COUNT = concat!("SELECT COUNT(*) AS total FROM api_key WHERE ", filter!());
    /// $6 and $7 are the first UTC days of the sums, $8 the sort, $9 its direction. `place` is the number to sort by.
    PAGE = concat!(
        "SELECT * FROM (SELECT listed.*, CASE CAST($8 AS TEXT) WHEN 'created' THEN created_at \
         WHEN 'last_used' THEN COALESCE(last_used_at, 0) WHEN 'expires' THEN COALESCE(expires_at, 9223372036854775807) \
         WHEN 'requests' THEN requests WHEN 'spend' THEN spend END AS place FROM \
         (SELECT ", key_columns!(), ", a.name AS account_name, p.email AS owner_email, \
         ", sum!("requests", "$6"), " AS requests, ", sum!("cost", "$7"), " AS spend \
         FROM api_key JOIN account a ON a.id = api_key.account_id LEFT JOIN person p ON p.id = api_key.owner_id \
         WHERE ", filter!(), ") AS listed) AS placed \
         ORDER BY CASE WHEN CAST($9 AS TEXT) = 'up' THEN place END, \
         CASE WHEN CAST($9 AS TEXT) = 'down' THEN place END DESC, \
         CASE WHEN CAST($8 AS TEXT) = 'name' AND CAST($9 AS TEXT) = 'down' THEN LOWER(name) END DESC, \
         LOWER(name), name, id LIMIT $10 OFFSET $11"
    );
    ALIASES = concat!("SELECT api_key_id, name AS alias_name, matching, target, keeps_name FROM alias \
               WHERE api_key_id IN ", id_list!());
    DAILY = concat!("SELECT api_key_id, day, requests FROM usage_daily \
             WHERE day >= $65 AND api_key_id IN ", id_list!());
    /// $65 is today, $66 the first day of its week, $67 of its month.
    SPENT = concat!("SELECT u.api_key_id, CAST(SUM(u.cost) AS BIGINT) AS spent FROM usage_daily u \
             JOIN api_key k ON k.id = u.api_key_id WHERE k.spend_limit IS NOT NULL AND u.day >= CASE k.spend_period \
             WHEN 'day' THEN CAST($65 AS BIGINT) WHEN 'week' THEN $66 WHEN 'month' THEN $67 ELSE 0 END \
             AND u.api_key_id IN ", id_list!(), " GROUP BY u.api_key_id");
    SPENT_BY_KEY = "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS spent FROM usage_daily \
                    WHERE api_key_id = $1 AND day >= $2";
    SPENT_BY_ACCOUNT = "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS spent FROM usage_daily \
                        WHERE account_id = $1 AND day >= $2";
}

/// The most rows of one page, whatever is asked for.
const MOST_ROWS: u32 = 200;

impl ApiKeys<'_> {
    /// One page of the list of keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn page(self, scope: Scope, filter: &KeyFilter, now: Timestamp) -> Result<KeyPage, StoreError> {
        let today = now.day();
        let mut args = args![
            scope.account(),
            filter.query.as_deref().filter(|query| !query.is_empty()).map(pattern),
            filter.status.map(status),
            filter.owner.map(owner),
            now
        ];
        let total = match self.0.first(COUNT, args.clone()).await? {
            Some(row) => row.get("total")?,
            None => 0,
        };
        let per_page = filter.per_page.clamp(1, MOST_ROWS);
        let offset = i64::from(filter.page.saturating_sub(1)) * i64::from(per_page);
        let direction = if filter.descending { "down" } else { "up" };
        args.extend(args![
            today - 6,
            today - 29,
            sort(filter.sort),
            direction,
            per_page,
            offset
        ]);
        let mut rows = self
            .0
            .all(PAGE, args)
            .await?
            .iter()
            .map(key_row)
            .collect::<Result<Vec<KeyRow>, _>>()?;
        self.fill(&mut rows, now).await?;
        Ok(KeyPage { rows, total })
    }

    /// What a key has spent since a UTC day.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spent_since(self, key: ApiKeyId, day: i64) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SPENT_BY_KEY, args![key, day])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("spent"))
    }

    /// What all keys of an account have spent since a UTC day, deleted ones included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn spent_together_since(self, account: AccountId, day: i64) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SPENT_BY_ACCOUNT, args![account, day])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("spent"))
    }

    /// Adds the aliases, the calls per day and what was spent of the limits.
    async fn fill(self, rows: &mut [KeyRow], now: Timestamp) -> Result<(), StoreError> {
        let today = now.day();
        let ids: Vec<ApiKeyId> = rows.iter().map(|row| row.key.id).collect();
        let mut by_id: HashMap<ApiKeyId, &mut KeyRow> = rows.iter_mut().map(|row| (row.key.id, row)).collect();
        for chunk in id_chunks(&ids) {
            for row in self.0.all(ALIASES, chunk.clone()).await? {
                if let Some(into) = by_id.get_mut(&row.parse(TABLE, "api_key_id")?) {
                    into.aliases.push(alias_rows::alias(&row)?);
                }
            }
            let mut args = chunk.clone();
            args.extend(args![today, Period::Week.start(now), Period::Month.start(now)]);
            for row in self.0.all(SPENT, args).await? {
                if let Some(into) = by_id.get_mut(&row.parse(TABLE, "api_key_id")?) {
                    into.spent = row.get("spent")?;
                }
            }
            let mut args = chunk;
            args.extend(args![today - 6]);
            for row in self.0.all(DAILY, args).await? {
                let days_ago = today - row.get::<i64>("day")?;
                let place = usize::try_from(6 - days_ago).ok();
                let into = by_id.get_mut(&row.parse(TABLE, "api_key_id")?);
                if let Some(day) = into
                    .zip(place)
                    .and_then(|(row, place)| row.daily_requests.get_mut(place))
                {
                    *day = row.get("requests")?;
                }
            }
        }
        for row in rows {
            row.aliases.sort_by(Alias::evaluation_order);
        }
        Ok(())
    }
}

fn key_row(row: &Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        key: api_key(row)?,
        account_name: row.get("account_name")?,
        owner_email: row.parse_opt(TABLE, "owner_email")?,
        aliases: Vec::new(),
        daily_requests: [0; 7],
        spend_30d: row.get("spend")?,
        spent: PicoUsd::ZERO,
    })
}

/// The text anywhere, itself taken literally. A control character, which no name has and Postgres may not take, becomes one
/// that is not found either.
fn pattern(query: &str) -> String {
    let mut pattern = String::from("%");
    for c in query.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c.to_ascii_lowercase()
        });
    }
    pattern.push('%');
    pattern
}

fn status(status: KeyStatus) -> &'static str {
    match status {
        KeyStatus::Active => "active",
        KeyStatus::Disabled => "disabled",
        KeyStatus::Expired => "expired",
    }
}

fn owner(owner: OwnerFilter) -> String {
    match owner {
        OwnerFilter::Person(id) => id.to_string(),
        OwnerFilter::Service => String::new(),
    }
}

fn sort(sort: KeySort) -> &'static str {
    match sort {
        KeySort::Name => "name",
        KeySort::Created => "created",
        KeySort::LastUsed => "last_used",
        KeySort::Expires => "expires",
        KeySort::Requests => "requests",
        KeySort::Spend => "spend",
    }
}
