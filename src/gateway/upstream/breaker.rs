//! The circuit breaker: pauses calls to an address after some failures in a row. When the pause is over, one call tries
//! the address.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use crate::domain::Timestamp;

/// So many failures in a row open the breaker.
const FAILURES: u32 = 5;
/// How long the breaker stays open the first time; each further failure doubles that.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest that the breaker stays open.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Counts the failures of calls of one model to one address. It takes no lock: a call more or less does not matter.
#[derive(Debug, Default)]
pub struct Breaker {
    /// Failures since the last success.
    failures: AtomicU32,
    /// Calls are refused until this time, in unix milliseconds; 0 when closed.
    open_until: AtomicI64,
}

impl Breaker {
    /// Whether a call may be made now. Once the pause is over, one call is let through as a trial. For all others the pause
    /// begins again, until that call has ended.
    pub fn admits(&self, now: Timestamp) -> bool {
        let until = self.open_until.load(Ordering::Relaxed);
        if until == 0 {
            return true;
        }
        if now.millis() < until {
            return false;
        }

        let next = now.millis() + millis(self.pause());
        self.open_until
            .compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// Notes a call that succeeded, and closes the breaker.
    pub fn succeeded(&self) {
        // Load first: while calls succeed, nothing is written that other threads read.
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
            self.open_until.store(0, Ordering::Relaxed);
        }
    }

    /// Notes a call that failed because of the address, not because of the request. True if that opened the breaker.
    pub fn failed(&self, now: Timestamp) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures < FAILURES {
            return false;
        }

        self.open_until
            .store(now.millis() + millis(self.pause()), Ordering::Relaxed);
        failures == FAILURES
    }

    /// Whether the address is paused, or was and no call has succeeded since.
    pub fn is_open(&self) -> bool {
        self.open_until.load(Ordering::Relaxed) != 0
    }

    /// How long until a call may be made again.
    pub fn pause_left(&self, now: Timestamp) -> Option<Duration> {
        let left = self.open_until.load(Ordering::Relaxed) - now.millis();
        u64::try_from(left)
            .ok()
            .filter(|&left| left > 0)
            .map(Duration::from_millis)
    }

    fn pause(&self) -> Duration {
        let beyond = self.failures.load(Ordering::Relaxed).saturating_sub(FAILURES).min(10);
        (FIRST_PAUSE * 2_u32.pow(beyond)).min(LONGEST_PAUSE)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    /// A breaker after just as many failures as open it.
    fn opened() -> Breaker {
        let breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert!(!breaker.failed(at(0)));
            assert!(breaker.admits(at(0)));
        }

        assert!(breaker.failed(at(0)));
        breaker
    }

    #[test]
    fn some_failures_in_a_row_open_it_for_a_while() {
        let breaker = opened();

        assert!(!breaker.admits(at(1_999)) && breaker.is_open());
        assert_eq!(breaker.pause_left(at(500)), Some(Duration::from_millis(1_500)));
    }

    #[test]
    fn after_the_pause_one_call_is_let_through() {
        let breaker = opened();

        assert!(breaker.admits(at(2_000)));
        assert!(!breaker.admits(at(2_000)));
    }

    #[test]
    fn a_success_closes_it() {
        let breaker = opened();
        assert!(breaker.admits(at(2_000)));

        breaker.succeeded();

        assert!(breaker.admits(at(2_001)) && breaker.admits(at(2_001)) && !breaker.is_open());
        assert_eq!(breaker.pause_left(at(2_001)), None);
    }

    #[test]
    fn each_further_failure_doubles_the_pause_up_to_a_minute() {
        let breaker = opened();
        breaker.failed(at(2_000));
        assert_eq!(breaker.pause_left(at(2_000)), Some(Duration::from_secs(4)));

        for _ in 0..20 {
            breaker.failed(at(2_000));
        }

        assert_eq!(breaker.pause_left(at(2_000)), Some(LONGEST_PAUSE));
    }

    #[test]
    fn failures_with_a_success_between_do_not_add_up() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES * 3 {
            breaker.failed(at(0));
            breaker.succeeded();
        }

        assert!(breaker.admits(at(0)));
    }
}
