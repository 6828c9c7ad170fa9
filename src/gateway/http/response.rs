//! Our answers: the headers that each of them has, and errors in the caller's shape.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::header_buffer::Values;
use super::{body, rate_headers};
use crate::domain::{Alias, RequestId, Timestamp};
use crate::gateway::cache::CompiledKey;
use crate::gateway::metering::spending::RateLimited;
use crate::gateway::upstream::UpstreamEndpoint;
use crate::wire::error::{ApiError, Code, ProviderError, ProviderErrorDetail, Surface};
use crate::wire::reported::Reported;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const X_MODEL: HeaderName = HeaderName::from_static("x-crossmodel-model");
const X_ALIAS: HeaderName = HeaderName::from_static("x-crossmodel-alias");
const X_SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");
/// Proxies in front that buffer by default must not.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What every answer to one request tells of it, errors included.
#[derive(Clone)]
pub struct Head {
    pub id: RequestId,
    /// The key whose limits per minute the answer tells, once it is known, and the moment they are told for.
    pub rate_limits: Option<Arc<CompiledKey>>,
    at: Timestamp,
    /// The real model, once a name was resolved to one.
    pub model: Option<HeaderValue>,
    /// The alias that caught the name.
    pub alias: Option<HeaderValue>,
}

impl Head {
    pub fn new(id: RequestId, at: Timestamp) -> Self {
        Self {
            id,
            rate_limits: None,
            at,
            model: None,
            alias: None,
        }
    }

    /// When the request came.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Names the alias that caught the requested name.
    pub fn caught_by(&mut self, alias: &Alias) {
        let text = [alias.name.as_str(), "; match=", alias.matching.as_str()].concat();
        self.alias = HeaderValue::try_from(text).ok();
    }

    /// Names the real model that the requested name was resolved to.
    pub fn ran(&mut self, model: &str) {
        self.model = HeaderValue::from_str(model).ok();
    }

    /// As it is in `x-request-id`.
    pub fn request_id(&self) -> String {
        self.id.header_value()
    }

    /// An answer with our headers, so far without a body.
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
            rate_headers::tell(&mut answer, &mut values, key.rate_limits.views(self.at));
        }
        if let Some(model) = self.model {
            answer.insert_header((X_MODEL, model));
        }
        if let Some(alias) = self.alias {
            answer.insert_header((X_ALIAS, alias));
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

    /// An error in the caller's shape.
    pub fn failure(self, surface: Surface, failure: Failure) -> HttpResponse {
        let said = failure.error.body(surface, &self.request_id());
        let mut answer = self.answer(failure.error.status);
        answer.insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        if let Some(after) = failure.retry_after {
            answer.insert_header((RETRY_AFTER, after));
        }
        if failure.is_final {
            // Client libraries would ask twice more.
            answer.insert_header((X_SHOULD_RETRY, HeaderValue::from_static("false")));
        }
        if failure.error.code == Code::UnsupportedEncoding.as_str() {
            answer.insert_header((ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPTED)));
        }
        answer.body(said)
    }
}

/// An error, and what its headers say beside it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error: ApiError,
    pub retry_after: Option<HeaderValue>,
    /// Asking again gets the same.
    pub is_final: bool,
}

impl From<ApiError> for Failure {
    /// An error of ours: final, unless it is about this moment only.
    fn from(error: ApiError) -> Self {
        let passing = [
            Code::RequestTimeout,
            Code::Overloaded,
            Code::DbError,
            Code::InternalError,
            Code::ProviderError,
            Code::ProviderTimeout,
        ];
        let is_final = !passing.iter().any(|code| code.as_str() == error.code);
        let overloaded = error.code == Code::Overloaded.as_str();
        Self {
            error,
            retry_after: overloaded.then(|| HeaderValue::from_static("5")),
            is_final,
        }
    }
}

/// What may be passed on of what a provider said: nothing, if it holds a piece of our credential.
fn safe(endpoint: &UpstreamEndpoint, told: ProviderError) -> ProviderError {
    let texts = [&told.message, &told.param, &told.code, &told.kind];
    let leaks = |text: &String| matches!(endpoint.mask.error(text.as_bytes()), std::borrow::Cow::Owned(_));
    if texts.into_iter().flatten().any(leaks) {
        ProviderError::default()
    } else {
        told
    }
}

