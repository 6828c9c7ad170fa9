//! One call to a provider: the request that goes out, and the answer as it begins.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::http::uri::Uri;
use hyper::{HeaderMap, Method, Request};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

use super::egress::{EgressError, HttpClient};
use super::marks::{Marks, log_call};
use super::stand_in::Words;
use super::upstream::Upstream;
use crate::causes::with_causes;
use crate::wire::encoding::{Decoder, Encoded};

/// Why a call, or the rest of its answer, did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HttpError {
    #[error("its address is not one that may be called")]
    Denied,
    #[error("it could not be reached")]
    Unreachable,
    /// The provider is not to blame.
    #[error("this gateway could not open a connection")]
    Ours,
    #[error("it did not answer in time")]
    Timeout,
    #[error("it broke off its answer")]
    Broken,
    #[error("its answer is compressed in a way that cannot be undone here")]
    Undecodable,
    #[error("its answer is a stream, which was not asked for")]
    Unasked,
    #[error("its answer took longer than an answer may take here")]
    Overlong,
    #[error("its answer is too large")]
    TooLarge,
    #[error("its answer is too large for the memory that is left here")]
    NoRoom,
}

impl HttpError {
    /// Whether a limit of this gateway cut the answer off, which the provider goes on to charge for.
    pub(super) fn is_our_cut(self) -> bool {
        matches!(self, Self::Overlong | Self::TooLarge | Self::NoRoom)
    }
}

/// How far a call has come, as far as others have to know it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The provider has been sent the request, and may charge for it.
    sent: AtomicBool,
    /// The client has left: nothing new is to be begun.
    left: AtomicBool,
}

impl Progress {
    /// Whether a provider may be at work on the request.
    pub(super) fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Notes whether a provider may be at work on the request.
    pub(super) fn set_sent(&self, sent: bool) {
        self.sent.store(sent, Ordering::Relaxed);
    }

    /// Whether the client has left.
    pub(super) fn has_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }

    /// Notes that the client has left.
    pub(super) fn leaves(&self) {
        self.left.store(true, Ordering::Relaxed);
    }
}

/// A request's body, in one piece, that notes when a connection takes it.
#[derive(Debug)]
pub(super) struct Outgoing {
    bytes: Option<Bytes>,
    progress: Option<Arc<Progress>>,
}

impl hyper::body::Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(progress) = &self.progress {
            progress.set_sent(true);
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
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
    Encoded(Box<EncodedBody>),
    StandIn(Words),
}

/// A body that comes compressed, though none was asked for.
#[derive(Debug)]
pub(super) struct EncodedBody {
    incoming: Incoming,
    /// `None`: in a way that is not known here, or all of it has been decoded.
    decoder: Option<Decoder>,
    /// What has come and is not decoded yet.
    pending: Bytes,
    ended: bool,
}

impl EncodedBody {
    async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        if self.ended {
            return None;
        }
        let piece = self.decoded().await;
        self.ended = !matches!(piece, Some(Ok(_)));
        piece
    }

    async fn decoded(&mut self) -> Option<Result<Bytes, HttpError>> {
        let Some(decoder) = &mut self.decoder else { return Some(Err(HttpError::Undecodable)) };
        loop {
            let (mut out, mut rest) = (BytesMut::new(), &*self.pending);
            let written = decoder.decode(&mut rest, &mut out);
            let left = rest.len();
            self.pending.advance(self.pending.len() - left);
            match written {
                Ok(0) => {}
                Ok(_) => return Some(Ok(out.freeze())),
                Err(_) => return Some(Err(HttpError::Undecodable)),
            }
            match data(&mut self.incoming).await {
                Some(Ok(more)) => self.pending = more,
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    let ended = self.decoder.take()?.finish();
                    return ended.is_err().then_some(Err(HttpError::Broken));
                }
            }
        }
    }
}

/// The next bytes of a body as it comes in.
async fn data(incoming: &mut Incoming) -> Option<Result<Bytes, HttpError>> {
    loop {
        match incoming.frame().await? {
            Err(_) => return Some(Err(HttpError::Broken)),
            Ok(frame) => {
                // Trailers say nothing that is passed on.
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
        }
    }
}

impl Body {
    /// A body as it comes in, under these headers.
    fn incoming(headers: &HeaderMap, incoming: Incoming) -> Self {
        let decoder = match Encoded::read(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes)) {
            Encoded::Not => return Self::Http(incoming),
            Encoded::By(encoding) => Some(Decoder::new(encoding)),
            Encoded::Unknown => None,
        };
        Self::Encoded(Box::new(EncodedBody { incoming, decoder, pending: Bytes::new(), ended: false }))
    }

    /// Whether it is known that nothing more comes.
    pub(super) fn is_at_end(&self) -> bool {
        match self {
            Self::StandIn(_) => false,
            Self::Encoded(body) => body.ended,
            Self::Http(incoming) => incoming.is_end_stream(),
        }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        match self {
            Self::StandIn(words) => words.next().await.map(Ok),
            Self::Encoded(body) => body.next().await,
            Self::Http(incoming) => data(incoming).await,
        }
    }
}

/// A request that is ready to go out.
pub(super) struct Outgo<'a> {
    pub uri: &'a Uri,
    /// Headers of the client's that go with it.
    pub forwarded: &'a [(HeaderName, HeaderValue)],
    pub body: Bytes,
    /// How long the head of the answer is waited for.
    pub first_byte: Duration,
    /// Who wants to know when it is sent.
    pub progress: Option<&'a Arc<Progress>>,
    pub marks: Marks,
}

/// Sends a request and waits for the head of the answer.
pub(super) async fn send(client: &HttpClient, upstream: &Upstream, outgo: Outgo<'_>) -> Result<Opened, HttpError> {
    let Outgo { uri, forwarded, body, first_byte, progress, marks } = outgo;
    let mut request = Request::new(Outgoing { bytes: Some(body), progress: progress.cloned() });
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
        log_call!(warn, marks, provider = %upstream.provider, %error, causes, "A provider could not be called");
        error
    })?;

    let (head, body) = answer.into_parts();
    let body = Body::incoming(&head.headers, body);
    Ok(Opened::new(head.status.as_u16(), &head.headers, body))
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
            None => {}
        }
        if current.downcast_ref::<io::Error>().is_some_and(is_our_own) {
            return HttpError::Ours;
        }
        cause = current.source();
    }
    if error.is_connect() { HttpError::Unreachable } else { HttpError::Broken }
}

/// Whether this machine, and not the other end, is why a connection could not be made: it has no descriptor, no memory or no
/// port left.
fn is_our_own(error: &io::Error) -> bool {
    const OURS: [i32; 5] = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS, libc::EADDRNOTAVAIL];
    error.raw_os_error().is_some_and(|number| OURS.contains(&number))
}

/// Waits until a moment that is only looked up if there is a wait: what is there already needs no timer.
pub(super) async fn in_time<F: Future>(until: impl FnOnce() -> Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match futures_util::poll!(&mut future) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => timeout_at(until(), future).await,
    }
}
