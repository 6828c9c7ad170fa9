//! One attempt that failed: the error for the client, and whether another try is worth it.

use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use hyper::header::HeaderValue;

use crate::gateway::call::failures::{broken, exceeds_window, overloaded, too_long};
use crate::gateway::call::job::CallJob;
use crate::gateway::call::no_answer::NoAnswer;
use crate::gateway::call::plan::Candidate;
use crate::gateway::http::{Failure, safe};
use crate::gateway::marks::log_call;
use crate::gateway::upstream::HttpError;
use crate::wire::error::{ApiError, Code, Complaint, Overflow, ProviderError};
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
    /// The context window that the prompt did not fit in: only a model with a larger one may be tried.
    pub too_small: Option<u64>,
    /// What the provider does not take of the request, if it says so.
    pub complaint: Option<Complaint>,
}

impl FailedAttempt {
    /// A provider that answered with an error status. `body` is the start of its body.
    pub fn of_refusal(
        call: &CallJob,
        candidate: &Candidate,
        status: u16,
        retry_after: Option<HeaderValue>,
        body: &[u8],
    ) -> Self {
        let endpoint = &candidate.endpoint;
        let reported = safe(endpoint, ProviderError::read(body));
        if let Some(overflow) = reported_overflow(call, candidate, Some(status), &reported, body.is_empty()) {
            return Self {
                status: Some(status),
                ..Self::of_overflow(call, candidate, overflow, Some((Some(status), &reported)))
            };
        }

        let complaint = Complaint::read(&reported, None).filter(|_| matches!(status, 400 | 422));
        let after = retry_after.as_ref().and_then(seconds);
        let retry_after = retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
        let verdict = Self::of_error(status, &reported);
        let mut failure = Failure::refused(endpoint, status, retry_after, reported);
        if status == 503 {
            failure.error = overloaded(call.request.operation, failure.error, body);
        }
        Self {
            failure,
            rejects_usage_option: matches!(status, 400 | 422)
                && memchr::memmem::find(body, b"stream_options").is_some(),
            retry_after: after,
            complaint,
            ..verdict
        }
    }

    /// A prompt that is too long for the candidate. `reported` is what the provider said, if it was asked.
    pub fn of_overflow(
        call: &CallJob,
        candidate: &Candidate,
        overflow: Overflow,
        reported: Option<(Option<u16>, &ProviderError)>,
    ) -> Self {
        let error = too_long(call, candidate, overflow);
        Self {
            complaint: reported.and_then(|(_, error)| Complaint::read(error, Some(&overflow))),
            failure: Failure::of_overflow(&candidate.endpoint, error, reported),
            status: reported.map(|_| 200),
            try_others: true,
            too_small: Some(candidate.target.model.context_length),
            ..Self::of_status(400)
        }
    }

    /// An answer of status 200 that turned out to be a failure; logs it.
    pub fn of_no_answer(call: &CallJob, candidate: &Candidate, none: NoAnswer) -> Self {
        let marks = call.marks;
        let (provider, model) = (&candidate.endpoint.provider, &candidate.target.model.id);
        match none {
            NoAnswer::Http(error) => {
                log_call!(warn, marks, provider.id = %provider, model.id = %model, %error, "A provider's answer broke off before its content");
                Self {
                    status: Some(200),
                    ..Self::of_http(call, candidate, error)
                }
            }
            NoAnswer::Halfway(error) => {
                log_call!(warn, marks, provider.id = %provider, model.id = %model, %error, "A provider's whole answer broke off");
                Self {
                    status: Some(200),
                    transient: false,
                    try_others: false,
                    ..Self::of_http(call, candidate, error)
                }
            }
            NoAnswer::Late(reported) => Self {
                transient: false,
                try_others: false,
                ..Self::of_no_answer(call, candidate, NoAnswer::Reported(reported))
            },
            NoAnswer::Reported(reported) => {
                let failed = Self::of_report(call, candidate, &reported);
                let reason = &failed.failure.error.message;
                log_call!(warn, marks, provider.id = %provider, model.id = %model, reason, "A provider answered with an error in the place of an answer");
                failed
            }
            NoAnswer::TooLong(overflow) => {
                log_call!(warn, marks, provider.id = %provider, model.id = %model, "A provider answered a prompt that is too long with nothing");
                Self::of_overflow(call, candidate, overflow, Some((None, &ProviderError::default())))
            }
        }
    }

    /// The consequences of an error for further tries. The failure for the client is still empty.
    fn of_error(status: u16, reported: &ProviderError) -> Self {
        let verdict = Self::of_status(status);
        if reported.is_about_our_account(Some(status)) {
            return Self {
                status: Some(status),
                ..Self::of_status(402)
            };
        }

        let other_may = matches!(status, 400 | 422) && reported.is_about_target();
        Self {
            try_others: verdict.try_others || other_may,
            ..verdict
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
            too_small: None,
            complaint: None,
        }
    }

    /// A call without an answer.
    pub fn of_http(call: &CallJob, candidate: &Candidate, error: HttpError) -> Self {
        let after_timeout = error == HttpError::Timeout && call.inner.options.retries.after_timeout;
        let again = matches!(error, HttpError::Unreachable | HttpError::Broken | HttpError::Ours);
        Self {
            failure: broken(candidate, error),
            status: None,
            transient: again,
            try_others: again || after_timeout,
            counts_against_endpoint: matches!(error, HttpError::Unreachable | HttpError::Broken | HttpError::Timeout),
            rejects_usage_option: false,
            retry_after: None,
            cut_by_us: error.is_our_cut(),
            too_small: None,
            complaint: None,
        }
    }

    /// An answer of status 200 in which the provider reports a failure.
    fn of_report(call: &CallJob, candidate: &Candidate, reported: &Reported) -> Self {
        let status = &reported.status;
        let error = &safe(&candidate.endpoint, reported.error.clone());
        if let Some(overflow) = Overflow::read(*status, error) {
            return Self::of_overflow(call, candidate, overflow, Some((None, error)));
        }

        let complaint = Complaint::read(error, None).filter(|_| matches!(status, Some(400 | 422)));
        let mut failure = Failure::instead_of_answer(&candidate.endpoint, reported);
        if matches!(status, Some(503 | 529)) {
            let code = error.code.as_deref().unwrap_or_default();
            failure.error = overloaded(call.request.operation, failure.error, code.as_bytes());
        }
        Self {
            failure,
            status: Some(200),
            complaint,
            ..Self::of_error(status.unwrap_or(502), error)
        }
    }
}

/// The overflow that a refusal reports. A few providers refuse a prompt that is too long without a word.
fn reported_overflow(
    call: &CallJob,
    candidate: &Candidate,
    status: Option<u16>,
    reported: &ProviderError,
    is_empty: bool,
) -> Option<Overflow> {
    let is_silent = || is_empty && matches!(status, Some(400 | 413)) && exceeds_window(call, candidate);
    Overflow::read(status, reported).or_else(|| is_silent().then(Overflow::default))
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
