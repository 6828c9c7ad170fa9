//! Limits the log lines about connections: each kind is reported at most once in a while.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::Room;

/// The log does not report the same thing again before this has passed.
const QUIET: Duration = Duration::from_secs(10);

/// The kinds of log lines about connections.
#[derive(Clone, Copy, Debug)]
pub(super) enum Matter {
    /// One address has too many.
    Address(IpAddr),
    /// All strangers together have too many.
    Strangers,
    /// Nine of ten connections are in use.
    Near,
    /// Callers with a key have all the room.
    Refused,
}

/// How often something happened since the log last reported it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Report {
    last: Option<Instant>,
    times: u64,
}

impl Report {
    /// How often it happened, if the log has to report it now.
    pub(super) fn due(&mut self, now: Instant) -> Option<u64> {
        self.times += 1;

        if self.last.is_some_and(|last| now.duration_since(last) < QUIET) {
            return None;
        }

        self.last = Some(now);
        Some(std::mem::take(&mut self.times))
    }
}

/// One report for each [`Matter`].
#[derive(Debug, Default)]
pub(super) struct Reports {
    address: Report,
    strangers: Report,
    near: Report,
    refused: Report,
}

impl Reports {
    /// Writes to the log, unless it has reported the same a moment ago. `all` and `strangers` are the connections now.
    pub(super) fn report(&mut self, matter: Matter, room: &Room, (all, strangers): (usize, usize), now: Instant) {
        let report = match matter {
            Matter::Address(_) => &mut self.address,
            Matter::Strangers => &mut self.strangers,
            Matter::Near => &mut self.near,
            Matter::Refused => &mut self.refused,
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
