//! The one timer of a stream. It limits the pause between two pieces and the whole stream, and tells when the client needs a
//! keepalive.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::moments::{Due, Moments};
use crate::gateway::options::Timeouts;

/// Watches one stream. A piece that arrives does not touch the timer: the timer looks at the time of the last piece when it
/// fires.
pub struct Patience {
    moments: Moments,
    timer: Pin<Box<Sleep>>,
}

impl Patience {
    /// Watches a stream of a call that began at `began`, and whose client last got something at `sent`. `events` is the longest
    /// time without an event, for clients that see no comments.
    pub fn new(timeouts: &Timeouts, events: Option<Duration>, began: Instant, sent: Instant) -> Self {
        let moments = Moments::new(timeouts, events, began, sent, Instant::now());
        Self {
            timer: Box::pin(sleep_until(moments.next())),
            moments,
        }
    }

    /// Notes that the provider sent something.
    pub fn heard(&mut self) {
        self.moments.heard = Instant::now();
    }

    /// Notes that the client got what the provider sent last. `has_event`: it was more than a comment.
    pub fn passed(&mut self, has_event: bool) {
        self.moments.sent = self.moments.heard;
        if has_event {
            self.moments.event = self.moments.heard;
        }
    }

    /// Waits until something is due. The future may be dropped and made again.
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
