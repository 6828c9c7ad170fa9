//! Wraps every endpoint under `/v1` that takes a key: checks the key, runs the endpoint's handler, and adds the
//! gateway's headers to the response.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::sync::mpsc;

use super::caller::authenticate;
use crate::domain::{Timestamp, Used};
use crate::gateway::cache::CompiledKey;
use crate::gateway::call::admit;
use crate::gateway::http::body::{self, BufferedBody};
use crate::gateway::http::{Failure, Head};
use crate::gateway::marks::Marks;
use crate::gateway::worker::Worker;
use crate::wire::error::Surface;

/// A request whose API key is valid and may be used now, from the client's address.
pub struct Caller<'a> {
    pub request: &'a HttpRequest,
    pub worker: &'a Worker,
    pub key: Arc<CompiledKey>,
    /// When the request arrived.
    pub now: Timestamp,
    /// The headers of the response, filled in as the request is handled.
    pub head: Head,
}

impl Caller<'_> {
    /// Counts the request against the limits per minute, then reads its body: the body of a client over its limit is
    /// not read.
    ///
    /// # Errors
    /// If a limit does not admit the request, or the body does not arrive whole and within the limits of size and time.
    pub async fn read_call(&mut self, payload: &mut web::Payload) -> Result<BufferedBody, Failure> {
        let inner = &self.worker.inner;
        self.head.rate_limits = Some(Arc::clone(&self.key));
        admit(inner, &self.key, Used { requests: 1, tokens: 0 }, self.now).await?;

        let options = &inner.options;
        let headers = self.request.headers();
        let body = body::read(payload, headers, &inner.bodies, &options.limits, &options.timeouts).await?;
        Ok(body)
    }

    /// The fields for log lines about the request.
    pub fn marks(&self) -> Marks {
        Marks {
            request: self.head.id,
            key: self.key.id,
            account: self.key.account,
        }
    }
}

/// The result of an endpoint's handler.
pub enum Answer {
    /// JSON text.
    Json { status: u16, body: Bytes },
    /// JSON text with one more header.
    Marked {
        body: Bytes,
        mark: (HeaderName, HeaderValue),
    },
    /// A stream of events.
    Events {
        status: u16,
        content_type: HeaderValue,
        pieces: mpsc::Receiver<Bytes>,
    },
    /// The call was made and failed. Its log lines are written by its task.
    Failed(Failure),
}

impl Answer {
    /// JSON text with status 200.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::Json {
            status: 200,
            body: body.into(),
        }
    }

    fn with(self, head: Head, surface: Surface) -> HttpResponse {
        match self {
            Self::Json { status, body } => head.json(status, body),
            Self::Marked {
                body,
                mark: (name, value),
            } => {
                let mut response = head.json(200, body);
                response.headers_mut().insert(name, value);
                response
            }
            Self::Events {
                status,
                content_type,
                pieces,
            } => head.events(status, content_type).body(Pieces(pieces)),
            Self::Failed(failure) => head.failure(surface, failure),
        }
    }
}

/// Answers a request to an endpoint that takes a key. `surface`: the shape in which the client reads errors.
pub async fn respond(
    request: &HttpRequest,
    worker: &Worker,
    surface: Surface,
    handler: impl AsyncFnOnce(&mut Caller<'_>) -> Result<Answer, Failure>,
) -> HttpResponse {
    let inner = &worker.inner;
    let now = inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now), now);

    let result = match authenticate(inner, request, now).await {
        Ok(key) => {
            let mut caller = Caller {
                request,
                worker,
                key,
                now,
                head,
            };
            let result = handler(&mut caller).await;
            head = caller.head;
            result
        }
        Err(error) => Err(error.into()),
    };

    let response = match result {
        Ok(answer) => answer.with(head, surface),
        Err(failure) => {
            inner.refusal_log.write(&head, &failure);
            head.failure(surface, failure)
        }
    };
    inner.metrics.count_response(response.status().as_u16());
    response
}

/// A stream's body: the pieces that the task of the call sends. When it is dropped, the task learns that the client has left.
struct Pieces(mpsc::Receiver<Bytes>);

impl MessageBody for Pieces {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(Ok))
    }
}
