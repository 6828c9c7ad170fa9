//! Computes when something is due in a stream: a keepalive for the client, or the end of the wait for the provider.

use std::time::Duration;

use tokio::time::Instant;

use crate::gateway::options::Timeouts;

/// An action that is due in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The client has got nothing for a while.
    Keepalive,
    /// The client, which sees no comments, has got no event for a while.
    Event,
    /// The provider has been silent for too long.
    Silent,
    /// The stream has taken too long.
    Overlong,
}

/// When the provider and the client were last active, and when something is due.
pub(super) struct Moments {
    idle: Duration,
    /// Zero if the client gets no keepalives.
    keepalive: Duration,
    /// The longest time without an event; `None` for clients that see comments.
    events: Option<Duration>,
    ends: Instant,
    /// When the provider last sent something.
    pub(super) heard: Instant,
    /// When the client last got something.
    pub(super) sent: Instant,
    /// When the client last got an event.
    pub(super) event: Instant,
}

impl Moments {
    pub(super) fn new(
        timeouts: &Timeouts,
        events: Option<Duration>,
        began: Instant,
        sent: Instant,
        now: Instant,
    ) -> Self {
        let Timeouts {
            idle, keepalive, total, ..
        } = *timeouts;

        Self {
            idle,
            keepalive,
            events,
            ends: began + total,
            heard: now,
            sent,
            event: sent,
        }
    }

    /// What is due at `now`. A keepalive that is due counts as sent.
    pub(super) fn look(&mut self, now: Instant) -> Option<Due> {
        if now >= self.ends {
            return Some(Due::Overlong);
        }
        if now >= self.heard + self.idle {
            return Some(Due::Silent);
        }

        if let Some(events) = self.events
            && now >= self.event + events
        {
            (self.sent, self.event) = (now, now);
            return Some(Due::Event);
        }

        let quiet = !self.keepalive.is_zero() && now >= self.sent + self.keepalive;
        quiet.then(|| {
            self.sent = now;
            Due::Keepalive
        })
    }

    /// The first moment at which something may be due.
    pub(super) fn next(&self) -> Instant {
        let mut silent = self.ends.min(self.heard + self.idle);
        if let Some(events) = self.events {
            silent = silent.min(self.event + events);
        }
        if self.keepalive.is_zero() {
            silent
        } else {
            silent.min(self.sent + self.keepalive)
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
        (began, Moments::new(&timeouts, None, began, began, began))
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
    fn a_timer_that_fires_after_a_piece_has_come_is_set_anew() {
        let (began, mut moments) = moments(KEEPALIVE);
        let fires = moments.next();
        let came = began + Duration::from_secs(14);
        (moments.heard, moments.sent) = (came, came);

        assert_eq!(moments.look(fires), None);
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 29));
    }

    #[test]
    fn the_whole_has_an_end_however_much_comes() {
        let (began, mut moments) = moments(KEEPALIVE);
        let last = began + Duration::from_secs(99);
        (moments.heard, moments.sent) = (last, last);

        assert_eq!(due(began, &mut moments), (Due::Overlong, 100));
    }

    #[test]
    fn a_client_that_sees_no_comments_gets_an_event_among_them() {
        let (began, mut moments) = moments(KEEPALIVE);
        moments.events = Some(Duration::from_secs(20));

        assert_eq!(due(began, &mut moments), (Due::Keepalive, 15));
        assert_eq!(due(began, &mut moments), (Due::Event, 20));
        assert_eq!(due(began, &mut moments), (Due::Keepalive, 35));
        assert_eq!(due(began, &mut moments), (Due::Silent, 40));
    }

    #[test]
    fn without_a_keepalive_only_the_silence_ends_it() {
        let (began, mut moments) = moments(Duration::ZERO);

        assert_eq!(due(began, &mut moments), (Due::Silent, 40));
    }
}
