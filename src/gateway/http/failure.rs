//! The errors that clients get: the gateway's own, and those that providers cause.

use std::borrow::Cow;

use actix_web::http::header::HeaderValue;

use crate::gateway::metering::spending::RateLimited;
use crate::gateway::upstream::UpstreamEndpoint;
use crate::wire::error::{ApiError, Code, ProviderError, ProviderErrorDetail};
use crate::wire::reported::Reported;

/// An error for a client, and the headers that go with it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error: ApiError,
    pub retry_after: Option<HeaderValue>,
    /// Whether the same request would fail again. The header `x-should-retry` then tells client libraries not to retry
    /// it.
    pub is_final: bool,
}

impl From<ApiError> for Failure {
    /// An error of the gateway: final, unless the failure is transient.
    fn from(error: ApiError) -> Self {
        let transient = [
            Code::RequestTimeout,
            Code::Overloaded,
            Code::DbError,
            Code::InternalError,
            Code::ProviderError,
            Code::ProviderTimeout,
        ];

        let is_final = !transient.iter().any(|code| code.as_str() == error.code);
        let overloaded = error.code == Code::Overloaded.as_str();

        Self {
            error,
            retry_after: overloaded.then(|| HeaderValue::from_static("5")),
            is_final,
        }
    }
}

impl Failure {
    /// The error for a call that exceeds a limit per minute.
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

    /// The error for a prompt that is too long for the model, in the words of the client's protocol. `reported` is what the
    /// provider said, with its status; `None` if it was not asked.
    pub fn of_overflow(
        endpoint: &UpstreamEndpoint,
        error: ApiError,
        reported: Option<(Option<u16>, &ProviderError)>,
    ) -> Self {
        match reported {
            None => error.into(),
            Some((status, reported)) => {
                let message = safe(endpoint, reported.clone()).message;
                error.by_provider(detail(endpoint, status, message)).into()
            }
        }
    }

    /// The error for a provider that reported a failure where its answer should be, before any content.
    pub fn instead_of_answer(endpoint: &UpstreamEndpoint, reported: &Reported) -> Self {
        let error = safe(endpoint, reported.error.clone());
        match reported.status {
            Some(status @ 400..500) => Self::refused(endpoint, status, None, error),
            _ if error.is_about_our_account(None) => Self::refused(endpoint, 402, None, error),
            _ => failed(endpoint, error, "answered with something that is no answer").into(),
        }
    }

    /// The error for a provider that failed in the middle of its stream. It has the provider's code, or the code that goes
    /// with the kind of failure: some clients read nothing else. `otherwise` says what happened if the provider does not.
    pub fn in_stream(endpoint: &UpstreamEndpoint, reported: &Reported, otherwise: &str) -> Self {
        let error = safe(endpoint, reported.error.clone());
        if error.is_about_our_account(reported.status) {
            let error = refusal(&endpoint.name, 402, &error);
            return error.by_provider(detail(endpoint, None, None)).into();
        }

        let code = error
            .code
            .clone()
            .or_else(|| code_of(reported.status).map(str::to_owned));
        let mut error = failed(endpoint, error, otherwise);
        if let Some(code) = code {
            error.code = code.into();
        }
        error.into()
    }

    /// The error for a provider's refusal, or its failure. 400, 429 and their kin keep their status, so that a client's retry
    /// rules work. A refusal of the gateway's credential is the gateway's failure: the client's key is fine.
    pub fn of_provider(
        endpoint: &UpstreamEndpoint,
        status: u16,
        retry_after: Option<HeaderValue>,
        body: &[u8],
    ) -> Self {
        Self::refused(endpoint, status, retry_after, ProviderError::read(body))
    }

    /// The same as [`Failure::of_provider`], for a body that has been read.
    pub fn refused(
        endpoint: &UpstreamEndpoint,
        status: u16,
        retry_after: Option<HeaderValue>,
        reported: ProviderError,
    ) -> Self {
        let reported = safe(endpoint, reported);
        let about_us = reported.is_about_our_account(Some(status));
        // The state of the gateway's account at the provider is not the client's business.
        let told = reported.message.clone().filter(|_| !about_us);
        let mut detail = detail(endpoint, Some(status), told);
        detail.failed_generation = reported.failed_generation.clone().filter(|_| !about_us);

        let kind = if about_us { 402 } else { status };
        Self {
            error: refusal(&endpoint.name, kind, &reported).by_provider(detail),
            retry_after: retry_after.filter(|_| !about_us),
            is_final: about_us || matches!(status, 300..=404 | 413 | 422),
        }
    }

