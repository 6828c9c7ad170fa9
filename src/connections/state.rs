//! The connections of a process, ordered so that the one to end is found at once.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use ipnet::IpNet;

use super::connection::Connection;
use super::report::{Matter, Reports};
use super::{Connections, Room, Sender};

#[derive(Debug, Default)]
pub(super) struct State {
    next: u64,
    /// Connections that have shown a key or a session.
    pub(super) known: usize,
    pub(super) strangers: HashMap<u64, Arc<Connection>>,
    /// The numbers of each sender's strangers: the first is the oldest.
    pub(super) by_sender: HashMap<Sender, BTreeSet<u64>>,
    /// For each sender its count of strangers and the number of the oldest: the sender with the most comes last, and among
    /// equals the one with the oldest.
    pub(super) by_count: BTreeSet<(usize, Reverse<u64>, Sender)>,
    reports: Reports,
}

impl State {
    pub(super) fn all(&self) -> usize {
        self.known + self.strangers.len()
    }

    pub(super) fn of(&self, sender: Sender) -> usize {
        self.by_sender.get(&sender).map_or(0, BTreeSet::len)
    }

    pub(super) fn add(&mut self, all: &Arc<Connections>, sender: Option<IpNet>) -> Arc<Connection> {
        let number = self.next;
        self.next += 1;

        let connection = Arc::new(Connection::new(Arc::clone(all), number, sender));
        self.strangers.insert(number, Arc::clone(&connection));
        self.change(sender, |own| own.insert(number));
        connection
    }

    /// Removes a stranger from the room.
    pub(super) fn forget(&mut self, number: u64) -> Option<Arc<Connection>> {
        let connection = self.strangers.remove(&number)?;
        self.change(connection.sender, |own| own.remove(&number));
        Some(connection)
    }

    pub(super) fn forget_oldest_of(&mut self, sender: Sender) -> Option<Arc<Connection>> {
        let oldest = self.by_sender.get(&sender)?.first().copied()?;
        self.forget(oldest)
    }

    /// Removes the oldest stranger of the sender that has the most.
    pub(super) fn forget_one(&mut self) -> Option<Arc<Connection>> {
        let (_, _, sender) = self.by_count.last().copied()?;
        self.forget_oldest_of(sender)
    }

    pub(super) fn report(&mut self, matter: Matter, room: &Room, now: Instant) {
        let counts = (self.all(), self.strangers.len());
        self.reports.report(matter, room, counts, now);
    }

    fn change(&mut self, sender: Sender, change: impl FnOnce(&mut BTreeSet<u64>) -> bool) {
        let own = self.by_sender.entry(sender).or_default();
        let rank = |own: &BTreeSet<u64>| own.first().map(|&oldest| (own.len(), Reverse(oldest), sender));
        if let Some(before) = rank(own) {
            self.by_count.remove(&before);
        }

        change(own);

        match rank(own) {
            Some(now) => drop(self.by_count.insert(now)),
            None => drop(self.by_sender.remove(&sender)),
        }
    }
}
