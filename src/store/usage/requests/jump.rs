//! Reads only the hours in which the sums say that there are matches.

use std::collections::BTreeMap;

use super::search::{LOOK, MOST_HOURS, Search, Step};
use super::window::{Among, Window};
use crate::domain::{ApiKeyId, RequestId, Timestamp};
use crate::store::engine::StoreError;

/// If more keys than this have matches in one hour, it is cheaper to read all rows of the hour.
const MANY_KEYS: usize = 64;

impl Search<'_> {
    /// Continues where the sums say that there are matches.
    pub(super) async fn jump(&mut self) -> Result<Step, StoreError> {
        match self.filter.key {
            Some(key) => {
                let hours = self.hours_of_key(key).await?;
                // Fewer than the most that a statement returns: these are all hours.
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
        let Some((days, oldest)) = self.days().await? else {
            // So many accounts have a match on one day that any stretch of the day has some.
            return self.look(LOOK).await;
        };

        for (day, accounts) in days.into_iter().rev() {
            if self.is_late() {
                self.lower(day + 1);
                return Ok(Step::Stop);
            }

            let hours = self.hours_of_day(day, accounts).await?;
            match self.read(hours).await? {
                Step::GoOn if self.is_full() => return Ok(Step::GoOn),
                Step::GoOn => self.lower(day),
                step => return Ok(step),
            }
            if self.days_left == 0 {
                return Ok(Step::Stop);
            }
        }

        self.lower(oldest);
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

    /// Notes that everything from the beginning of a day on has been read.
    fn lower(&mut self, day: i64) {
        self.below = self.below.min(RequestId::floor(Timestamp::of_day(day)));
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
}
