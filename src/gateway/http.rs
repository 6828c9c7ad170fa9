//! One call to a provider: the request that goes out, and the answer's body as it comes in.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::http::uri::Uri;
use hyper::{HeaderMap, Method, Request};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

use super::egress::{EgressError, HttpClient};
use super::stand_in::Words;
use super::upstream::Upstream;
use super::{Limits, Timeouts};
use crate::causes::with_causes;

/// Why a call, or the rest of its answer, did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HttpError {
    #[error("its address is not one that may be called")]
    Denied,
    #[error("it could not be reached")]
    Unreachable,
    #[error("it did not answer in time")]
    Timeout,
    #[error("it broke off its answer")]
    Broken,
    #[error("its answer is too large")]
    TooLarge,
}

/// A provider's answer, its body still to come.
#[derive(Debug)]
pub(super) struct Opened {
    pub status: u16,
    pub is_json: bool,
    pub is_events: bool,
    pub content_type: Option<HeaderValue>,
    pub retry_after: Option<HeaderValue>,
    pub body: Body,
}

/// Where the bytes of an answer come from.
#[derive(Debug)]
pub(super) enum Body {
    Http(Incoming),
    StandIn(Words),
}

impl Body {
    /// Whether it is known that nothing more comes.
    fn is_at_end(&self) -> bool {
        match self {
            Self::StandIn(_) => false,
            Self::Http(incoming) => incoming.is_end_stream(),
        }
    }

    async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        match self {
            Self::StandIn(words) => words.next().await.map(Ok),
            Self::Http(incoming) => loop {
                match incoming.frame().await? {
                    Err(_) => return Some(Err(HttpError::Broken)),
                    Ok(frame) => {
                        // Trailers say nothing that is passed on.
                        if let Ok(data) = frame.into_data() {
                            return Some(Ok(data));
                        }
                    }
                }
            },
        }
    }
}

/// Sends a request and waits for the head of the answer.
pub(super) async fn send(
    client: &HttpClient,
    upstream: &Upstream,
    uri: &Uri,
    forwarded: &[(HeaderName, HeaderValue)],
    body: Bytes,
    first_byte: Duration,
) -> Result<Opened, HttpError> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = upstream.headers.clone();
    for (name, value) in forwarded {
        request.headers_mut().insert(name, value.clone());
    }
    let answer = match timeout(first_byte, client.request(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err((reason(&error), with_causes(&error))),
        Err(_) => Err((HttpError::Timeout, "no answer within the time for its first byte".into())),
    };
    let answer = answer.map_err(|(error, causes)| {
        // The caller learns what happened, the log also why: a certificate, a name that is not found.
        tracing::warn!(provider = %upstream.provider, %error, causes, "A provider could not be called");
        error
    })?;
    let (head, body) = answer.into_parts();
    let opened = Opened::new(head.status.as_u16(), &head.headers, Body::Http(body));
    Ok(opened)
}

impl Opened {
    pub(super) fn new(status: u16, headers: &HeaderMap, body: Body) -> Self {
        let content_type = headers.get(CONTENT_TYPE);
        let is = |kind: &[u8]| {
            content_type.is_some_and(|value| {
                value.as_bytes().get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
            })
        };
        Self {
            status,
            is_json: is(b"application/json"),
            is_events: is(b"text/event-stream"),
            content_type: content_type.cloned(),
            retry_after: headers.get(RETRY_AFTER).cloned(),
            body,
        }
    }
}

fn reason(error: &hyper_util::client::legacy::Error) -> HttpError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        match current.downcast_ref::<EgressError>() {
            Some(EgressError::Denied) => return HttpError::Denied,
            Some(EgressError::Timeout) => return HttpError::Timeout,
            None => cause = current.source(),
        }
    }
    if error.is_connect() { HttpError::Unreachable } else { HttpError::Broken }
}

/// Waits until a moment that is only looked up if there is a wait: what is there already needs no timer.
pub(super) async fn in_time<F: Future>(until: impl FnOnce() -> Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match futures_util::poll!(&mut future) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => timeout_at(until(), future).await,
    }
}

/// Reads an answer piece by piece, within its limits. One timer watches both the pause and the whole.
#[derive(Debug)]
pub(super) struct Reader {
    body: Body,
    idle: Duration,
    ends: Instant,
    left: usize,
}

impl Reader {
    pub(super) fn new(body: Body, timeouts: &Timeouts, limits: &Limits, began: Instant) -> Self {
        Self { body, idle: timeouts.idle, ends: began + timeouts.total, left: limits.answer }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        let (ends, idle) = (self.ends, self.idle);
        let piece = match in_time(|| ends.min(Instant::now() + idle), self.body.next()).await {
            Err(_) => return Some(Err(HttpError::Timeout)),
            Ok(None) => return None,
            Ok(Some(Err(error))) => return Some(Err(error)),
            Ok(Some(Ok(piece))) => piece,
        };
        match self.left.checked_sub(piece.len()) {
            None => Some(Err(HttpError::TooLarge)),
            Some(left) => {
                self.left = left;
                Some(Ok(piece))
            }
        }
    }

    /// The whole answer. One that came in a single piece is not copied, and its end is not waited for if its length was told.
    pub(super) async fn all(&mut self) -> Result<Bytes, HttpError> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        if self.body.is_at_end() {
            return Ok(first);
        }
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let mut all = Vec::with_capacity((first.len() + second.len()) * 2);
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(piece) = self.next().await.transpose()? {
            all.extend_from_slice(&piece);
        }
        Ok(all.into())
    }

    /// The start of an answer, for an error: at most `most` bytes, and what there is of them if it breaks off.
    pub(super) async fn some(&mut self, most: usize) -> Vec<u8> {
        let mut some = Vec::new();
        while let Some(Ok(piece)) = self.next().await {
            some.extend_from_slice(&piece);
            if some.len() >= most {
                some.truncate(most);
                break;
            }
        }
        some
    }
}
