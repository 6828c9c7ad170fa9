//! A call as its task gets it, and what comes of it.

use std::sync::Arc;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::plan::{Asked, Candidate, Prepared};
use super::record::Ticket;
use crate::domain::Protocol;
use crate::gateway::http::{Failure, body};
use crate::gateway::marks::Marks;
use crate::gateway::state::Inner;
use crate::gateway::upstream::Progress;
use crate::gateway::upstream::dial::HttpClient;

/// A call to make.
pub struct Call {
    pub inner: Arc<Inner>,
    pub client: HttpClient,
    /// Who may be asked, in order. Never empty.
    pub plan: Vec<Candidate>,
    /// The request for the first of them.
    pub first: Option<Prepared>,
    /// One of them was asked.
    pub asked_one: bool,
    pub asked: Asked,
    /// The client's body as it came.
    pub body: body::Held,
    /// Headers of the client's that go on to a provider that speaks its protocol.
    pub forwarded: Vec<(HeaderName, HeaderValue)>,
    pub ticket: Box<Ticket>,
    pub progress: Arc<Progress>,
    pub marks: Marks,
    pub began: Instant,
}

impl Call {
    /// Whether headers of the client's mean something to this candidate.
    pub fn forwards(&self, candidate: &Candidate) -> bool {
        self.asked.operation.native().unwrap_or(Protocol::OpenaiChat) == candidate.upstream.protocol
    }
}

/// What the client gets.
pub enum Outcome {
    /// A whole JSON answer.
    Whole { status: u16, body: Bytes, ran: AnswerValue },
    /// A stream.
    Events { status: u16, content_type: AnswerValue, pieces: mpsc::Receiver<Bytes>, ran: AnswerValue },
    /// An error, and the model that was asked last.
    Failed { failure: Failure, of: Option<AnswerValue> },
}
