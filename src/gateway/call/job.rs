//! The call that a task makes, and the response that it sends to the client.

use std::sync::Arc;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::plan::{Candidate, ClientRequest, ProviderRequest};
use super::ran_headers::RanHeaders;
use super::record::CallRecord;
use crate::domain::Protocol;
use crate::gateway::http::{Failure, body};
use crate::gateway::marks::Marks;
use crate::gateway::state::Inner;
use crate::gateway::upstream::Progress;
use crate::gateway::upstream::dial::HttpClient;
use crate::wire::control::Control;

/// A call that is ready to be made by its task.
pub struct CallJob {
    pub inner: Arc<Inner>,
    pub client: HttpClient,
    /// The candidates, in order. Never empty.
    pub candidates: Vec<Candidate>,
    /// The request for the first of them.
    pub first_request: Option<ProviderRequest>,
    /// Whether a candidate was tried.
    pub tried_any: bool,
    pub request: ClientRequest,
    /// What the body says to the gateway.
    pub control: Control,
    /// The client's body, decoded but not changed.
    pub body: body::BufferedBody,
    /// The client's headers that go on to a provider of the client's protocol.
    pub forwarded: Vec<(HeaderName, HeaderValue)>,
    pub record: Box<CallRecord>,
    pub progress: Arc<Progress>,
    pub marks: Marks,
    pub started: Instant,
}

impl CallJob {
    /// Whether the client's headers go on to this candidate: it speaks the client's protocol.
    pub fn forwards(&self, candidate: &Candidate) -> bool {
        self.request.operation.native().unwrap_or(Protocol::OpenaiChat) == candidate.endpoint.protocol
    }
}

/// The response that the client gets.
pub enum ClientResponse {
    /// A whole JSON answer.
    Whole { status: u16, body: Bytes, ran: RanHeaders },
    /// A stream.
    Events {
        status: u16,
        content_type: AnswerValue,
        pieces: mpsc::Receiver<Bytes>,
        ran: RanHeaders,
    },
    /// An error, and the model that was tried last.
    Failed { failure: Failure, of: Option<RanHeaders> },
}
