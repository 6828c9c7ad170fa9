//! Reports of usage by day, model, provider, name, key and account. They read sums only, so that a report costs the same
//! however many calls there were.

use super::records::Usage;
use super::report_filter::ReportFilter;
use super::report_rows::{ReportAccount, ReportKey, UsageReport, UsageRow};
use super::sums::{Top, UsageSums};
use crate::domain::Scope;
use crate::store::engine::{Row, Store, StoreError, Table, args, sql};

/// The sums that [`UsageSums`] has.
macro_rules! sums {
    () => {
        r"CAST(SUM(u.requests) AS BIGINT) AS requests, CAST(SUM(u.successes) AS BIGINT) AS successes,
          CAST(SUM(u.prompt_tokens) AS BIGINT) AS prompt_tokens,
          CAST(SUM(u.completion_tokens) AS BIGINT) AS completion_tokens,
          CAST(SUM(u.cache_read_tokens) AS BIGINT) AS cache_read_tokens, CAST(SUM(u.cost) AS BIGINT) AS cost"
    };
}

/// The same of `usage_daily`, which counts no cached tokens.
macro_rules! daily_sums {
    () => {
        r"CAST(SUM(u.requests) AS BIGINT) AS requests, CAST(SUM(u.successes) AS BIGINT) AS successes,
          CAST(SUM(u.prompt_tokens) AS BIGINT) AS prompt_tokens,
          CAST(SUM(u.completion_tokens) AS BIGINT) AS completion_tokens,
          CAST(0 AS BIGINT) AS cache_read_tokens, CAST(SUM(u.cost) AS BIGINT) AS cost"
    };
}

macro_rules! filters {
    () => {
        r" AND (CAST($4 AS TEXT) IS NULL OR u.requested = $4) AND (CAST($5 AS TEXT) IS NULL OR u.alias = $5)
          AND (CAST($6 AS TEXT) IS NULL OR u.model = $6) AND (CAST($7 AS TEXT) IS NULL OR u.provider_id = $7) "
    };
}

/// One account's rows, or every account's. A join in this order, so that both read what they need and no more.
macro_rules! of_accounts {
    () => {
        concat!(
            r" FROM account a CROSS JOIN usage_account u WHERE (CAST($1 AS TEXT) IS NULL OR a.id = $1)
              AND u.account_id = a.id AND u.day BETWEEN $2 AND $3",
            filters!()
        )
    };
}

/// One key's rows, if they are in the scope.
macro_rules! of_key {
    () => {
        concat!(
            r" FROM usage_rollup u WHERE u.unit = 'day' AND u.api_key_id = $8
              AND (CAST($1 AS TEXT) IS NULL OR u.account_id = $1) AND u.start BETWEEN $2 AND $3",
            filters!()
        )
    };
}

/// A name of a key, of one table column.
macro_rules! key_name {
    () => {
        r"u.api_key_id AS id, (SELECT k.name FROM api_key k WHERE k.id = u.api_key_id) AS name,
          MIN(u.account_id) AS account_id, "
    };
}

