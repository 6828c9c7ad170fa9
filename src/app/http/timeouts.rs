//! How long the server waits for clients.

use std::time::Duration;

/// How long the server waits for clients.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct ClientTimeouts {
    /// For the head of a request, from its first byte on.
    pub head: Duration,
    /// For the next request.
    pub idle: Duration,
    /// For the rest of a request that was answered with `connection: close`.
    pub leaving: Duration,
    /// For a client that reads its answer more slowly than the server allows.
    pub stalled: Duration,
    /// For a request on a connection that has none, when the program stops.
    pub settling: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            // Longer than the proxies in front keep theirs, so that the proxies close.
            idle: Duration::from_secs(75),
            leaving: Duration::from_secs(1),
            stalled: Duration::from_secs(60),
            settling: Duration::from_secs(1),
        }
    }
}
