//! The head of a provider's answer, with the body still to be read.

use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};

use super::body::Body;

/// A provider's answer whose body is still to be read.
#[derive(Debug)]
pub struct ProviderResponse {
    pub status: u16,
    pub is_json: bool,
    pub is_events: bool,
    pub content_type: Option<HeaderValue>,
    pub retry_after: Option<HeaderValue>,
    pub body: Body,
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
