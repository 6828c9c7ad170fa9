//! The connections of one worker, each served by a task.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::accepting::Arrival;
use super::line::Line;
use super::stream::Io;
use super::timeouts::ClientTimeouts;
use crate::connections::ConnectionSlot;

/// The connections that a worker serves.
#[derive(Default)]
pub(super) struct Room {
    next: Cell<u64>,
    members: RefCell<HashMap<u64, (Rc<Line>, AbortHandle)>>,
    /// Notified when the last connection has ended.
    pub(super) emptied: Notify,
}

impl Room {
    pub(super) fn is_empty(&self) -> bool {
        self.members.borrow().is_empty()
    }

    /// Serves a connection in a task of its own.
    pub(super) fn admit<F: Future + 'static>(
        self: &Rc<Self>,
        arrival: Arrival,
        clock: &Rc<Cell<Instant>>,
        serve: impl FnOnce(Io, SocketAddr) -> F,
    ) {
        let Arrival { stream, peer, slot } = arrival;
        let Ok(stream) = TcpStream::from_std(stream) else {
            return;
        };

        let (line, connection) = (Line::new(clock), slot.connection());
        let serving = serve(Io::new(stream, Rc::clone(&line), Arc::clone(&connection)), peer);
        let number = self.next.replace(self.next.get() + 1);
        let membership = Membership {
            room: Rc::clone(self),
            number,
            _slot: slot,
        };

        let task = tokio::task::spawn_local(async move {
            let _membership = membership;
            serving.await;
        });
        let task = task.abort_handle();
        self.members.borrow_mut().insert(number, (line, task.clone()));
        connection.served_by(task);
    }

    /// Ends connections on which nothing useful happens.
    pub(super) fn sweep(&self, timeouts: &ClientTimeouts, stopping: Option<Instant>) {
        for (line, task) in self.members.borrow().values() {
            if line.is_over(timeouts, stopping) {
                task.abort();
            }
        }
    }
}

/// A connection's entry in the worker's room, which goes with its task.
struct Membership {
    room: Rc<Room>,
    number: u64,
    _slot: ConnectionSlot,
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut members = self.room.members.borrow_mut();
        members.remove(&self.number);
        if members.is_empty() {
            self.room.emptied.notify_one();
        }
    }
}
