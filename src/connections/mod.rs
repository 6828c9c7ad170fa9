//! Limits the connections of clients: lets new ones in, and ends an old one when there is no room for another.
//!
//! Any program can open a connection, so those that have shown neither a key nor a session, *strangers*, get a part of the
//! room only: half of it all together, and a number for each address. A new connection is let in even then. Instead, the
//! oldest connection of the address that has the most ends: a caller shows a key within the first moments of a connection,
//! while those of a client that only holds connections open are soon the oldest. Connections that have shown a key or a
//! session never end for another.

mod connection;
mod report;
mod state;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ipnet::IpNet;

pub use connection::{Connection, ConnectionSlot};

use crate::domain::{TrustedProxies, household};
use report::Matter;
use state::State;

/// The limits on the number of connections.
#[derive(Clone, Debug)]
pub struct Room {
    /// All together. Strangers have half of it.
    pub most: usize,
    /// Strangers of one IPv4 address, or of one IPv6 network of 64 bits.
    pub per_address: usize,
    /// Trusted proxies. Many clients come from their addresses, so `per_address` does not apply to them.
    pub proxies: TrustedProxies,
}

/// The network that a connection counts for; all of trusted proxies count as one.
type Sender = Option<IpNet>;

/// Every connection of clients to this process.
#[derive(Debug)]
pub struct Connections {
    room: Room,
    state: Mutex<State>,
}

impl Connections {
    /// No connections yet, within the limits of `room`.
    pub fn new(room: Room) -> Arc<Self> {
        Arc::new(Self {
            room,
            state: Mutex::default(),
        })
    }

    /// Makes room for a connection from `peer`, for which a stranger's connection may have to end. `None` if callers with a
    /// key have all the room.
    pub fn enter(self: &Arc<Self>, peer: IpAddr, now: Instant) -> Option<ConnectionSlot> {
        let peer = peer.to_canonical();
        let sender = (!self.room.proxies.contains(peer)).then(|| household(peer));
        let mut over = Vec::new();
        let mut state = self.state();

        if sender.is_some() && state.of(sender) >= self.room.per_address {
            over.extend(state.forget_oldest_of(sender));
            state.report(Matter::Address(peer), &self.room, now);
        }

        if state.strangers.len() >= self.share() || state.all() >= self.room.most {
            let Some(connection) = state.forget_one() else {
                state.report(Matter::Refused, &self.room, now);
                return None;
            };
            over.push(connection);
            state.report(Matter::Strangers, &self.room, now);
        }

        let connection = state.add(self, sender);
        if state.all() * 10 >= self.room.most * 9 {
            state.report(Matter::Near, &self.room, now);
        }

        drop(state);
        over.iter().for_each(|connection| connection.end());
        Some(ConnectionSlot(connection))
    }

    /// Ends a stranger's connection, if there is one, as the process has run out of something that connections hold.
    pub fn make_room(&self) {
        let connection = self.state().forget_one();
        if let Some(connection) = connection {
            connection.end();
        }
    }

    /// The number of all connections, and of those of strangers.
    pub fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.all(), state.strangers.len())
    }

    /// The most connections that strangers may have together.
    fn share(&self) -> usize {
        (self.room.most / 2).max(1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A lock whose holder panicked still guards good data here: nothing panics between two writes.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