sql! {
    MODELS = concat!("SELECT u.day AS day, u.model AS model, u.provider_id AS provider_id, ", sums!(), of_accounts!(),
        "GROUP BY u.day, u.model, u.provider_id ORDER BY u.day");
    MODELS_OF_KEY = concat!("SELECT u.start AS day, u.model AS model, u.provider_id AS provider_id, ", sums!(), of_key!(),
        "GROUP BY u.start, u.model, u.provider_id ORDER BY u.start");
    DAYS = concat!("SELECT u.day AS day, ", sums!(), of_accounts!(), "GROUP BY u.day ORDER BY u.day");
    DAYS_OF_KEY = concat!("SELECT u.start AS day, ", sums!(), of_key!(), "GROUP BY u.start ORDER BY u.start");
    NAMES = concat!("SELECT u.requested AS requested, u.alias AS alias, ", sums!(), of_accounts!(),
        "GROUP BY u.requested, u.alias ORDER BY cost DESC, requests DESC, requested, alias LIMIT 50");
    NAMES_OF_KEY = concat!("SELECT u.requested AS requested, u.alias AS alias, ", sums!(), of_key!(),
        "GROUP BY u.requested, u.alias ORDER BY cost DESC, requests DESC, requested, alias LIMIT 50");
    ACCOUNTS = concat!("SELECT a.id AS id, MIN(a.name) AS name, ", sums!(), of_accounts!(),
        "GROUP BY a.id ORDER BY cost DESC, requests DESC, id LIMIT 50");
    /// Without a filter. It starts from the keys, since the days of a key stand side by side.
    KEYS = concat!("SELECT k.id AS id, MIN(k.name) AS name, MIN(k.account_id) AS account_id, ", daily_sums!(),
        r" FROM api_key k CROSS JOIN usage_daily u
          WHERE (CAST($1 AS TEXT) IS NULL OR k.account_id = $1) AND u.api_key_id = k.id AND u.day BETWEEN $2 AND $3
          GROUP BY k.id ORDER BY cost DESC, requests DESC, id LIMIT 50");
    /// With a filter: of one account.
    KEYS_OF_ACCOUNT = concat!("SELECT ", key_name!(), sums!(), r" FROM usage_rollup u WHERE u.unit = 'day'
            AND u.account_id = $1 AND u.start BETWEEN $2 AND $3", filters!(),
        "GROUP BY u.api_key_id ORDER BY cost DESC, requests DESC, id LIMIT 50");
    KEYS_OF_KEY = concat!("SELECT ", key_name!(), sums!(), of_key!(), "GROUP BY u.api_key_id");
    /// Everything of one day, one account after the other.
    EVERYTHING = concat!("SELECT ", r"(SELECT k.name FROM api_key k WHERE k.id = u.api_key_id) AS name, a.name AS account,
            u.api_key_id AS id, u.account_id AS account_id, u.requested AS requested, u.alias AS alias, u.model AS model,
            u.provider_id AS provider_id, u.requests AS requests, u.successes AS successes, u.prompt_tokens AS prompt_tokens,
            u.completion_tokens AS completion_tokens, u.cache_read_tokens AS cache_read_tokens, u.cost AS cost
            FROM account a CROSS JOIN usage_rollup u WHERE (CAST($1 AS TEXT) IS NULL OR a.id = $1)
            AND u.account_id = a.id AND u.unit = 'day' AND u.start = $2 AND u.start = $3", filters!(),
        r"AND (CAST($8 AS TEXT) IS NULL OR u.api_key_id = $8)
          ORDER BY a.name, u.api_key_id, u.requested, u.alias, u.model, u.provider_id");
}

const TABLE: Table = Table {
    name: "usage_account",
    id: "id",
};

impl Usage<'_> {
    /// A report over the scope.
    pub async fn report(self, scope: Scope, filter: &ReportFilter) -> Result<UsageReport, StoreError> {
        let (models, args) = filter.choose(scope, MODELS, MODELS_OF_KEY);
        let (names, more) = filter.choose(scope, NAMES, NAMES_OF_KEY);
        let store: &Store = self.0;
        let (models, names, keys, accounts) = futures_util::future::try_join4(
            store.all(models, args),
            store.all(names, more),
            self.report_keys(scope, filter),
            self.report_accounts(scope, filter),
        )
        .await?;

        let mut totals = UsageSums::default();
        let mut days: Vec<(i64, UsageSums)> = Vec::new();
        let (mut model_days, mut provider_days) = (Vec::new(), Vec::new());
        for row in &models {
            let (day, sums) = (row.get("day")?, UsageSums::of(row)?);
            totals.add(&sums);
            match days.last_mut().filter(|(last, _)| *last == day) {
                Some((_, of_day)) => of_day.add(&sums),
                None => days.push((day, sums)),
            }
            model_days.push((day, row.get::<String>("model")?, sums));
            provider_days.push((day, row.get::<String>("provider_id")?, sums));
        }
        let names = names
            .iter()
            .map(|row| Ok(((row.get("requested")?, row.get("alias")?), UsageSums::of(row)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(UsageReport {
            models: Top::by(&model_days, &totals),
            providers: Top::by(&provider_days, &totals),
            names: Top::of(names, &totals),
            keys: keys.map(|rows| Top::of(rows, &totals)),
            accounts: accounts.map(|rows| Top::of(rows, &totals)),
            totals,
            days,
            model_days,
            provider_days,
        })
    }

    /// The UTC days with usage, the first one first.
    pub async fn report_days(self, scope: Scope, filter: &ReportFilter) -> Result<Vec<(i64, UsageSums)>, StoreError> {
        let (days, args) = filter.choose(scope, DAYS, DAYS_OF_KEY);
        self.0
            .all(days, args)
            .await?
            .iter()
            .map(|row| Ok((row.get("day")?, UsageSums::of(row)?)))
            .collect()
    }

    /// Every row of one UTC day of a report, by account and key.
    pub async fn report_day(self, scope: Scope, filter: &ReportFilter, day: i64) -> Result<Vec<UsageRow>, StoreError> {
        let mut args = ReportFilter {
            from: day,
            to: day,
            ..filter.clone()
        }
        .args(scope);
        args.extend(args![filter.key]);
        let row = |row: &Row| {
            Ok(UsageRow {
                day,
                account: row.get("account")?,
                key: row.parse(TABLE, "id")?,
                key_name: row.get("name")?,
                requested: row.get("requested")?,
                alias: row.get("alias")?,
                model: row.get("model")?,
                provider: row.get("provider_id")?,
                sums: UsageSums::of(row)?,
            })
        };
        self.0.all(EVERYTHING, args).await?.iter().map(row).collect()
    }

    async fn report_keys(
        self,
        scope: Scope,
        filter: &ReportFilter,
    ) -> Result<Option<Vec<(ReportKey, UsageSums)>>, StoreError> {
        let (sql, args) = match (filter.key, scope.account(), filter.narrows()) {
            (Some(_), _, _) => filter.choose(scope, KEYS, KEYS_OF_KEY),
            (None, _, false) => (KEYS, args![scope.account(), filter.from, filter.to]),
            (None, Some(_), true) => (KEYS_OF_ACCOUNT, filter.args(scope)),
            (None, None, true) => return Ok(None),
        };
        let key = |row: &Row| {
            let account = row.parse(TABLE, "account_id")?;
            let key = ReportKey {
                id: row.parse(TABLE, "id")?,
                name: row.get("name")?,
                account,
            };
            Ok((key, UsageSums::of(row)?))
        };
        self.0
            .all(sql, args)
            .await?
            .iter()
            .map(key)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    async fn report_accounts(
        self,
        scope: Scope,
        filter: &ReportFilter,
    ) -> Result<Option<Vec<(ReportAccount, UsageSums)>>, StoreError> {
        if filter.key.is_some() || scope != Scope::All {
            return Ok(None);
        }
        let account = |row: &Row| {
            Ok((
                ReportAccount {
                    id: row.parse(TABLE, "id")?,
                    name: row.get("name")?,
                },
                UsageSums::of(row)?,
            ))
        };
        self.0
            .all(ACCOUNTS, filter.args(scope))
            .await?
            .iter()
            .map(account)
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
