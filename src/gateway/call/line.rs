//! The client's end of a call: what the client has got so far, and the way to send it more.
//!
//! Until the client has got something, a failure can still be a plain error, which clients handle best. A stream that waits too
//! long for its first content begins all the same: its head goes out with the first keepalive, and a later failure is an event.

use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::job::ClientResponse;
use super::own_events::OwnEvents;
use super::plan::ClientRequest;
use super::ran_headers::RanHeaders;
use crate::gateway::http::Failure;
use crate::wire::error::ApiError;
use crate::wire::operation::Operation;

/// So many pieces wait for a slow client; beyond that the provider waits too.
const AHEAD: usize = 8;
/// The content type of a stream whose provider gives it none.
pub const EVENT_STREAM: AnswerValue = AnswerValue::from_static("text/event-stream");

/// The client's end of a call.
pub struct Line {
    operation: Operation,
    state: State,
    /// The gateway's own events of a Responses stream; `None` in other protocols.
    own: Option<Box<OwnEvents>>,
    /// When the client last got an event, or began to wait for one.
    event: Instant,
}

enum State {
    /// The client has got nothing yet: a failure can still be a plain error.
    Waiting(oneshot::Sender<ClientResponse>),
    /// The client has got the head of a stream.
    Open(mpsc::Sender<Bytes>),
    /// The client has left.
    Closed,
}

/// The client has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left;

impl Line {
    /// The end of a client that sent `request` and waits for `answer`.
    pub fn new(request: &ClientRequest, answer: oneshot::Sender<ClientResponse>) -> Self {
        Self {
            operation: request.operation,
            state: State::Waiting(answer),
            own: OwnEvents::of(request),
            event: Instant::now(),
        }
    }

    /// Waits until the client has left. May be dropped and called again.
    pub async fn left(&mut self) {
        match &mut self.state {
            State::Waiting(answer) => answer.closed().await,
            State::Open(pieces) => pieces.closed().await,
            State::Closed => {}
        }
    }

    /// Shows the client that its stream is alive. `ran` is the model for the head, if the head is still to be sent; `every` is
    /// the time between two keepalives.
    pub fn keepalive(&mut self, ran: &RanHeaders, every: Duration) {
        if let State::Waiting(_) = self.state
            && self.open(200, EVENT_STREAM, ran.clone()).is_err()
        {
            return;
        }

        if let State::Open(pieces) = &self.state {
            let is_due = self.event.elapsed() >= every_event(every);
            let piece = match self.own.as_mut().filter(|_| is_due) {
                Some(own) => {
                    self.event = Instant::now();
                    own.keepalive(&ran.model).into()
                }
                None => keepalive(self.operation),
            };
            // If the channel is full, the client has enough to read and needs no keepalive.
            let _ = pieces.try_send(piece);
        }
    }

    /// Sends the head of a stream, unless the client has it. Returns the channel for the pieces of the stream.
    pub fn stream(
        mut self,
        status: u16,
        content_type: AnswerValue,
        ran: RanHeaders,
    ) -> Result<mpsc::Sender<Bytes>, Left> {
        if let State::Waiting(_) = self.state {
            self.open(status, content_type, ran)?;
        }

        match self.state {
            State::Open(pieces) => Ok(pieces),
            _ => Err(Left),
        }
    }

    /// Sends a whole answer. If the client has left, the call still counts as answered.
    pub fn whole(self, status: u16, body: Bytes, ran: RanHeaders) {
        if let State::Waiting(answer) = self.state {
            let _ = answer.send(ClientResponse::Whole { status, body, ran });
        }
    }

    /// Reports a failure of the model `of`: as an error, or as an event if the head of a stream has gone out. Clients of
    /// Responses know a prompt that is too long only by an event.
    pub fn fail(mut self, failure: Failure, of: Option<RanHeaders>) {
        if failure.is_overflow()
            && self.own.is_some()
            && let State::Waiting(_) = self.state
            && let Some(model) = of.clone()
            && self.open(200, EVENT_STREAM, model).is_err()
        {
            return;
        }

        match self.state {
            State::Waiting(answer) => drop(answer.send(ClientResponse::Failed { failure, of })),
            State::Open(pieces) => {
                let event = match self.own {
                    Some(mut own) => own.fail(&with_wait(failure), of.as_ref().map(|ran| &ran.model)).into(),
                    None => failed(self.operation, &failure.error),
                };
                drop(pieces.try_send(event));
            }
            State::Closed => {}
        }
    }

    /// Sends the head of a stream to a client that has got nothing.
    fn open(&mut self, status: u16, content_type: AnswerValue, ran: RanHeaders) -> Result<(), Left> {
        let (pieces, taken) = mpsc::channel(AHEAD);
        let State::Waiting(answer) = std::mem::replace(&mut self.state, State::Closed) else {
            return Err(Left);
        };

        let head = ClientResponse::Events {
            status,
            content_type,
            pieces: taken,
            ran,
        };
        answer.send(head).map_err(|_| Left)?;
        self.state = State::Open(pieces);
        Ok(())
    }
}

/// The bytes that keep a stream of this endpoint open. Anthropic's clients know a ping event; all others ignore a comment.
pub fn keepalive(operation: Operation) -> Bytes {
    match operation {
        Operation::Messages | Operation::CountTokens => {
            Bytes::from_static(b"event: ping\ndata: {\"type\": \"ping\"}\n\n")
        }
        _ => Bytes::from_static(b": keepalive\n\n"),
    }
}

/// The time between two events for clients that see no comments. They give up after 300 s.
pub fn every_event(keepalive: Duration) -> Duration {
    (keepalive * 8).min(Duration::from_secs(120))
}

/// The error of a failure, with the wait that it asks for in words: an event has no header for it.
fn with_wait(failure: Failure) -> ApiError {
    let Failure {
        mut error, retry_after, ..
    } = failure;
    let seconds = retry_after.as_ref().and_then(|value| value.to_str().ok());
    if let Some(seconds) = seconds.and_then(|value| value.parse::<u32>().ok())
        && error.status == 429
        && !error.message.contains("try again in")
    {
        error.message.push_str(&format!(" Please try again in {seconds}s."));
    }
    error
}

/// The event that reports a failure before any event of the stream.
fn failed(operation: Operation, error: &ApiError) -> Bytes {
    match operation {
        Operation::Messages | Operation::CountTokens => error.messages_event(),
        Operation::Responses => error.responses_event(0),
        _ => error.chat_event(),
    }
    .into()
}
