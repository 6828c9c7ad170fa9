//! The list of API keys, page by page.

use std::collections::HashMap;

use super::alias_rows;
use super::api_keys::ApiKeys;
use super::page_filter::{KeyFilter, owner, pattern, sort, status};
use super::page_row::{KeyPage, KeyRow, key_row};
use super::row::{TABLE, key_columns};
use crate::domain::{Alias, ApiKeyId, Period, Scope, Timestamp};
use crate::store::engine::{Store, StoreError, args, id_chunks, id_list, sql};

/// The condition of a listed key: $1 account, $2 pattern, $3 status, $4 owner (empty for service keys), $5 now.
macro_rules! filter {
    () => {
        r"api_key.state <> 'deleted' AND (CAST($1 AS TEXT) IS NULL OR api_key.account_id = $1)
          AND (CAST($2 AS TEXT) IS NULL
               OR LOWER(api_key.name) LIKE $2 ESCAPE '!' OR LOWER(api_key.display) LIKE $2 ESCAPE '!')
          AND (CAST($3 AS TEXT) IS NULL OR $3 =
               CASE WHEN api_key.state = 'active' AND (api_key.expires_at <= $5 OR EXISTS (SELECT 1 FROM account x
               WHERE x.id = api_key.account_id AND x.expires_at <= $5)) THEN 'expired' ELSE api_key.state END)
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
        r"SELECT * FROM (SELECT listed.*, CASE CAST($8 AS TEXT) WHEN 'created' THEN created_at
          WHEN 'last_used' THEN COALESCE(last_used_at, 0) WHEN 'expires' THEN COALESCE(expires_at, 9223372036854775807)
          WHEN 'requests' THEN requests WHEN 'spend' THEN spend END AS place FROM
          (SELECT ", key_columns!(), r", a.name AS account_name, p.email AS owner_email,
                 ", sum!("requests", "$6"), " AS requests, ", sum!("cost", "$7"), r" AS spend
                 FROM api_key JOIN account a ON a.id = api_key.account_id LEFT JOIN person p ON p.id = api_key.owner_id
                 WHERE ", filter!(), r") AS listed) AS placed
          ORDER BY CASE WHEN CAST($9 AS TEXT) = 'up' THEN place END,
          CASE WHEN CAST($9 AS TEXT) = 'down' THEN place END DESC,
          CASE WHEN CAST($8 AS TEXT) = 'name' AND CAST($9 AS TEXT) = 'down' THEN LOWER(name) END DESC,
          LOWER(name), name, id LIMIT $10 OFFSET $11"
    );
    ALIASES = concat!(r"SELECT api_key_id, name AS alias_name, matching, target, keeps_name,
                          adapt AS alias_adapt
                        FROM alias WHERE api_key_id IN ", id_list!());
    DAILY = concat!("SELECT api_key_id, day, requests FROM usage_daily WHERE day >= $65 AND api_key_id IN ", id_list!());
    /// $65 is today, $66 the first day of its week, $67 of its month.
    SPENT = concat!(r"SELECT u.api_key_id, CAST(SUM(u.cost) AS BIGINT) AS spent FROM usage_daily u
              JOIN api_key k ON k.id = u.api_key_id WHERE k.spend_limit IS NOT NULL AND u.day >= CASE k.spend_period
              WHEN 'day' THEN CAST($65 AS BIGINT) WHEN 'week' THEN $66 WHEN 'month' THEN $67 ELSE 0 END
              AND u.api_key_id IN ", id_list!(), " GROUP BY u.api_key_id");
}

/// The most rows of one page.
const MOST_ROWS: u32 = 200;

impl ApiKeys<&Store> {
    /// One page of the list of keys.
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

    /// Adds the aliases, the calls per day and the spent amounts to rows.
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
