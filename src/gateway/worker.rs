//! The state of one worker thread of the server, so that no call waits for another thread.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::metering::spool::SpoolHandle;
use super::state::Inner;
use super::upstream::dial::{self, HttpClient};
use crate::domain::{RequestId, Timestamp};
use crate::random;

/// The state of one worker.
pub(super) struct Worker {
    pub inner: Arc<Inner>,
    /// The worker's own connections to providers.
    pub client: HttpClient,
    /// The worker's handle to the spool.
    pub spool_handle: SpoolHandle,
    random: RefCell<[u8; RANDOM]>,
    used: Cell<usize>,
}

/// Bytes of randomness that are fetched at once, enough for 25 ids: each fetch is a system call.
const RANDOM: usize = 10 * 25;

impl Worker {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self {
            client: dial::client(&inner.options, &inner.connector),
            spool_handle: inner.spool.handle(),
            inner: Arc::clone(inner),
            random: RefCell::new([0; RANDOM]),
            used: Cell::new(RANDOM),
        }
    }

    /// A new id for a request that arrives at `now`.
    pub(super) fn new_id(&self, now: Timestamp) -> RequestId {
        let mut pool = self.random.borrow_mut();
        if self.used.get() + 10 > RANDOM {
            *pool = random::bytes();
            self.used.set(0);
        }

        let from = self.used.get();
        self.used.set(from + 10);
        let bytes = pool
            .get(from..)
            .and_then(|rest| rest.first_chunk())
            .copied()
            .unwrap_or_else(random::bytes);
        RequestId::new(now, bytes)
    }
}
