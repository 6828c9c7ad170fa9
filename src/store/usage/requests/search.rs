//! The search for one page of requests. It first reads the newest rows. If they do not fill the page, the sums per account and
//! day, per key and day, and per key and hour say where matches are, and only those hours are read.

use std::time::{Duration, Instant};

use super::filter::RequestFilter;
use super::row::{Next, RequestPage, RequestRow};
use super::window::{Among, Window};
use crate::domain::{RequestId, Scope, Timestamp};
use crate::store::engine::StoreError;
use crate::store::usage::records::Usage;

/// How many rows the first look reads.
const FIRST_LOOK: u32 = 2_000;

/// How many rows each further look reads.
pub const LOOK: u32 = 4_000;

/// How many rows are read between two looks at the clock; a slow disk may hold some of them.
const SLICE: u32 = 500;

/// How many rows one page reads without knowing of a match.
const MOST_ROWS: u32 = 6_000;

/// How many hours of keys one page reads. The sums say that each has a match.
pub const MOST_HOURS: usize = 300;

/// How many days of accounts one page asks the sums for.
pub const MOST_DAYS: usize = 60;

/// The search for one page.
pub struct Search<'a> {
    pub(super) usage: Usage<'a>,
    pub(super) scope: Scope,
    pub(super) filter: &'a RequestFilter,
    pub(super) limit: usize,
    /// Everything from this id on has been read.
    pub(super) below: RequestId,
    /// Nothing before this id is read.
    pub(super) from: RequestId,
    pub(super) found: Vec<RequestRow>,
    pub(super) rows_left: u32,
    pub(super) hours_left: usize,
    pub(super) days_left: usize,
    /// When the search should end.
    pub(super) deadline: Option<Instant>,
}

/// Whether the search is over.
pub enum Step {
    /// Every row has been read.
    Over,
    /// There may be more.
    GoOn,
    /// There may be more, but this page has used up its time or its rows.
    Stop,
}

impl Usage<'_> {
    /// One page of the list of requests: those before a given one, the newest first. However rare the matches are, a page reads
    /// a bounded part of the records, and not much longer than `patience`. Then it ends in [`Next::Further`], perhaps without
    /// a row.
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

    /// The search finds one row more than the page has, to know whether there is another page.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() > self.limit
    }

    /// Whether the time is over. The search always reads one slice before it checks, so every page makes progress.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    pub(super) fn missing(&self) -> u32 {
        u32::try_from(self.limit + 1 - self.found.len().min(self.limit)).unwrap_or(u32::MAX)
    }

    pub(super) fn among(&self) -> Among {
        let failed = self.filter.status.is_some_and(|status| status.bounds().0 >= 400);
        match (self.filter.key, self.scope) {
            (Some(key), scope) => Among::Key(key, scope),
            (None, Scope::Account(account)) if failed => Among::Failed(account),
            (None, scope) => Among::Scope(scope),
        }
    }

    /// Reads the next rows, whether they match or not.
    pub(super) async fn look(&mut self, size: u32) -> Result<Step, StoreError> {
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
}
