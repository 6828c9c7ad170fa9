//! How long a stream is waited for: one timer for the pause between two pieces, for the whole, and for the client, who hears
//! from time to time that the stream is still alive.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::gateway::options::Timeouts;

/// Watches one stream. A piece that comes costs no work on the timer: when that rings, it looks at when the last piece came.
pub struct Patience {
    moments: Moments,
    timer: Pin<Box<Sleep>>,
}

/// What it is time for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The client has had nothing for a while.
    Keepalive,
    /// The provider has been silent for too long.
    Silent,
    /// The stream has taken too long.
    Overlong,
}

impl Patience {
    /// Watches a stream of a call that began then, and that the client last heard of then.
    pub fn new(timeouts: &Timeouts, began: Instant, told: Instant) -> Self {
        let moments = Moments::new(timeouts, began, told, Instant::now());
        Self {
            timer: Box::pin(sleep_until(moments.next())),
            moments,
        }
    }

    /// Something came from the provider.
    pub fn heard(&mut self) {
        self.moments.heard = Instant::now();
    }

    /// What came last went on to the client.
    pub fn passed(&mut self) {
        self.moments.told = self.moments.heard;
    }

    /// Waits until something is due. May be dropped and called again.
    pub async fn due(&mut self) -> Due {
        loop {
            self.timer.as_mut().await;
            let due = self.moments.look(Instant::now());
            self.timer.as_mut().reset(self.moments.next());
            if let Some(due) = due {
                return due;
            }
        }
    }
}

/// When things happened, and when something is due.
struct Moments {
    idle: Duration,
    /// Zero for none.
    keepalive: Duration,
    ends: Instant,
    /// When the provider was last heard.
    heard: Instant,
    /// When the client last got something.
    told: Instant,
}

impl Moments {
    fn new(timeouts: &Timeouts, began: Instant, told: Instant, now: Instant) -> Self {
        let Timeouts {
            idle, keepalive, total, ..
        } = *timeouts;
        Self {
            idle,
            keepalive,
            ends: began + total,
            heard: now,
            told,
        }
    }

    /// What is due at `now`.
    fn look(&mut self, now: Instant) -> Option<Due> {
        if now >= self.ends {
            return Some(Due::Overlong);
        }
        if now >= self.heard + self.idle {
            return Some(Due::Silent);
        }
        let quiet = !self.keepalive.is_zero() && now >= self.told + self.keepalive;
        quiet.then(|| {
            self.told = now;
            Due::Keepalive
        })
    }

    /// The first moment at which something may be due.
    fn next(&self) -> Instant {
        let silent = self.ends.min(self.heard + self.idle);
        if self.keepalive.is_zero() {
            silent
        } else {
            silent.min(self.told + self.keepalive)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEPALIVE: Duration = Duration::from_secs(15);

    fn moments(keepalive: Duration) -> (Instant, Moments) {
        let seconds = Duration::from_secs;
        let timeouts = Timeouts {
            idle: seconds(40),
            total: seconds(100),
            keepalive,
            ..Timeouts::default()
        };
        let began = Instant::now();
        (began, Moments::new(&timeouts, began, began, began))
    }

    /// What is due next, and after how many seconds, if nothing happens.
    fn due(began: Instant, moments: &mut Moments) -> (Due, u64) {
        loop {
            let now = moments.next();
            if let Some(due) = moments.look(now) {
                return (due, (now - began).as_secs());
            }
        }
    }

    #[test]
    fn the_client_hears_every_fifteen_seconds_until_the_provider_was_silent_for_too_long() {
        let (began, mut moments) = moments(KEEPALIVE);

        assert_eq!(due(began, &mut moments), (Due::Keepalive, 15));
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 30));
        assert_eq!(due(began, &mut moments), (Due::Silent, 40));
    }

    #[test]
    fn a_piece_that_is_kept_from_the_client_puts_off_only_the_silence() {
        let (began, mut moments) = moments(KEEPALIVE);
        moments.heard = began + Duration::from_secs(10);

        assert_eq!(due(began, &mut moments), (Due::Keepalive, 15));
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 30));
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 45));
        assert_eq!(due(began, &mut moments), (Due::Silent, 50));
    }

    #[test]
    fn a_timer_that_rings_for_a_piece_that_came_meanwhile_is_set_anew() {
        let (began, mut moments) = moments(KEEPALIVE);
        let rings = moments.next();
        let came = began + Duration::from_secs(14);
        (moments.heard, moments.told) = (came, came);

        assert_eq!(moments.look(rings), None);
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 29));
    }

    #[test]
    fn the_whole_has_an_end_however_much_comes() {
        let (began, mut moments) = moments(KEEPALIVE);
        let last = began + Duration::from_secs(99);
        (moments.heard, moments.told) = (last, last);

        assert_eq!(due(began, &mut moments), (Due::Overlong, 100));
    }

    #[test]
    fn without_a_keepalive_only_the_silence_ends_it() {
        let (began, mut moments) = moments(Duration::ZERO);

        assert_eq!(due(began, &mut moments), (Due::Silent, 40));
    }
}
