//! What was used in the last minute, second by second.

use std::time::Duration;

use crate::domain::values::Timestamp;

/// The seconds that are looked at: the running one and sixty before it, so that no sixty seconds, wherever they begin, can
/// hold more than the limit.
const SECONDS: usize = 61;

/// Requests and tokens of the last minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateWindow {
    /// The unix second of the newest slot.
    newest: i64,
    slots: [Used; SECONDS],
    total: Used,
}

/// How much was used.
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

    /// Lets go of what is older than a minute.
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

    /// What was used in the minute before `now`.
    pub fn used(&mut self, now: Timestamp) -> Used {
        self.advance(now);
        self.total
    }

    /// Notes a use that happened `at` that moment: `tokens` may be negative, to correct an estimate. What is older than a
    /// minute is no longer of interest.
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

    /// How long until `room` requests and tokens fit below the limits, as far as what is used now stands in the way.
    /// `None` for a limit is no limit.
    pub fn wait(&mut self, now: Timestamp, room: Used, requests: Option<i64>, tokens: Option<i64>) -> Duration {
        self.advance(now);
        let mut left = self.total;
        let fits = |used: Used| {
            requests.is_none_or(|limit| used.requests + room.requests <= limit)
                && tokens.is_none_or(|limit| used.tokens + room.tokens <= limit)
        };
        for age in (0..SECONDS as i64).rev() {
            if fits(left) {
                // What was that old has to leave first.
                let until = (SECONDS as i64 - 1 - age) * 1000 - now.millis().rem_euclid(1000);
                return Duration::from_millis(u64::try_from(until).unwrap_or(0));
            }
            let second = self.newest - age;
            left = left.minus(self.slot(second).copied().unwrap_or_default());
        }
        Duration::from_secs(SECONDS as u64)
    }

    /// How long until nothing of the last minute counts any more.
    pub fn reset(&mut self, now: Timestamp) -> Duration {
        self.advance(now);
        let newest = self.newest;
        let age = (0..SECONDS as i64).find(|age| self.slot(newest - age).is_some_and(|slot| *slot != Used::default()));
        let left = age.map_or(0, |age| (SECONDS as i64 - age) * 1000 - now.millis().rem_euclid(1000));
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// Second, requests and tokens of each second in which something was used, for the store.
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

    /// What [`RateWindow::to_rows`] gave.
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_795_348_800_000 + ms)
    }

    const ONE: Used = Used {
        requests: 1,
        tokens: 100,
    };

    proptest! {
        #[test]
        fn no_sixty_seconds_hold_more_than_the_limit(steps in prop::collection::vec(0_i64..3_000, 1..300)) {
            let limit = 20;
            let mut window = RateWindow::default();
            let (mut now, mut admitted) = (0, Vec::new());
            for step in steps {
                now += step;
                if window.used(at(now)).requests < limit {
                    window.add(at(now), ONE);
                    admitted.push(now);
                }
            }
            for first in &admitted {
                let within = admitted.iter().filter(|other| (*first..*first + 60_000).contains(*other)).count();
                prop_assert!(within <= 20, "{within} within a minute of {first}");
            }
        }

        #[test]
        fn whoever_waits_as_long_as_told_gets_in_and_not_much_earlier(steps in prop::collection::vec(0_i64..3_000, 1..200)) {
            let mut window = RateWindow::default();
            let mut now = 0;
            for step in steps {
                now += step;
                let wait = window.wait(at(now), ONE, Some(10), None).as_millis() as i64;
                if wait > 0 {
                    prop_assert!(window.used(at(now)).requests >= 10);
                    let mut early = window.clone();
                    prop_assert!(early.used(at(now + wait - 1)).requests >= 10);
                    prop_assert!(window.clone().used(at(now + wait)).requests < 10);
                    continue;
                }
                window.add(at(now), ONE);
            }
        }

        #[test]
        fn it_reads_back_from_its_rows(steps in prop::collection::vec((0_i64..3_000, -50_i64..500), 1..100)) {
            let mut window = RateWindow::default();
            let mut now = 0;
            for (step, tokens) in steps {
                now += step;
                window.add(at(now), Used { requests: 1, tokens });
            }

            let mut again = RateWindow::of_rows(&window.to_rows());

            prop_assert_eq!(again.used(at(now)), window.used(at(now)));
            prop_assert_eq!(again.used(at(now + 30_000)), window.used(at(now + 30_000)));
        }
    }

    #[test]
    fn an_unused_window_is_free_at_once() {
        let mut window = RateWindow::default();

        assert_eq!(window.used(at(0)), Used::default());
        assert_eq!(window.wait(at(0), ONE, Some(1), Some(100)), Duration::ZERO);
        assert_eq!(window.reset(at(0)), Duration::ZERO);
        assert_eq!(window.to_rows(), []);
    }

    #[test]
    fn a_correction_counts_where_its_use_stands() {
        let mut window = RateWindow::default();
        window.add(
            at(0),
            Used {
                requests: 1,
                tokens: 1_000,
            },
        );
        window.add(
            at(30_000),
            Used {
                requests: 1,
                tokens: 10,
            },
        );

        window.add(
            at(0),
            Used {
                requests: 0,
                tokens: -900,
            },
        );

        assert_eq!(window.used(at(30_000)).tokens, 110);
        assert_eq!(window.used(at(61_000)).tokens, 10);
    }
}
