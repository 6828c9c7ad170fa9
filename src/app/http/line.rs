//! A client's connection with an eye on how long nothing useful happens on it.
//!
//! The server below waits for ever for the rest of a request's head on a connection that has had a request already, for
//! the rest of a body that nobody wants, and for a client that does not read. A connection costs a descriptor, so each of
//! these has a limit here, which one sweep over all connections of a worker checks four times a second: no timer for each.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::connections::Connection;

/// How long is waited for clients.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Patience {
    /// For the head of a request, from its first byte on.
    pub head: Duration,
    /// For the next request.
    pub idle: Duration,
    /// For the rest of a request that was answered with `connection: close`.
    pub leaving: Duration,
    /// For a client that takes less than [`SLOWEST`] of what it is sent.
    pub stalled: Duration,
    /// For a request on a connection that has none, when the program stops.
    pub settling: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            // Longer than the proxies in front keep theirs, so that it is they who close.
            idle: Duration::from_secs(75),
            leaving: Duration::from_secs(1),
            stalled: Duration::from_secs(60),
            settling: Duration::from_secs(1),
        }
    }
}

/// Bytes a second that a client has to take while an answer waits for it.
const SLOWEST: u128 = 1024;

/// The server closes in order what it can by its own timers; what is closed here has had this much longer.
const LATER: Duration = Duration::from_secs(1);

/// What happens on a connection. Times are those of the last sweep.
#[derive(Debug)]
pub(super) struct Line {
    clock: Rc<Cell<Instant>>,
    /// Whether a request is being answered.
    busy: Cell<bool>,
    /// Since when none is.
    idle_since: Cell<Instant>,
    /// Since when bytes have come that are no whole head, or the rest of a body that nobody wants.
    partial_since: Cell<Option<Instant>>,
    /// Since when the client does not take all that is written, and what it has taken meanwhile.
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

    /// Whether the connection has to end. `stopping`: since when nobody new is let in.
    pub(super) fn is_over(&self, patience: &Patience, stopping: Option<Instant>) -> bool {
        let now = self.clock.get();
        if let Some((since, taken)) = self.stuck.get() {
            let waited = now.duration_since(since);
            if waited >= patience.stalled {
                if u128::from(taken) * 1000 < SLOWEST * waited.as_millis() {
                    return true;
                }
                self.stuck.set(Some((now, 0)));
            }
        }
        if self.busy.get() {
            return false;
        }
        let since = |began: Instant| now.duration_since(began);
        let idle = since(self.idle_since.get());
        match self.partial_since.get() {
            _ if self.leaving.get() => idle >= patience.leaving,
            Some(began) => since(began) >= patience.head + LATER,
            None => {
                idle >= patience.idle + LATER
                    || stopping.is_some_and(|began| since(began).min(idle) >= patience.settling)
            }
        }
    }

    fn received(&self) {
        if !self.busy.get() && self.partial_since.get().is_none() {
            self.partial_since.set(Some(self.clock.get()));
        }
    }

    fn has_written(&self, bytes: u64) {
        if let Some((since, taken)) = self.stuck.get() {
            self.stuck.set(Some((since, taken + bytes)));
        }
    }

    fn has_to_wait(&self) {
        if self.stuck.get().is_none() {
            self.stuck.set(Some((self.clock.get(), 0)));
        }
    }
}

/// A request is being answered.
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

/// The connection's bytes.
#[derive(Debug)]
pub(super) struct Io {
    stream: TcpStream,
    line: Rc<Line>,
    connection: Arc<Connection>,
}

impl Io {
    pub(super) fn new(stream: TcpStream, line: Rc<Line>, connection: Arc<Connection>) -> Self {
        Self {
            stream,
            line,
            connection,
        }
    }

    pub(super) fn line(&self) -> Rc<Line> {
        Rc::clone(&self.line)
    }

    pub(super) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }
}

impl AsyncRead for Io {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.line.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        match &written {
            Poll::Ready(Ok(count)) => self.line.has_written(*count as u64),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.line.has_to_wait(),
        }
        written
    }

    /// The server calls it once all is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.stuck.set(None);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    struct Watched {
        clock: Rc<Cell<Instant>>,
        line: Rc<Line>,
    }

    impl Watched {
        fn new() -> Self {
            let clock = Rc::new(Cell::new(Instant::now()));
            Self {
                line: Line::new(&clock),
                clock,
            }
        }

        /// Whether it is over so many seconds later.
        fn over_after(&self, seconds: u32) -> bool {
            self.clock.set(self.clock.get() + SECOND * seconds);
            self.line.is_over(&Patience::default(), None)
        }
    }

    #[test]
    fn a_head_that_does_not_end_is_waited_for_a_few_seconds_also_after_other_requests() {
        let watched = Watched::new();
        drop(watched.line.answers());
        assert!(!watched.over_after(60));
        watched.line.received();
        for _ in 0..5 {
            watched.line.received();
            assert!(!watched.over_after(1));
        }
        assert!(watched.over_after(1));
    }

    #[test]
    fn an_idle_connection_is_kept_longer_than_proxies_keep_theirs() {
        let watched = Watched::new();
        assert!(!watched.over_after(75));
        assert!(watched.over_after(1));
    }

    #[test]
    fn an_answer_may_take_as_long_as_it_takes() {
        let watched = Watched::new();
        let answering = watched.line.answers();
        assert!(!watched.over_after(3600));
        drop(answering);
        assert!(!watched.over_after(75));
    }

    #[test]
    fn what_comes_after_the_last_answer_is_waited_for_a_second() {
        let watched = Watched::new();
        watched.line.answers().is_the_last();
        watched.line.received();
        assert!(watched.over_after(1));
    }

    #[test]
    fn a_client_that_takes_nothing_is_let_go_after_a_minute() {
        let watched = Watched::new();
        let _answering = watched.line.answers();
        watched.line.has_to_wait();
        watched.line.has_written(59 * 1024);
        assert!(!watched.over_after(59));
        assert!(watched.over_after(1));
    }

    #[test]
    fn a_client_that_is_slow_but_reads_is_kept() {
        let watched = Watched::new();
        let _answering = watched.line.answers();
        watched.line.has_to_wait();
        for _ in 0..10 {
            watched.line.has_written(60 * 1024);
            assert!(!watched.over_after(60));
        }
        assert!(watched.over_after(60));
    }

    #[test]
    fn at_a_stop_a_connection_without_a_request_has_a_moment_for_one() {
        let watched = Watched::new();
        watched.over_after(30);
        let stopping = Some(watched.clock.get());
        let over = || watched.line.is_over(&Patience::default(), stopping);
        assert!(!over());
        watched.over_after(1);
        assert!(over());

        let late = Line::new(&watched.clock);
        assert!(!late.is_over(&Patience::default(), stopping));
        let _answering = watched.line.answers();
        assert!(!over());
    }
}
