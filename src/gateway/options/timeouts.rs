//! How long the gateway waits for clients, providers and the database.

use std::time::Duration;

use crate::domain::ProviderPatience;

/// How long the gateway waits for clients, providers and the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection to a provider; its TLS handshake has as long again.
    pub connect: Duration,
    /// For the response headers of a stream.
    pub first_byte_stream: Duration,
    /// For the response headers of a whole answer. Thinking models send them only when they are done.
    pub first_byte_whole: Duration,
    /// For the next byte of an answer.
    pub idle: Duration,
    /// For the whole answer.
    pub total: Duration,
    /// The silence after which a client gets a keepalive in its stream; zero for never.
    pub keepalive: Duration,
    /// How long an answer is read on for its token counts after the client has left; zero for not at all.
    pub drain: Duration,
    /// For a client that does not read its answer.
    pub client_stall: Duration,
    /// For a client's body.
    pub body: Duration,
    /// After this time, a client's body has to arrive at 1 KiB a second.
    pub body_grace: Duration,
    /// For the database, before a call goes on without its answer.
    pub database: Duration,
    /// How long keys in memory keep working while the database does not answer; after that their calls are refused.
    pub fail_static: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte_stream: Duration::from_secs(300),
            first_byte_whole: Duration::from_secs(900),
            idle: Duration::from_secs(300),
            total: Duration::from_secs(60 * 60),
            keepalive: Duration::from_secs(15),
            drain: Duration::from_secs(3),
            client_stall: Duration::from_secs(60),
            body: Duration::from_secs(60),
            body_grace: Duration::from_secs(5),
            database: Duration::from_secs(3),
            fail_static: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Timeouts {
    /// These timeouts, with those that an admin has set for one provider.
    pub(in crate::gateway) fn with(&self, own: &ProviderPatience) -> Self {
        let seconds = |own: Option<u32>, all: Duration| own.map_or(all, |own| Duration::from_secs(own.into()));
        Self {
            first_byte_stream: seconds(own.first_byte_stream, self.first_byte_stream),
            first_byte_whole: seconds(own.first_byte_whole, self.first_byte_whole),
            idle: seconds(own.idle, self.idle),
            total: seconds(own.total, self.total),
            keepalive: seconds(own.keepalive, self.keepalive),
            ..*self
        }
    }
}
