//! Who is connected, and whose connection ends when there is no room for another.
//!
//! Anybody can open a connection, so those that have shown neither a key nor a session, *strangers*, get a part of the
//! room only: half of it all together, and so many for one address. A new connection is let in even then. Instead, the
//! oldest one ends of the address that has the most: a caller shows a key within the first moments of a connection, while
//! those of a client that only holds connections open are soon the oldest. Connections that have shown one end for nobody.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use tokio::task::AbortHandle;

use crate::domain::{TrustedProxies, household};

/// The same is not said again in the log before this has passed.
const QUIET: Duration = Duration::from_secs(10);

/// How many connections there may be.
#[derive(Clone, Debug)]
pub struct Room {
    /// All together. Strangers have half of it.
    pub most: usize,
    /// Strangers of one IPv4 address, or of one IPv6 network of 64 bits.
    pub per_address: usize,
    /// Many clients come from the addresses of these, so that `per_address` does not hold for them.
    pub proxies: TrustedProxies,
}

/// Whom a connection counts for; all of trusted proxies count as one.
type Sender = Option<IpNet>;

/// Every connection of clients to this process.
#[derive(Debug)]
pub struct Connections {
    room: Room,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    known: usize,
    strangers: HashMap<u64, Arc<Connection>>,
    /// Those of each sender by number, so that the oldest comes first.
    by_sender: HashMap<Sender, BTreeSet<u64>>,
    /// How many each sender has and the number of its oldest, so that the one with the most comes last, and among equals the
    /// one with the oldest.
    by_count: BTreeSet<(usize, Reverse<u64>, Sender)>,
    reports: [Report; 4],
}

/// One connection, for those who serve its requests.
#[derive(Debug)]
pub struct Connection {
    all: Arc<Connections>,
    number: u64,
    sender: Sender,
    known: AtomicBool,
    fate: Mutex<Service>,
}

/// What serves a connection, and whether that has to end.
#[derive(Debug)]
enum Service {
    /// Nothing yet.
    Waits,
    /// This task.
    Served(AbortHandle),
    /// Nothing any more.
    Over,
}

/// A connection's place among the others, free again when dropped.
#[derive(Debug)]
pub struct ConnectionSlot(Arc<Connection>);

impl Connections {
    /// None yet.
    pub fn new(room: Room) -> Arc<Self> {
        Arc::new(Self {
            room,
            state: Mutex::default(),
        })
    }

    /// A place for a connection from `peer`, for which a stranger's connection may have to end. `None` if all the room is
    /// taken by callers with a key.
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

    /// Ends a stranger's connection, if there is one: the process has used something up that connections hold.
    pub fn make_room(&self) {
        let connection = self.state().forget_one();
        if let Some(connection) = connection {
            connection.end();
        }
    }

    /// How many there are, and how many of them are strangers'.
    pub fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.all(), state.strangers.len())
    }

    /// How many of all may be strangers'.
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

impl State {
    fn all(&self) -> usize {
        self.known + self.strangers.len()
    }

    fn of(&self, sender: Sender) -> usize {
        self.by_sender.get(&sender).map_or(0, BTreeSet::len)
    }

    fn add(&mut self, all: &Arc<Connections>, sender: Option<IpNet>) -> Arc<Connection> {
        let number = self.next;
        self.next += 1;
        let connection = Arc::new(Connection {
            all: Arc::clone(all),
            number,
            sender,
            known: AtomicBool::new(false),
            fate: Mutex::new(Service::Waits),
        });
        self.strangers.insert(number, Arc::clone(&connection));
        self.change(sender, |own| own.insert(number));
        connection
    }

    /// Takes one from among the strangers.
    fn forget(&mut self, number: u64) -> Option<Arc<Connection>> {
        let connection = self.strangers.remove(&number)?;
        self.change(connection.sender, |own| own.remove(&number));
        Some(connection)
    }

    fn forget_oldest_of(&mut self, sender: Sender) -> Option<Arc<Connection>> {
        let oldest = self.by_sender.get(&sender)?.first().copied()?;
        self.forget(oldest)
    }

    /// Takes the oldest of the sender that has the most.
    fn forget_one(&mut self) -> Option<Arc<Connection>> {
        let (_, _, sender) = self.by_count.last().copied()?;
        self.forget_oldest_of(sender)
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

impl Connection {
    /// Notes that a key or a session was accepted on it. For every request, since it costs next to nothing after the first.
    pub fn authenticated(&self) {
        if self.known.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.all.state();
        // One that had to end meanwhile stays out.
        if state.forget(self.number).is_some() {
            state.known += 1;
            self.known.store(true, Ordering::Relaxed);
        }
    }

    /// Names the task that serves it, and that ends when the connection has to.
    pub fn served_by(&self, task: AbortHandle) {
        let mut fate = lock(&self.fate);
        match *fate {
            Service::Over => task.abort(),
            Service::Waits | Service::Served(_) => *fate = Service::Served(task),
        }
    }

    fn end(&self) {
        if let Service::Served(task) = std::mem::replace(&mut *lock(&self.fate), Service::Over) {
            task.abort();
        }
    }
}

impl ConnectionSlot {
    /// The connection, to be kept beside it.
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

/// What the log is told.
#[derive(Clone, Copy, Debug)]
enum Matter {
    /// One address has too many.
    Address(IpAddr),
    /// All strangers together have too many.
    Strangers,
    /// There is hardly any room.
    Near,
    /// There is no room.
    Refused,
}

/// How often something happened since it was last said.
#[derive(Clone, Copy, Debug, Default)]
struct Report {
    said: Option<Instant>,
    times: u64,
}

impl Report {
    /// How often it happened, if that is to be said now.
    fn due(&mut self, now: Instant) -> Option<u64> {
        self.times += 1;
        if self.said.is_some_and(|said| now.duration_since(said) < QUIET) {
            return None;
        }
        self.said = Some(now);
        Some(std::mem::take(&mut self.times))
    }
}

impl State {
    fn report(&mut self, matter: Matter, room: &Room, now: Instant) {
        let (all, strangers) = (self.all(), self.strangers.len());
        let [address, half, near, refused] = &mut self.reports;
        let report = match matter {
            Matter::Address(_) => address,
            Matter::Strangers => half,
            Matter::Near => near,
            Matter::Refused => refused,
        };
        let Some(times) = report.due(now) else { return };
        let (most, per_address) = (room.most, room.per_address);
        match matter {
            Matter::Address(client) => tracing::warn!(
                %client,
                connections = all,
                "Ended {times} connections that had shown neither key nor session: their address has more than \
                 {per_address} of them (CROSSMODEL_CONNECTIONS_PER_ADDRESS)"
            ),
            Matter::Strangers => tracing::warn!(
                connections = all,
                "Ended {times} of {strangers} connections that had shown neither key nor session: half of {most} \
                 (CROSSMODEL_MAX_CONNECTIONS) is kept for those that have"
            ),
            Matter::Near => tracing::warn!(
                connections = all,
                "There is room for {most} connections (CROSSMODEL_MAX_CONNECTIONS), and nine of ten are in use"
            ),
            Matter::Refused => tracing::error!(
                connections = all,
                "Refused {times} connections: callers with a key have all {most} (CROSSMODEL_MAX_CONNECTIONS)"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
