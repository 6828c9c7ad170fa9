//! One connection of a client, and the room that it takes.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::AbortHandle;

use super::{Connections, Sender, lock};

/// One connection, as the code that serves its requests sees it.
#[derive(Debug)]
pub struct Connection {
    all: Arc<Connections>,
    pub(super) number: u64,
    pub(super) sender: Sender,
    known: AtomicBool,
    service: Mutex<Service>,
}

/// The task that serves a connection.
#[derive(Debug)]
enum Service {
    Waiting,
    Served(AbortHandle),
    /// The connection has ended, or its task has to.
    Over,
}

/// A connection's room among the others, which is free again when this is dropped.
#[derive(Debug)]
pub struct ConnectionSlot(pub(super) Arc<Connection>);

impl Connection {
    pub(super) fn new(all: Arc<Connections>, number: u64, sender: Sender) -> Self {
        Self {
            all,
            number,
            sender,
            known: AtomicBool::new(false),
            service: Mutex::new(Service::Waiting),
        }
    }

    /// Notes that a key or a session was accepted on the connection. Called for every request, since only the first costs
    /// anything.
    pub fn authenticated(&self) {
        if self.known.load(Ordering::Relaxed) {
            return;
        }

        let mut state = self.all.state();
        // A connection that had to end meanwhile stays out.
        if state.forget(self.number).is_some() {
            state.known += 1;
            self.known.store(true, Ordering::Relaxed);
        }
    }

    /// Names the task that serves the connection, and that is aborted when the connection has to end.
    pub fn served_by(&self, task: AbortHandle) {
        let mut service = lock(&self.service);
        match *service {
            Service::Over => task.abort(),
            Service::Waiting | Service::Served(_) => *service = Service::Served(task),
        }
    }

    pub(super) fn end(&self) {
        if let Service::Served(task) = std::mem::replace(&mut *lock(&self.service), Service::Over) {
            task.abort();
        }
    }
}

impl ConnectionSlot {
    /// The connection, for code that keeps it beside the slot.
    pub fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.0)
    }
}

impl Deref for ConnectionSlot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut state = self.all.state();
        if state.forget(self.number).is_none() && self.known.load(Ordering::Relaxed) {
            state.known -= 1;
        }
    }
}
