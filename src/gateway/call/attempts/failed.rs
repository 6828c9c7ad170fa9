//! One attempt that failed: the error for the client, and whether another try is worth it.

use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use hyper::header::HeaderValue;

use crate::gateway::call::failures::broken;
use crate::gateway::call::opening::NoAnswer;
use crate::gateway::call::plan::Candidate;
use crate::gateway::http::Failure;
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::upstream::{HttpError, UpstreamEndpoint};
use crate::wire::error::{ApiError, Code};
use crate::wire::reported::Reported;

/// One attempt that failed.
pub struct FailedAttempt {
    pub failure: Failure,
    /// The status of the provider's answer.
    pub status: Option<u16>,
    /// The failure is transient: the same endpoint may be tried again.
    pub transient: bool,
    /// Whether other candidates may be tried.
    pub try_others: bool,
    /// Whether the failure counts against the endpoint in its breaker.
    pub counts_against_endpoint: bool,
    /// Whether the provider refused the request because of `stream_options`.
    pub rejects_usage_option: bool,
    /// The pause that the provider asks for.
    pub retry_after: Option<Duration>,
    /// A limit of the gateway cut the answer off: the provider charges for it.
    pub cut_by_us: bool,
}

impl FailedAttempt {
    /// A provider that answered with an error status. `error` is the start of its body.
    pub fn of_refusal(
        endpoint: &UpstreamEndpoint,
        status: u16,
        retry_after: Option<HeaderValue>,
        error: &[u8],
    ) -> Self {
        let after = retry_after.as_ref().and_then(seconds);
        let retry_after = retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
        Self {
            failure: Failure::of_provider(endpoint, status, retry_after, error),
            rejects_usage_option: matches!(status, 400 | 422)
                && memchr::memmem::find(error, b"stream_options").is_some(),
            retry_after: after,
            ..Self::of_status(status)
        }
    }

    /// An answer of status 200 that turned out to be a failure; logs it.
    pub fn of_no_answer(candidate: &Candidate, marks: Marks, none: NoAnswer) -> Self {
        let (provider, model) = (&candidate.endpoint.provider, &candidate.target.model.id);
        match none {
            NoAnswer::Http(error) => {
                log_call!(warn, marks, provider.id = %provider, model.id = %model, %error, "A provider's answer broke off before its content");
                Self {
                    status: Some(200),
                    ..Self::of_http(candidate, error)
                }
            }
            NoAnswer::Halfway(error) => {
                log_call!(warn, marks, provider.id = %provider, model.id = %model, %error, "A provider's whole answer broke off");
                Self {
                    status: Some(200),
                    transient: false,
                    try_others: false,
                    ..Self::of_http(candidate, error)
                }
            }
            NoAnswer::Reported(reported) => {
                let failed = Self::of_report(candidate, &reported);
                let reason = &failed.failure.error.message;
                log_call!(warn, marks, provider.id = %provider, model.id = %model, reason, "A provider answered with an error in the place of an answer");
                failed
            }
        }
    }

    /// The consequences of a status for further tries. The failure for the client is still empty.
    fn of_status(status: u16) -> Self {
        let again = matches!(status, 408 | 429 | 500..);
        Self {
            failure: ApiError::new(Code::ProviderError, "").into(),
            status: Some(status),
            transient: again,
            try_others: again || matches!(status, 300..=399 | 401..=404),
            counts_against_endpoint: matches!(status, 408 | 500..),
            rejects_usage_option: false,
            retry_after: None,
            cut_by_us: false,
        }
    }

    /// A call without an answer.
    pub fn of_http(candidate: &Candidate, error: HttpError) -> Self {
        let again = matches!(error, HttpError::Unreachable | HttpError::Broken | HttpError::Ours);
        Self {
            failure: broken(candidate, error),
            status: None,
            transient: again,
            try_others: again,
            counts_against_endpoint: matches!(error, HttpError::Unreachable | HttpError::Broken | HttpError::Timeout),
            rejects_usage_option: false,
            retry_after: None,
            cut_by_us: error.is_our_cut(),
        }
    }

    /// An answer of status 200 in which the provider reports a failure.
    fn of_report(candidate: &Candidate, reported: &Reported) -> Self {
        let failure = Failure::instead_of_answer(&candidate.endpoint, reported);
        Self {
            failure,
            status: Some(200),
            ..Self::of_status(reported.status.unwrap_or(502))
        }
    }
}

/// The seconds of a `retry-after`. A date is for the client alone: the clocks of gateway and provider may differ.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    let seconds: f64 = value.to_str().ok()?.trim().parse().ok()?;
    (0.0..1e6).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_after_is_read_in_seconds_only() {
        let read = |text: &'static str| seconds(&HeaderValue::from_static(text));

        assert_eq!(read("2"), Some(Duration::from_secs(2)));
        assert_eq!(read("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read("-1"), None);
        assert_eq!(read("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
