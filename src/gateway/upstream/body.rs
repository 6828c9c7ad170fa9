//! A provider's answer as it arrives: its status and headers, its body, and what can go wrong with it.

use std::collections::VecDeque;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::HeaderMap;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

use crate::wire::encoding::{Decoder, Encoded};

/// Why a call, or the rest of its answer, did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
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
    pub fn is_our_cut(self) -> bool {
        matches!(self, Self::Overlong | Self::TooLarge | Self::NoRoom)
    }
}

/// A provider's answer, its body still to come.
#[derive(Debug)]
pub struct ProviderResponse {
    pub status: u16,
    pub is_json: bool,
    pub is_events: bool,
    pub content_type: Option<HeaderValue>,
    pub retry_after: Option<HeaderValue>,
    pub body: Body,
}

/// Where the bytes of an answer come from.
#[derive(Debug)]
pub enum Body {
    Http(Incoming),
    Encoded(Box<EncodedBody>),
    Demo(DemoStream),
}

/// A body that comes compressed, though none was asked for.
#[derive(Debug)]
pub struct EncodedBody {
    incoming: Incoming,
    /// `None`: in a way that is not known here, or all of it has been decoded.
    decoder: Option<Decoder>,
    /// What has come and is not decoded yet.
    pending: Bytes,
    ended: bool,
}

impl EncodedBody {
    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        if self.ended {
            return None;
        }
        let piece = self.decoded().await;
        self.ended = !matches!(piece, Some(Ok(_)));
        piece
    }

    async fn decoded(&mut self) -> Option<Result<Bytes, HttpError>> {
        let Some(decoder) = &mut self.decoder else {
            return Some(Err(HttpError::Undecodable));
        };
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
pub async fn data(incoming: &mut Incoming) -> Option<Result<Bytes, HttpError>> {
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
    pub fn incoming(headers: &HeaderMap, incoming: Incoming) -> Self {
        let decoder = match Encoded::read(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes)) {
            Encoded::Not => return Self::Http(incoming),
            Encoded::By(encoding) => Some(Decoder::new(encoding)),
            Encoded::Unknown => None,
        };
        Self::Encoded(Box::new(EncodedBody {
            incoming,
            decoder,
            pending: Bytes::new(),
            ended: false,
        }))
    }

    /// Whether it is known that nothing more comes.
    pub fn is_at_end(&self) -> bool {
        match self {
            Self::Demo(_) => false,
            Self::Encoded(body) => body.ended,
            Self::Http(incoming) => incoming.is_end_stream(),
        }
    }

    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        match self {
            Self::Demo(words) => words.next().await.map(Ok),
            Self::Encoded(body) => body.next().await,
            Self::Http(incoming) => data(incoming).await,
        }
    }
}

impl ProviderResponse {
    pub fn new(status: u16, headers: &HeaderMap, body: Body) -> Self {
        let content_type = headers.get(CONTENT_TYPE);
        let is = |kind: &[u8]| {
            content_type.is_some_and(|value| {
                value
                    .as_bytes()
                    .get(..kind.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(kind))
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

/// Waits until a moment that is only looked up if there is a wait: what is there already needs no timer.
pub async fn in_time<F: Future>(until: impl FnOnce() -> Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match futures_util::poll!(&mut future) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => timeout_at(until(), future).await,
    }
}

/// An answer, word by word.
#[derive(Debug)]
pub struct DemoStream {
    pub left: VecDeque<Bytes>,
    pub begun: bool,
    pub pace: Duration,
}

impl DemoStream {
    pub async fn next(&mut self) -> Option<Bytes> {
        let next = self.left.pop_front()?;
        if std::mem::replace(&mut self.begun, true) {
            tokio::time::sleep(self.pace).await;
        }
        Some(next)
    }
}
