//! The client's end of a call: what the client has had so far, and how it hears of the rest.
//!
//! Until something can be shown, a failure can still be a plain error, which clients handle best. A stream that waits too
//! long for that begins all the same: its head goes out with the first sign of life, and what happens then is told in events.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::job::ClientResponse;
use crate::gateway::http::Failure;
use crate::wire::error::ApiError;
use crate::wire::operation::Operation;

/// Pieces that wait for a slow client; then the provider waits too.
const AHEAD: usize = 8;
/// What a stream is labelled as whose provider gives it no label.
pub const EVENT_STREAM: AnswerValue = AnswerValue::from_static("text/event-stream");

/// The client's end of a call.
pub struct Line {
    operation: Operation,
    state: State,
}

enum State {
    /// The client has had nothing.
    Waiting(oneshot::Sender<ClientResponse>),
    /// The client has had the head of a stream.
    Open(mpsc::Sender<Bytes>),
    /// Nobody is there any more.
    Closed,
}

/// The client has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left;

impl Line {
    /// The end of a client that asked for `operation` and waits for `answer`.
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

    /// Tells the client that its stream is alive, `ran` in the head being the model that is asked now.
    pub fn keepalive(&mut self, ran: &AnswerValue) {
        if let State::Waiting(_) = self.state
            && self.open(200, EVENT_STREAM, ran.clone()).is_err()
        {
            return;
        }
        if let State::Open(pieces) = &self.state {
            // A client that has not taken what came before is not waiting.
            let _ = pieces.try_send(keepalive(self.operation));
        }
    }

    /// Sends the head of a stream, unless the client has it; where its pieces go.
    pub fn stream(
        mut self,
        status: u16,
        content_type: AnswerValue,
        ran: AnswerValue,
    ) -> Result<mpsc::Sender<Bytes>, Left> {
        if let State::Waiting(_) = self.state {
            self.open(status, content_type, ran)?;
        }
        match self.state {
            State::Open(pieces) => Ok(pieces),
            _ => Err(Left),
        }
    }

    /// Tells a whole answer. A client that has left has been served all the same.
    pub fn whole(self, status: u16, body: Bytes, ran: AnswerValue) {
        if let State::Waiting(answer) = self.state {
            let _ = answer.send(ClientResponse::Whole { status, body, ran });
        }
    }

    /// Tells that the call failed, and of which model: as an error, or in an event if the head of a stream has gone out.
    pub fn fail(self, failure: Failure, of: Option<AnswerValue>) {
        match self.state {
            State::Waiting(answer) => drop(answer.send(ClientResponse::Failed { failure, of })),
            State::Open(pieces) => drop(pieces.try_send(failed(self.operation, &failure.error))),
            State::Closed => {}
        }
    }

    fn open(&mut self, status: u16, content_type: AnswerValue, ran: AnswerValue) -> Result<(), Left> {
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

/// What keeps a stream of this endpoint open: Anthropic's clients know an event for that, all others pass over a comment.
pub fn keepalive(operation: Operation) -> Bytes {
    match operation {
        Operation::Messages | Operation::CountTokens => {
            Bytes::from_static(b"event: ping\ndata: {\"type\": \"ping\"}\n\n")
        }
        _ => Bytes::from_static(b": keepalive\n\n"),
    }
}

/// The event that tells of a failure before any event of the stream.
fn failed(operation: Operation, error: &ApiError) -> Bytes {
    match operation {
        Operation::Messages | Operation::CountTokens => error.messages_event(),
        Operation::Responses => error.responses_event(0),
        _ => error.chat_event(),
    }
    .into()
}
