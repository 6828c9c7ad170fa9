//! A client's connection with an eye on how long nothing useful happens on it.
//!
//! The server below waits for ever for the rest of a request's head on a connection that has had a request already, for
//! the rest of a body that no handler reads, and for a client that does not read. A connection costs a descriptor, so each
//! of these has a limit here. One sweep over all connections of a worker checks them four times a second: no connection
//! has a timer.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::timeouts::ClientTimeouts;

/// Bytes a second that a client has to take while an answer waits for it.
const SLOWEST: u128 = 1024;

/// The server's own timers close connections in order, so connections that end here have this much longer.
const LATER: Duration = Duration::from_secs(1);

/// The state of a connection. Times are those of the last sweep.
#[derive(Debug)]
pub(super) struct Line {
    clock: Rc<Cell<Instant>>,
    /// Whether a request is being answered.
    busy: Cell<bool>,
    /// Since when no request is.
    idle_since: Cell<Instant>,
    /// Since when bytes have come that are no whole head, or the rest of a body that no handler reads.
    partial_since: Cell<Option<Instant>>,
    /// Since when the client does not take all that is written, and the bytes that it has taken since.
    stuck: Cell<Option<(Instant, u64)>>,
    /// Whether the last answer said that it is the last.
    leaving: Cell<bool>,
}

impl Line {
    /// A connection that has just been accepted.
    pub(super) fn new(clock: &Rc<Cell<Instant>>) -> Rc<Self> {
        Rc::new(Self {
            clock: Rc::clone(clock),
            busy: Cell::new(false),
            idle_since: Cell::new(clock.get()),
            partial_since: Cell::new(None),
            stuck: Cell::new(None),
            leaving: Cell::new(false),
        })
    }

    /// Notes that a request is being answered, until the guard is dropped.
    pub(super) fn answers(self: &Rc<Self>) -> Answering {
        self.busy.set(true);
        self.partial_since.set(None);
        Answering(Rc::clone(self))
    }

    /// Whether the connection has to end. `stopping`: since when no new connection is let in.
    pub(super) fn is_over(&self, timeouts: &ClientTimeouts, stopping: Option<Instant>) -> bool {
        if self.is_stuck(timeouts) {
            return true;
        }
        if self.busy.get() {
            return false;
        }

        let now = self.clock.get();
        let since = |began: Instant| now.duration_since(began);
        let idle = since(self.idle_since.get());
        match self.partial_since.get() {
            _ if self.leaving.get() => idle >= timeouts.leaving,
            Some(began) => since(began) >= timeouts.head + LATER,
            None => {
                idle >= timeouts.idle + LATER
                    || stopping.is_some_and(|began| since(began).min(idle) >= timeouts.settling)
            }
        }
    }

    /// Whether the client has taken less than [`SLOWEST`] for too long. Begins to count anew if it has not.
    fn is_stuck(&self, timeouts: &ClientTimeouts) -> bool {
        let Some((since, taken)) = self.stuck.get() else {
            return false;
        };
        let now = self.clock.get();
        let waited = now.duration_since(since);
        if waited < timeouts.stalled {
            return false;
        }
        if u128::from(taken) * 1000 < SLOWEST * waited.as_millis() {
            return true;
        }

        self.stuck.set(Some((now, 0)));
        false
    }

    pub(super) fn received(&self) {
        if !self.busy.get() && self.partial_since.get().is_none() {
            self.partial_since.set(Some(self.clock.get()));
        }
    }

    pub(super) fn has_written(&self, bytes: u64) {
        if let Some((since, taken)) = self.stuck.get() {
            self.stuck.set(Some((since, taken + bytes)));
        }
    }

    /// Notes that the client has taken all that was written.
    #[inline]
    pub(super) fn has_flushed(&self) {
        self.stuck.set(None);
    }

    pub(super) fn has_to_wait(&self) {
        if self.stuck.get().is_none() {
            self.stuck.set(Some((self.clock.get(), 0)));
        }
    }
}

/// Marks that a request is being answered, until it is dropped.
#[derive(Debug)]
pub(super) struct Answering(Rc<Line>);

impl Answering {
    /// Notes that the answer says that no other follows.
    pub(super) fn is_the_last(&self) {
        self.0.leaving.set(true);
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.busy.set(false);
        self.0.idle_since.set(self.0.clock.get());
    }
}

#[cfg(test)]
mod tests;
