//! The gateway's answers: their common headers, and errors in the form of the client's protocol.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::failure::Failure;
use super::header_buffer::Values;
use super::{body, rate_headers};
use crate::domain::{Alias, RequestId, Timestamp};
use crate::gateway::cache::CompiledKey;
use crate::wire::error::{Code, Surface};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_MODEL: HeaderName = HeaderName::from_static("x-crossmodel-model");
const X_ADAPTED: HeaderName = HeaderName::from_static("x-crossmodel-adapted");
const X_ALIAS: HeaderName = HeaderName::from_static("x-crossmodel-alias");
const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
/// Keeps proxies in front of the gateway from buffering a stream.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The values for the headers of the answer to one request, errors included.
#[derive(Clone)]
pub struct Head {
    pub id: RequestId,
    /// The key, once it is known. The headers have its limits per minute as they are at `at`.
    pub rate_limits: Option<Arc<CompiledKey>>,
    at: Timestamp,
    /// The id of the model that the requested name leads to, once that is known.
    pub model: Option<HeaderValue>,
    /// The alias that matched the requested name.
    pub alias: Option<HeaderValue>,
    /// What was changed in the request to fit it to its target.
    pub adapted: Option<HeaderValue>,
}

impl Head {
    pub fn new(id: RequestId, at: Timestamp) -> Self {
        Self {
            id,
            rate_limits: None,
            at,
            model: None,
            alias: None,
            adapted: None,
        }
    }

    /// When the request arrived.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Names the alias that matched the requested name.
    pub fn caught_by(&mut self, alias: &Alias) {
        let text = [alias.name.as_str(), "; match=", alias.matching.as_str()].concat();
        self.alias = HeaderValue::try_from(text).ok();
    }

    /// Names the model that the requested name leads to.
    pub fn ran(&mut self, model: &str) {
        self.model = HeaderValue::from_str(model).ok();
    }

    /// The request's id as in the header `x-request-id`.
    pub fn request_id(&self) -> String {
        self.id.header_value()
    }

    /// An answer with the common headers and no body yet.
    pub fn answer(self, status: u16) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
        let mut values = Values::default();

        let id = values.make(|out| {
            out.extend_from_slice(RequestId::HEADER_PREFIX.as_bytes());
            out.extend_from_slice(self.id.encode(&mut [0; RequestId::LENGTH]).as_bytes());
        });
        if let Some(id) = id {
            answer.insert_header((X_REQUEST_ID, id));
        }
        answer.insert_header((X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")));
        answer.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")));

        if let Some(key) = &self.rate_limits {
            rate_headers::insert_rate_headers(&mut answer, &mut values, key.rate_limits.views(self.at));
        }

        if let Some(model) = self.model {
            answer.insert_header((X_MODEL, model));
        }
        if let Some(alias) = self.alias {
            answer.insert_header((X_ALIAS, alias));
        }
        if let Some(adapted) = self.adapted {
            answer.insert_header((X_ADAPTED, adapted));
        }

        answer
    }

    /// A JSON answer.
    pub fn json(self, status: u16, body: impl actix_web::body::MessageBody + 'static) -> HttpResponse {
        let mut answer = self.answer(status);
        answer.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        answer.body(body)
    }

    /// The head of an event stream.
    pub fn events(self, status: u16, content_type: HeaderValue) -> HttpResponseBuilder {
        let mut answer = self.answer(status);
        answer.insert_header((CONTENT_TYPE, content_type));
        answer.insert_header((X_ACCEL_BUFFERING, HeaderValue::from_static("no")));
        answer
    }

    /// An error in the form of the client's protocol.
    pub fn failure(self, surface: Surface, failure: Failure) -> HttpResponse {
        let body = failure.error.body(surface, &self.request_id());

        let mut answer = self.answer(failure.error.status);
        answer.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        if let Some(after) = failure.retry_after {
            answer.insert_header((RETRY_AFTER, after));
        }
        if failure.is_final {
            // Without it, client libraries would send the request twice more.
            answer.insert_header((X_SHOULD_RETRY, HeaderValue::from_static("false")));
        }
        if failure.error.code == Code::UnsupportedEncoding.as_str() {
            answer.insert_header((ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED)));
        }

        answer.body(body)
    }
}