impl Failure {
    /// A limit per minute stands in the way.
    pub fn of_limit(limited: &RateLimited) -> Self {
        let what = if limited.about_tokens { "tokens" } else { "requests" };
        let whose = if limited.of_account {
            " for all API keys of the account"
        } else {
            ""
        };
        let message = format!("Rate limit exceeded: max {} {what} per minute{whose}.", limited.limit);
        let seconds = limited.wait.as_millis().div_ceil(1000).max(1);
        Self {
            error: ApiError::new(Code::RateLimitExceeded, message),
            retry_after: HeaderValue::try_from(seconds.to_string()).ok(),
            is_final: false,
        }
    }

    /// What a provider's error where an answer should be becomes, before any content of an answer came.
    pub fn instead_of_answer(endpoint: &UpstreamEndpoint, reported: &Reported) -> Self {
        match reported.status {
            Some(status @ 400..500) => Self::refused(endpoint, status, None, reported.error.clone()),
            _ => Self::in_stream(endpoint, &reported.error, "answered with something that is no answer"),
        }
    }

    /// What a provider's error in the middle of its stream becomes. `otherwise`: what happened, where the provider does not
    /// say it.
    pub fn in_stream(endpoint: &UpstreamEndpoint, told: &ProviderError, otherwise: &str) -> Self {
        let told = safe(endpoint, told.clone());
        let message = match &told.message {
            Some(message) => format!("{} failed: {message}", endpoint.name),
            None => format!("{} {otherwise}.", endpoint.name),
        };
        let said = ProviderErrorDetail {
            name: endpoint.provider.as_str().to_owned(),
            status: None,
            message: told.message,
        };
        ApiError::new(Code::ProviderError, message).by_provider(said).into()
    }

    /// What a provider's refusal becomes. Its own 400 and 429, and their kin, keep their status, so that a client's retry
    /// rules work; that it did not accept *our* credential is our failure, and the client's key is fine.
    pub fn of_provider(
        endpoint: &UpstreamEndpoint,
        status: u16,
        retry_after: Option<HeaderValue>,
        body: &[u8],
    ) -> Self {
        Self::refused(endpoint, status, retry_after, ProviderError::read(body))
    }

    fn refused(
        endpoint: &UpstreamEndpoint,
        status: u16,
        retry_after: Option<HeaderValue>,
        told: ProviderError,
    ) -> Self {
        let told = safe(endpoint, told);
        let about_us = matches!(status, 401..=403);
        let said = ProviderErrorDetail {
            name: endpoint.provider.as_str().to_owned(),
            status: Some(status),
            // What is wrong with our account there is not the client's business.
            message: told.message.clone().filter(|_| !about_us),
        };
        let name = &endpoint.name;
        let its_own = |code: Code, default: &str| {
            let mut error = ApiError::new(code, told.message.clone().unwrap_or_else(|| default.to_owned()));
            error.status = status;
            error.param = told.param.clone().map(Into::into);
            if let Some(code) = &told.code {
                error.code = code.clone().into();
            }
            error
        };
        let error = match status {
            400 | 413 | 422 => {
                let mut error = its_own(Code::InvalidJson, &format!("{name} refused the request."));
                if told.code.is_none() {
                    error.code = "provider_refused".into();
                }
                error
            }
            429 => its_own(
                Code::RateLimitExceeded,
                &format!("{name} asks for fewer requests. Try again later."),
            ),
            401..=403 => ApiError::new(
                Code::ProviderError,
                format!("{name} did not accept this gateway's credential."),
            ),
            404 => ApiError::new(Code::ProviderError, format!("{name} does not know this model.")),
            300..=399 => ApiError::new(
                Code::ProviderError,
                format!("{name} redirected the request, which is not followed."),
            ),
            _ => ApiError::new(Code::ProviderError, format!("{name} failed to answer.")),
        };
        let is_final = matches!(status, 300..=404 | 413 | 422);
        Self {
            error: error.by_provider(said),
            retry_after,
            is_final,
        }
    }
}
