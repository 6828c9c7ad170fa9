//! The requests and tokens of the last minute, second by second, for limits per minute.

use std::time::Duration;

use crate::domain::values::Timestamp;

/// The seconds of a window: the current one and sixty before it, so that no sixty seconds, wherever they begin, can hold
/// more than the limit.
const SECONDS: usize = 61;

/// Requests and tokens of the last minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateWindow {
    /// The unix second of the newest slot.
    newest: i64,
    slots: [Used; SECONDS],
    total: Used,
}

/// A number of requests and of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Requests.
    pub requests: i64,
    /// Tokens.
    pub tokens: i64,
}

impl Used {
    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            tokens: self.tokens + other.tokens,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            requests: self.requests - other.requests,
            tokens: self.tokens - other.tokens,
        }
    }
}

impl Default for RateWindow {
    fn default() -> Self {
        Self {
            newest: i64::MIN,
            slots: [Used::default(); SECONDS],
            total: Used::default(),
        }
    }
}

impl RateWindow {
    fn slot(&mut self, second: i64) -> Option<&mut Used> {
        self.slots
            .get_mut(usize::try_from(second.rem_euclid(SECONDS as i64)).ok()?)
    }

    /// Forgets usage that is older than a minute.
    fn advance(&mut self, now: Timestamp) {
        let second = now.seconds();
        if second <= self.newest {
            return;
        }
        if second.saturating_sub(self.newest) >= SECONDS as i64 {
            *self = Self {
                newest: second,
                ..Self::default()
            };
            return;
        }

        for passed in self.newest + 1..=second {
            let old = self.slot(passed).map(std::mem::take).unwrap_or_default();
            self.total = self.total.minus(old);
        }

        self.newest = second;
    }

    /// The usage of the minute before `now`.
    pub fn used(&mut self, now: Timestamp) -> Used {
        self.advance(now);
        self.total
    }

    /// Adds usage of the moment `at`. `tokens` may be negative, to correct an estimate. Usage that is older than a minute is
    /// ignored.
    pub fn add(&mut self, at: Timestamp, more: Used) {
        self.advance(at);
        let second = at.seconds();
        if self.newest - second >= SECONDS as i64 {
            return;
        }
        if let Some(slot) = self.slot(second) {
            *slot = slot.plus(more);
            self.total = self.total.plus(more);
        }
    }

    /// How long a caller has to wait until `room` fits within the limits, if nothing else is used meanwhile; zero if it
    /// fits now. A limit of `None` is no limit.
    pub fn wait(&mut self, now: Timestamp, room: Used, requests: Option<i64>, tokens: Option<i64>) -> Duration {
        self.advance(now);
        let mut left = self.total;
        let fits = |used: Used| {
            requests.is_none_or(|limit| used.requests + room.requests <= limit)
                && tokens.is_none_or(|limit| used.tokens + room.tokens <= limit)
        };

        for age in (0..SECONDS as i64).rev() {
            if fits(left) {
                // The slots of that age have to expire first.
                let until = (SECONDS as i64 - 1 - age) * 1000 - now.millis().rem_euclid(1000);
                return Duration::from_millis(u64::try_from(until).unwrap_or(0));
            }
            let second = self.newest - age;
            left = left.minus(self.slot(second).copied().unwrap_or_default());
        }

        Duration::from_secs(SECONDS as u64)
    }

    /// How long until all usage of the window has expired.
    pub fn reset(&mut self, now: Timestamp) -> Duration {
        self.advance(now);
        let newest = self.newest;
        let age = (0..SECONDS as i64).find(|age| self.slot(newest - age).is_some_and(|slot| *slot != Used::default()));
        let left = age.map_or(0, |age| (SECONDS as i64 - age) * 1000 - now.millis().rem_euclid(1000));

        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// Second, requests and tokens of each second with usage, for the store.
    pub fn to_rows(&self) -> Vec<(i64, i64, i64)> {
        let mut window = self.clone();
        (0..SECONDS as i64)
            .rev()
            .filter_map(|age| {
                let second = self.newest.checked_sub(age)?;
                let used = *window.slot(second)?;
                (used != Used::default()).then_some((second, used.requests, used.tokens))
            })
            .collect()
    }

    /// Reads what [`RateWindow::to_rows`] returns.
    pub fn of_rows(rows: &[(i64, i64, i64)]) -> Self {
        let mut window = Self::default();
        for &(second, requests, tokens) in rows {
            window.add(
                Timestamp::from_millis(second.saturating_mul(1000)),
                Used { requests, tokens },
            );
        }
        window
    }
}

#[cfg(test)]
mod tests;
