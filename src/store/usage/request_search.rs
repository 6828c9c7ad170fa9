//! How a page of requests is found when few of them match. First a look at the newest rows; if that does not fill the page,
//! the sums per account and day, per key and day and per key and hour say where matches are, and only those hours are read.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::records::Usage;
use super::request_page::{Among, NameFilter, Next, RequestFilter, RequestPage, RequestRow, StatusFilter, Window};
use crate::domain::{AccountId, ApiKeyId, RequestId, Scope, Timestamp, Traffic};
use crate::store::engine::Sql;
use crate::store::engine::{StoreError, Table, Value, args, sql};

/// How many rows the first look takes in.
const FIRST_LOOK: u32 = 2_000;
/// How many rows each further look takes in.
const LOOK: u32 = 4_000;
/// How many rows are looked at between two looks at the clock: some may have to come from a slow disk.
const SLICE: u32 = 500;
/// How many rows one page looks at without knowing of a match.
const MOST_ROWS: u32 = 6_000;
/// How many hours of keys one page reads, once the sums have said that each has a match.
const MOST_HOURS: usize = 300;
/// How many days of accounts one page asks the sums of.
const MOST_DAYS: usize = 60;
/// How many days the sums are asked about at once.
const DAYS_AT_ONCE: i64 = 92;
/// Keys with matches in one hour from which on it is cheaper to read the hour as it stands.
const MANY_KEYS: usize = 64;

/// $4 to $9: the filters, as far as the sums know them. Names that were not told apart may be any.
macro_rules! filters {
    ($t:literal) => {
        concat!(
            " AND (CAST($4 AS TEXT) IS NULL OR ",
            $t,
            ".requested IN ($4, '(other names)')) \
             AND (CAST($5 AS TEXT) IS NULL OR SUBSTR(",
            $t,
            ".requested, 1, LENGTH($5)) = $5 \
                  OR ",
            $t,
            ".requested = '(other names)') \
             AND (CAST($6 AS TEXT) IS NULL OR ",
            $t,
            ".alias = $6) AND (CAST($7 AS TEXT) IS NULL OR ",
            $t,
            ".model = $7) \
             AND (CAST($8 AS TEXT) IS NULL OR ",
            $t,
            ".provider_id = $8) \
             AND ",
            $t,
            ".requests - ",
            $t,
            ".successes >= CAST($9 AS BIGINT) \
             AND ",
            $t,
            ".successes >= CAST($10 AS BIGINT) "
        )
    };
}

sql! {
    /// Days that have matches, of which account.
    DAYS = concat!("SELECT u.day AS day, u.account_id AS account_id FROM account a CROSS JOIN usage_account u \
        WHERE (CAST($1 AS TEXT) IS NULL OR a.id = $1) AND u.account_id = a.id AND u.day BETWEEN $2 AND $3", filters!("u"),
        "GROUP BY u.day, u.account_id ORDER BY u.day DESC, u.account_id LIMIT 60");
    /// Hours of one account's day that have matches, of which key.
    HOURS = concat!("SELECT h.start AS hour, h.api_key_id AS id FROM usage_rollup d CROSS JOIN usage_rollup h \
        WHERE d.unit = 'day' AND d.account_id = $1 AND d.start BETWEEN $2 AND $3", filters!("d"),
        "AND h.unit = 'hour' AND h.api_key_id = d.api_key_id AND h.start BETWEEN d.start * 24 AND d.start * 24 + 23 \
        AND h.requested = d.requested AND h.alias = d.alias AND h.model = d.model AND h.provider_id = d.provider_id",
        filters!("h"), "GROUP BY h.start, h.api_key_id");
    /// Hours of one key that have matches.
    HOURS_OF_KEY = concat!("SELECT u.start AS hour, u.api_key_id AS id FROM usage_rollup u \
        WHERE u.unit = 'hour' AND u.api_key_id = $1 AND u.start BETWEEN $2 AND $3", filters!("u"),
        "AND (CAST($11 AS TEXT) IS NULL OR u.account_id = $11) \
        GROUP BY u.start, u.api_key_id ORDER BY u.start DESC LIMIT 300");
}
const TABLE: Table = Table {
    name: "usage_rollup",
    id: "id",
};
// The statements have it as text.
const _: () = assert!(matches!(Traffic::OTHER.as_bytes(), b"(other names)"));

/// One page on its way.
pub struct Search<'a> {
    usage: Usage<'a>,
    scope: Scope,
    filter: &'a RequestFilter,
    limit: usize,
    /// Everything from here on has been looked at.
    below: RequestId,
    /// Nothing before this is looked at.
    from: RequestId,
    found: Vec<RequestRow>,
    rows_left: u32,
    hours_left: usize,
    days_left: usize,
    /// When it should come to an end.
    deadline: Option<Instant>,
}

