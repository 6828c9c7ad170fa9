//! A worker's handle to the spool: adds the start and the end of calls.

use std::sync::Arc;

use super::SpoolFull;
use super::durable::Durable;
use super::entry::{self, CallEnded, CallStarted};
use super::queue::Queue;

/// A worker's handle to the spool. Clones share it.
#[derive(Clone, Debug)]
pub struct SpoolHandle(Arc<Queue>);

impl SpoolHandle {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self(queue)
    }

    /// Adds the start of a call. The call must not be made before that is [`Durable`]. Call it on the worker's runtime.
    ///
    /// # Errors
    /// If the spool takes no new call now.
    pub fn begin(&self, call: &CallStarted) -> Result<Durable, SpoolFull> {
        if self.0.spool().is_full() {
            return Err(SpoolFull);
        }

        Queue::start_task(&self.0);
        let offset = self.0.spool().add(|out| entry::write_started(out, call));
        Ok(self.added(offset))
    }

    /// Adds the end of a call. This is never refused.
    pub fn end(&self, call: &CallEnded) -> Durable {
        let offset = self.0.spool().add_end(|out| entry::write_ended(out, call));
        self.added(offset)
    }

    /// `offset` is after the entry that was added.
    fn added(&self, offset: u64) -> Durable {
        self.0.note_added(offset);
        Durable::new(Arc::clone(&self.0), offset)
    }
}
