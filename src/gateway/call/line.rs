//! The client's end of a call: what the client has got so far, and the way to send it more.
//!
//! Until the client has got something, a failure can still be a plain error, which clients handle best. A stream that waits too
//! long for its first content begins all the same: its head goes out with the first keepalive, and a later failure is an event.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::job::{ClientResponse, RanHeaders};
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
    /// The end of a client that sent `operation` and waits for `answer`.
    pub fn new(operation: Operation, answer: oneshot::Sender<ClientResponse>) -> Self {
        Self {
            operation,
            state: State::Waiting(answer),
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

    /// Shows the client that its stream is alive. `ran` is the model for the head, if the head is still to be sent.
    pub fn keepalive(&mut self, ran: &RanHeaders) {
        if let State::Waiting(_) = self.state
            && self.open(200, EVENT_STREAM, ran.clone()).is_err()
        {
            return;
        }

        if let State::Open(pieces) = &self.state {
            // If the channel is full, the client has enough to read and needs no keepalive.
            let _ = pieces.try_send(keepalive(self.operation));
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

    /// Reports a failure of the model `of`: as an error, or as an event if the head of a stream has gone out.
    pub fn fail(self, failure: Failure, of: Option<RanHeaders>) {
        match self.state {
            State::Waiting(answer) => drop(answer.send(ClientResponse::Failed { failure, of })),
            State::Open(pieces) => drop(pieces.try_send(failed(self.operation, &failure.error))),
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

/// The event that reports a failure before any event of the stream.
fn failed(operation: Operation, error: &ApiError) -> Bytes {
    match operation {
        Operation::Messages | Operation::CountTokens => error.messages_event(),
        Operation::Responses => error.responses_event(0),
        _ => error.chat_event(),
    }
    .into()
}
