//! Relays a stream from the provider to the client, from its first content to its end.

mod end;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, sleep_until};

use crate::gateway::call::line::{self, Left, every_event};
use crate::gateway::call::moments::Due;
use crate::gateway::call::patience::Patience;
use crate::gateway::call::plan::Candidate;
use crate::gateway::call::record::CallRecord;
use crate::gateway::call::streaming::Streaming;
use crate::gateway::marks::Marks;
use crate::gateway::state::Inner;
use crate::gateway::upstream::{HttpError, Progress};
use crate::wire::operation::Operation;

/// Pieces up to this size, in bytes, are searched for parts of a credential if they report a failure.
const MASKED: usize = 64 << 10;

/// A stream that is relayed to a client.
pub struct Relay {
    pub inner: Arc<Inner>,
    pub candidate: Candidate,
    pub stream: Box<Streaming>,
    pub record: Box<CallRecord>,
    pub progress: Arc<Progress>,
    pub marks: Marks,
    pub operation: Operation,
}

/// Why the relay reads no further.
enum Stop {
    /// Its bytes have ended, or its last event has passed.
    Ended,
    /// It broke off, or a limit of the gateway cut it off.
    Broken(HttpError),
}

/// How long more events are waited for after an error in the stream.
const AFTER_ERROR: Duration = Duration::from_secs(2);

/// The way to the client.
pub(super) type Client = mpsc::Sender<Bytes>;

impl Relay {
    /// Relays the stream to its end. `began` is when the call began, `sent` when the client last got something.
    pub async fn run(mut self, client: Result<Client, Left>, began: Instant, sent: Instant) {
        let Ok(client) = client else { return self.left().await };
        let timeouts = &self.candidate.endpoint.timeouts;
        let sees_comments = self.operation != Operation::Responses;
        let every = every_event(timeouts.keepalive);
        let events = (!sees_comments && !every.is_zero()).then_some(every);
        let mut patience = Patience::new(timeouts, events, began, sent);
        let mut failed = None;

        let stop = loop {
            // The event that ends a stream waits until the cost of the call is on the disk.
            if self.is_over() {
                break Stop::Ended;
            }
            if !self.stream.ready.is_empty() {
                let has_event = sees_comments || self.stream.ready.iter().any(|piece| !piece.starts_with(b":"));
                if self.pass_on(&client).await.is_err() {
                    return self.left().await;
                }
                patience.passed(has_event);
            }
            if failed.is_none() && self.stream.events.error().is_some() {
                failed = Some(Instant::now() + AFTER_ERROR);
            }

            tokio::select! {
                piece = self.stream.reader.piece() => {
                    patience.heard();
                    if let Some(error) = self.take(piece) {
                        break Stop::Broken(error);
                    }
                }
                due = patience.due() => match due {
                    // If the channel is full, the client has enough to read and needs no keepalive.
                    Due::Keepalive => drop(client.try_send(line::keepalive(self.operation))),
                    Due::Event => drop(self.stream.events.keepalive().map(|event| client.try_send(event))),
                    Due::Silent => break Stop::Broken(HttpError::Timeout),
                    Due::Overlong => break Stop::Broken(HttpError::Overlong),
                },
                () = at(failed) => break Stop::Ended,
                () = client.closed() => return self.left().await,
            }
        };

        match stop {
            Stop::Ended => self.complete(client).await,
            Stop::Broken(error) => match self.pass_on(&client).await {
                Ok(()) => self.broke_off(&client, error).await,
                Err(Left) => self.left().await,
            },
        }
    }

    /// Takes what the reader gave. Returns the error that ends the stream, if there is one.
    pub(super) fn take(&mut self, piece: Option<Result<Bytes, HttpError>>) -> Option<HttpError> {
        match piece {
            Some(Ok(piece)) => self.stream.take(&piece).err(),
            Some(Err(error)) => Some(error),
            None => {
                self.stream.finish();
                None
            }
        }
    }

    /// Whether the stream has no more events.
    pub(super) fn is_over(&self) -> bool {
        self.stream.ended || self.stream.events.is_done()
    }

    /// Masks the gateway's credential in the pieces that are ready.
    pub(super) fn mask(&mut self) {
        let mask = &self.candidate.endpoint.mask;
        let has_failed = self.stream.events.error().is_some();
        for piece in &mut self.stream.ready {
            let reports_failure =
                has_failed && piece.len() <= MASKED && memchr::memmem::find(piece, b"error").is_some();
            *piece = match reports_failure {
                true => mask.error(piece).into_owned().into(),
                false => mask.answer(std::mem::take(piece)),
            };
        }
    }

    /// Sends the pieces that are ready to the client.
    pub(super) async fn pass_on(&mut self, client: &Client) -> Result<(), Left> {
        self.mask();
        pass_on(&self.inner, &mut self.stream.ready, client).await
    }
}

/// Waits until this moment; for ever if there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Sends the pieces to the client, which may be slow for a while.
pub(super) async fn pass_on(inner: &Inner, ready: &mut Vec<Bytes>, client: &Client) -> Result<(), Left> {
    let stall = inner.options.timeouts.client_stall;
    for piece in ready.drain(..) {
        match client.try_send(piece) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(Left),
            Err(mpsc::error::TrySendError::Full(piece)) => {
                client.send_timeout(piece, stall).await.map_err(|_| Left)?;
            }
        }
    }
    Ok(())
}
