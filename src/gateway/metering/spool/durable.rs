//! The wait for an entry to reach the disk.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::queue::Queue;

/// An entry did not get to the disk in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotWritten;

/// A future that becomes ready once an entry is on the disk.
#[derive(Debug)]
pub struct Durable {
    queue: Arc<Queue>,
    /// The offset after the entry.
    offset: u64,
    until: Option<Instant>,
}

impl Durable {
    pub(super) fn new(queue: Arc<Queue>, offset: u64) -> Self {
        Self {
            queue,
            offset,
            until: None,
        }
    }

    /// Gives up after that time.
    pub fn within(self, patience: Duration) -> Self {
        Self {
            until: Some(Instant::now() + patience),
            ..self
        }
    }
}

impl Future for Durable {
    type Output = Result<(), NotWritten>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let written = || self.queue.spool().durable_offset() >= self.offset;
        if written() {
            return Poll::Ready(Ok(()));
        }
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Poll::Ready(Err(NotWritten));
        }

        self.queue.wait_for(self.offset, context.waker());
        // The writer looks for waiting entries after each write: it has seen this one, or this one sees the write.
        if written() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}