/// Whether the search is over.
enum Step {
    /// Every row has been looked at.
    Over,
    /// There may be more.
    GoOn,
    /// There may be more, but this page has taken its share.
    Stop,
}

impl Usage<'_> {
    /// One page of the list of requests: those before a given one, the newest first. However rare what is looked for is, a
    /// page looks at a bounded part of the records, and not much longer than `patience`; then it ends in [`Next::Further`],
    /// perhaps without a row.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn requests(
        self,
        scope: Scope,
        filter: &RequestFilter,
        before: Option<RequestId>,
        limit: u32,
        patience: Duration,
    ) -> Result<RequestPage, StoreError> {
        Search::new(self, scope, filter, before, limit, patience).run().await
    }
}

impl<'a> Search<'a> {
    pub fn new(
        usage: Usage<'a>,
        scope: Scope,
        filter: &'a RequestFilter,
        before: Option<RequestId>,
        limit: u32,
        patience: Duration,
    ) -> Self {
        let last = Timestamp::from_millis((1 << 48) - 1);
        let until = RequestId::floor(filter.until.unwrap_or(last).min(last));
        let from = filter
            .from
            .map_or(Timestamp::from_millis(0), |at| at.max(Timestamp::from_millis(0)));
        Self {
            usage,
            scope,
            filter,
            limit: limit.max(1) as usize,
            below: before.map_or(until, |id| id.min(until)),
            from: RequestId::floor(from),
            found: Vec::new(),
            rows_left: MOST_ROWS,
            hours_left: MOST_HOURS,
            days_left: MOST_DAYS,
            deadline: Instant::now().checked_add(patience),
        }
    }

    pub async fn run(mut self) -> Result<RequestPage, StoreError> {
        let all = RequestFilter {
            key: None,
            from: None,
            until: None,
            ..self.filter.clone()
        } == RequestFilter::default();
        let mut step = self.look(if all { self.missing() } else { FIRST_LOOK }).await?;
        while matches!(step, Step::GoOn) && !self.is_full() {
            step = if self.sums_know() {
                self.jump().await?
            } else {
                self.look(LOOK).await?
            };
        }
        let next = if self.is_full() {
            self.found.truncate(self.limit);
            self.found.last().map_or(Next::End, |row| Next::Older(row.record.id))
        } else if matches!(step, Step::Over) {
            Next::End
        } else {
            Next::Further(self.below)
        };
        Ok(RequestPage { rows: self.found, next })
    }

    /// One row more than the page has says that there is another page.
    fn is_full(&self) -> bool {
        self.found.len() > self.limit
    }

    /// Whether it has taken its time. It always gets past one slice before it asks, so every page gets somewhere.
    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn missing(&self) -> u32 {
        u32::try_from(self.limit + 1 - self.found.len().min(self.limit)).unwrap_or(u32::MAX)
    }

    /// Whether the sums tell anything about what is looked for.
    fn sums_know(&self) -> bool {
        let filter = self.filter;
        filter.requested.is_some()
            || [&filter.alias, &filter.model, &filter.provider]
                .into_iter()
                .any(Option::is_some)
    }

    fn among(&self) -> Among {
        let failed = self.filter.status.is_some_and(|status| status.bounds().0 >= 400);
        match (self.filter.key, self.scope) {
            (Some(key), scope) => Among::Key(key, scope),
            (None, Scope::Account(account)) if failed => Among::Failed(account),
            (None, scope) => Among::Scope(scope),
        }
    }

    /// Looks at the next rows, whatever they are.
    async fn look(&mut self, size: u32) -> Result<Step, StoreError> {
        let mut left = size.min(self.rows_left);
        while left > 0 {
            let size = left.min(SLICE);
            let window = Window {
                among: self.among(),
                below: self.below,
                from: self.from,
                size,
            };
            self.found
                .extend(self.filter.matching(self.usage, window, self.missing()).await?);
            if self.is_full() {
                return Ok(Step::GoOn);
            }
            let Some(beyond) = window.beyond(self.usage).await? else {
                return Ok(Step::Over);
            };
            self.below = RequestId::after(beyond);
            self.rows_left -= size;
            left -= size;
            if self.is_late() {
                return Ok(Step::Stop);
            }
        }
        Ok(if self.rows_left == 0 { Step::Stop } else { Step::GoOn })
    }

