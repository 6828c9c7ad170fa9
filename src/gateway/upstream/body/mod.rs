//! The body of a provider's answer, as it arrives.

mod demo_stream;
mod encoded;
mod incoming;

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderValue};

pub use demo_stream::DemoStream;
pub use encoded::EncodedBody;

use super::http_error::HttpError;
use crate::wire::encoding::{Decoder, Encoded};
use incoming::next_data;

/// Where the bytes of an answer come from.
#[derive(Debug)]
pub enum Body {
    Http(Incoming),
    Encoded(Box<EncodedBody>),
    Demo(DemoStream),
}

impl Body {
    /// The body of an answer with these headers.
    pub fn incoming(headers: &HeaderMap, incoming: Incoming) -> Self {
        let decoder = match Encoded::read(headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes)) {
            Encoded::Not => return Self::Http(incoming),
            Encoded::By(encoding) => Some(Decoder::new(encoding)),
            Encoded::Unknown => None,
        };

        Self::Encoded(Box::new(EncodedBody::new(incoming, decoder)))
    }

    /// Whether it is certain that nothing more comes.
    pub fn is_at_end(&self) -> bool {
        match self {
            Self::Demo(_) => false,
            Self::Encoded(body) => body.has_ended(),
            Self::Http(incoming) => incoming.is_end_stream(),
        }
    }

    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        match self {
            Self::Demo(stream) => stream.next().await.map(Ok),
            Self::Encoded(body) => body.next().await,
            Self::Http(incoming) => next_data(incoming).await,
        }
    }
}