    /// Whether the prompt is too long for the model.
    pub fn is_overflow(&self) -> bool {
        self.error.status == 400 && self.error.code == Code::ContextLengthExceeded.as_str()
    }
}

/// The client's error for a provider that answered with this status. `name` is the provider's.
fn refusal(name: &str, status: u16, reported: &ProviderError) -> ApiError {
    match status {
        400 | 413 | 422 => {
            let mut error = with_own_words(Code::InvalidJson, status, reported, || {
                format!("{name} refused the request.")
            });
            if reported.code.is_none() {
                error.code = "provider_refused".into();
            }
            error
        }
        429 => with_own_words(Code::RateLimitExceeded, status, reported, || {
            format!("{name} asks for fewer requests. Try again later.")
        }),
        401..=403 => ApiError::new(
            Code::ProviderError,
            format!("{name} did not accept this gateway's credential."),
        ),
        404 => match &reported.message {
            Some(message) => ApiError::new(
                Code::ModelNotFound,
                format!("{name} does not know this model: {message}"),
            )
            .about("model"),
            None => ApiError::new(Code::ProviderError, format!("{name} does not know this model.")),
        },
        300..=399 => ApiError::new(
            Code::ProviderError,
            format!("{name} redirected the request, which is not followed."),
        ),
        _ if reported.blames_request() => {
            ApiError::new(Code::ProviderError, failed_message(name, reported, "failed to answer"))
        }
        _ => ApiError::new(Code::ProviderError, format!("{name} failed to answer.")),
    }
}

/// The error for a provider that failed, without its status.
fn failed(endpoint: &UpstreamEndpoint, reported: ProviderError, otherwise: &str) -> ApiError {
    let message = failed_message(&endpoint.name, &reported, otherwise);
    ApiError::new(Code::ProviderError, message).by_provider(detail(endpoint, None, reported.message))
}

fn failed_message(name: &str, reported: &ProviderError, otherwise: &str) -> String {
    match &reported.message {
        Some(message) => format!("{name} failed: {message}"),
        None => format!("{name} {otherwise}."),
    }
}

fn detail(endpoint: &UpstreamEndpoint, status: Option<u16>, message: Option<String>) -> ProviderErrorDetail {
    ProviderErrorDetail {
        name: endpoint.provider.as_str().to_owned(),
        status,
        message,
        failed_generation: None,
    }
}

/// The code of a failure in a stream whose provider names none.
fn code_of(status: Option<u16>) -> Option<&'static str> {
    match status? {
        429 => Some(Code::RateLimitExceeded.as_str()),
        529 => Some("server_is_overloaded"),
        _ => None,
    }
}

/// An error with the provider's own status, type, message, parameter and code, as far as it reported them.
fn with_own_words(code: Code, status: u16, reported: &ProviderError, default: impl FnOnce() -> String) -> ApiError {
    let mut error = ApiError::new(code, reported.message.clone().unwrap_or_else(default));
    error.status = status;
    error.param = reported.param.clone().map(Into::into);
    if let Some(code) = &reported.code {
        error.code = code.clone().into();
    }
    if let Some(kind) = &reported.kind {
        error.kind = kind.clone().into();
    }
    error
}

/// A provider's error without a piece of the gateway's credential: nothing is left of an error that holds one.
pub fn safe(endpoint: &UpstreamEndpoint, error: ProviderError) -> ProviderError {
    let texts = [&error.message, &error.param, &error.code, &error.kind];
    let leaks = |text: &str| matches!(endpoint.mask.error(text.as_bytes()), Cow::Owned(_));
    let words = texts.into_iter().flatten().map(String::as_str);

    if words.chain(error.failed_generation.as_deref()).any(leaks) {
        ProviderError::default()
    } else {
        error
    }
}