    /// Goes on where the sums say that there are matches.
    async fn jump(&mut self) -> Result<Step, StoreError> {
        match self.filter.key {
            Some(key) => {
                let (from, to) = (self.from.made_at().hour(), self.below.made_at().hour());
                let mut args = self.args(args![key, from, to]);
                args.extend(args![self.scope.account()]);
                let hours = self.hours(HOURS_OF_KEY, args).await?;
                // Fewer than asked for: these are all.
                let all = hours.values().map(Vec::len).sum::<usize>() < MOST_HOURS;
                match self.read(hours).await? {
                    Step::GoOn if all => Ok(Step::Over),
                    step => Ok(step),
                }
            }
            None => self.jump_by_days().await,
        }
    }

    async fn jump_by_days(&mut self) -> Result<Step, StoreError> {
        let to = self.below.made_at().day();
        let from = self.from.made_at().day().max(to - DAYS_AT_ONCE + 1);
        let rows = self
            .usage
            .0
            .all(DAYS, self.args(args![self.scope.account(), from, to]))
            .await?;
        let mut days: BTreeMap<i64, Vec<AccountId>> = BTreeMap::new();
        for row in &rows {
            days.entry(row.get("day")?)
                .or_default()
                .push(row.parse(TABLE, "account_id")?);
        }
        if rows.len() == MOST_DAYS {
            if days.len() == 1 {
                // So many accounts have a match on this day that any stretch of it has some.
                return self.look(LOOK).await;
            }
            // The oldest of them may be without some of its accounts.
            days.pop_first();
        }
        let oldest = days
            .keys()
            .next()
            .copied()
            .filter(|_| rows.len() == MOST_DAYS)
            .unwrap_or(from);
        for (day, accounts) in days.into_iter().rev() {
            if self.is_late() {
                self.below = self.below.min(RequestId::floor(Timestamp::of_day(day + 1)));
                return Ok(Step::Stop);
            }
            let mut hours: BTreeMap<i64, Vec<ApiKeyId>> = BTreeMap::new();
            self.days_left = self.days_left.saturating_sub(accounts.len());
            for account in accounts {
                for (hour, keys) in self.hours(HOURS, self.args(args![account, day, day])).await? {
                    hours.entry(hour).or_default().extend(keys);
                }
            }
            match self.read(hours).await? {
                Step::GoOn if self.is_full() => return Ok(Step::GoOn),
                Step::GoOn => self.below = self.below.min(RequestId::floor(Timestamp::of_day(day))),
                step => return Ok(step),
            }
            if self.days_left == 0 {
                return Ok(Step::Stop);
            }
        }
        self.below = self.below.min(RequestId::floor(Timestamp::of_day(oldest)));
        let rest = Window {
            among: self.among(),
            below: self.below,
            from: self.from,
            size: 0,
        };
        Ok(if rest.beyond(self.usage).await?.is_none() {
            Step::Over
        } else {
            Step::GoOn
        })
    }

    /// Reads hours that have matches, the newest first, until the page is full.
    async fn read(&mut self, hours: BTreeMap<i64, Vec<ApiKeyId>>) -> Result<Step, StoreError> {
        for (hour, keys) in hours.into_iter().rev() {
            let floor = RequestId::floor(Timestamp::of_hour(hour));
            let ceiling = RequestId::floor(Timestamp::of_hour(hour + 1));
            if floor >= self.below {
                continue;
            }
            if self.hours_left == 0 || self.is_late() {
                self.below = self.below.min(ceiling);
                return Ok(Step::Stop);
            }
            self.below = self.below.min(ceiling);
            self.hours_left = self.hours_left.saturating_sub(keys.len());
            if keys.len() > MANY_KEYS {
                while self.below > floor {
                    match self.look(LOOK).await? {
                        Step::GoOn if !self.is_full() => {}
                        step => return Ok(step),
                    }
                }
                continue;
            }
            let mut found = Vec::new();
            for key in keys {
                let among = Among::Key(key, self.scope);
                let window = Window {
                    among,
                    below: self.below,
                    from: floor.max(self.from),
                    size: u32::MAX,
                };
                found.extend(self.filter.matching(self.usage, window, self.missing()).await?);
            }
            found.sort_by_key(|row| std::cmp::Reverse(row.record.id));
            self.found.extend(found);
            if self.is_full() {
                return Ok(Step::GoOn);
            }
            self.below = floor;
        }
        Ok(Step::GoOn)
    }

    async fn hours(&self, sql: Sql, args: Vec<Value>) -> Result<BTreeMap<i64, Vec<ApiKeyId>>, StoreError> {
        let mut hours: BTreeMap<i64, Vec<ApiKeyId>> = BTreeMap::new();
        for row in self.usage.0.all(sql, args).await? {
            hours.entry(row.get("hour")?).or_default().push(row.parse(TABLE, "id")?);
        }
        Ok(hours)
    }

    /// What a statement on sums is given: its own first three values, then the filters.
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
