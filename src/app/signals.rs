//! Requests to stop, from a supervisor or from the keyboard.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::StartError;

/// Hears SIGTERM and SIGINT from the moment it is made.
#[derive(Debug)]
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub(super) fn new() -> Result<Self, StartError> {
        let hear = |kind| {
            signal(kind).map_err(|error| StartError::System {
                what: "cannot hear requests to stop",
                error,
            })
        };
        Ok(Self {
            terminate: hear(SignalKind::terminate())?,
            interrupt: hear(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next request. Returns the signal's name.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
