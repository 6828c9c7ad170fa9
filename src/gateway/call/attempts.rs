//! Gets an answer: asks the candidates one after the other, and a candidate that only failed for the moment once more.
//!
//! Tried again: an address that could not be reached or broke off, 408, 429 and 5xx, and an answer of 200 that reports the
//! same or holds nothing. Tried elsewhere, but not again: a refusal of our credential or of the model. Tried nowhere else: a
//! refusal of the request, which would be the same, and an answer that did not begin in time, since the provider may be at
//! work on it and would be paid twice. Nothing is tried again once the first content of an answer has come.

use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::time::Instant;

use super::failures::broken;
use super::job::CallJob;
use super::opening::{self, Answer, NoAnswer};
use super::plan::{Candidate, ProviderRequest};
use crate::gateway::http::Failure;
use crate::gateway::marks::log_call;
use crate::gateway::upstream::client::{self, OutgoingRequest};
use crate::gateway::upstream::{HttpError, ProviderResponse, Reader, TakesUsage, demo};
use crate::random;
use crate::wire::control::{AskUsage, Control};
use crate::wire::error::{ApiError, Code};
use crate::wire::reported::Reported;

/// A provider's answer, and who gave it.
pub struct CandidateAnswer {
    pub candidate: Candidate,
    pub answer: Answer,
}

/// One try that came to nothing.
struct FailedAttempt {
    failure: Failure,
    /// What the provider answered.
    status: Option<u16>,
    /// Worth another try at the same address.
    transient: bool,
    /// Worth a try elsewhere.
    try_others: bool,
    /// Speaks against the address.
    counts_against_endpoint: bool,
    /// It is about `stream_options`.
    rejects_usage_option: bool,
    /// When the provider wants to be asked again.
    retry_after: Option<Duration>,
    /// A limit of ours cut the answer off: the provider charges for it.
    cut_by_us: bool,
}

/// Why there is no answer.
pub struct Unanswered {
    pub failure: Failure,
    /// A limit of ours cut the answer off: the provider charges for it.
    pub cut_by_us: bool,
}

/// Asks until there is an answer, or nobody is left to ask. Candidates that failed again and again are asked last, but they
/// are asked: where nobody else is left, a call that fails is no worse than one that is not made.
pub async fn run_attempts(call: &mut CallJob) -> Result<CandidateAnswer, Unanswered> {
    let mut last = None;
    let mut put_off = Vec::new();
    for index in 0..call.candidates.len() {
        let now = call.inner.options.clock.now();
        let admit = call
            .candidates
            .get(index)
            .is_some_and(|candidate| candidate.breaker.admits(now));
        if !admit {
            if let Some(candidate) = call.candidates.get(index).filter(|_| call.candidates.len() > 1) {
                call.record.record_skipped(candidate);
            }
            put_off.push(index);
            continue;
        }
        match try_candidate(call, index, false).await {
            Some(Err(failed)) if failed.try_others && !call.progress.has_left() => last = Some(failed),
            Some(result) => return result.map_err(Unanswered::from),
            None => {}
        }
    }

    for (nth, &index) in put_off.iter().enumerate() {
        match try_candidate(call, index, nth + 1 == put_off.len()).await {
            Some(Err(failed)) if failed.try_others && !call.progress.has_left() => last = Some(failed),
            Some(result) => return result.map_err(Unanswered::from),
            None => {}
        }
    }
    Err(last.map_or_else(no_candidate, Unanswered::from))
}

impl From<Box<FailedAttempt>> for Unanswered {
    fn from(failed: Box<FailedAttempt>) -> Self {
        Self {
            failure: failed.failure,
            cut_by_us: failed.cut_by_us,
        }
    }
}

/// The error for a request that no candidate has words for; the first one has, or the call would not have come here.
fn no_candidate() -> Unanswered {
    let failure = ApiError::new(Code::ModelUnavailable, "No provider of this model can be asked.")
        .about("model")
        .into();
    Unanswered {
        failure,
        cut_by_us: false,
    }
}

/// Asks one candidate; `None` if the request cannot be put in its words. `last`: nobody is left after it.
async fn try_candidate(
    call: &mut CallJob,
    index: usize,
    last: bool,
) -> Option<Result<CandidateAnswer, Box<FailedAttempt>>> {
    let candidate = call.candidates.get(index)?.clone();
    let provider_request = request_for(call, index, &candidate)?;
    if call.tried_any || index > 0 {
        call.record.switch_to(&candidate);
    }
    call.tried_any = true;
    let last = last || index + 1 == call.candidates.len();
    Some(try_with_retries(call, &candidate, provider_request, last).await)
}

/// The request for a candidate: made before for the first, now for the others. `None` if it cannot be put in its words.
fn request_for(call: &mut CallJob, index: usize, candidate: &Candidate) -> Option<ProviderRequest> {
    if index == 0
        && let Some(first) = call.first_request.take()
    {
        return Some(first);
    }
    request_again(call, candidate, candidate.asks_usage())
}

fn request_again(call: &CallJob, candidate: &Candidate, ask: AskUsage) -> Option<ProviderRequest> {
    let control = Control::read(&call.body.bytes, call.request.operation).ok()?;
    call.request.prepare(&call.body.bytes, &control, candidate, ask).ok()
}

/// Asks one candidate, more than once if that promises something. `last`: nobody else is left, so waiting is worth more.
async fn try_with_retries(
    call: &mut CallJob,
    candidate: &Candidate,
    provider_request: ProviderRequest,
    last: bool,
) -> Result<CandidateAnswer, Box<FailedAttempt>> {
    let retries = call.inner.options.retries;
    let mut provider_request = provider_request;
    let mut tries = 0;
    loop {
        let began = Instant::now();
        let added_usage = provider_request.added_usage;
        let failed = match send_once(call, candidate, provider_request).await {
            Ok(answer) => {
                call.record.record_attempt(candidate, Some(200), None, began);
                candidate.breaker.succeeded();
                if added_usage && candidate.endpoint.takes_usage() == TakesUsage::Unknown {
                    candidate.endpoint.state.set_takes_usage(TakesUsage::Yes);
                }
                return Ok(CandidateAnswer {
                    candidate: candidate.clone(),
                    answer,
                });
            }
            Err(failed) => failed,
        };
        // A cut of ours leaves the provider at work; everything else it has ended itself.
        call.progress.set_sent(failed.cut_by_us);
        let code = failed.failure.error.code.clone().into_owned();
        call.record.record_attempt(candidate, failed.status, Some(code), began);

        if failed.rejects_usage_option && added_usage && candidate.endpoint.takes_usage() == TakesUsage::Unknown {
            // It has not begun to work, and is asked again without what we added.
            if let Some(again) = request_again(call, candidate, AskUsage::AsSent) {
                candidate.endpoint.state.set_takes_usage(TakesUsage::No);
                provider_request = again;
                continue;
            }
        }

        let now = call.inner.options.clock.now();
        if failed.counts_against_endpoint && candidate.breaker.failed(now) {
            log_call!(warn, call.marks, provider = %candidate.endpoint.provider, model = %candidate.target.model.id, "A model failed several times in a row at its provider and is asked last for a while");
        }
        tries += 1;
        let wait = failed.retry_after.unwrap_or_else(|| pause(retries.first_pause, tries));
        let longest = if last {
            retries.longest_wait
        } else {
            retries.longest_wait / 4
        };
        let put_off = candidate.breaker.pause_left(now).is_some();
        if !failed.transient || tries >= retries.tries || wait > longest || put_off || call.progress.has_left() {
            return Err(failed);
        }
        tokio::time::sleep(wait).await;
        match request_again(call, candidate, candidate.asks_usage()) {
            Some(again) if !call.progress.has_left() => provider_request = again,
            _ => return Err(failed),
        }
    }
}

/// The pause before the next try: twice as long each time, and spread, so that callers do not come back all at once.
fn pause(first: Duration, tries: u32) -> Duration {
    let [byte] = random::bytes::<1>();
    let doubled = first * 2_u32.saturating_pow(tries.saturating_sub(1).min(8));
    doubled.mul_f64(0.75 + f64::from(byte) / 512.0)
}

/// One request and its answer.
async fn send_once(
    call: &CallJob,
    candidate: &Candidate,
    provider_request: ProviderRequest,
) -> Result<Answer, Box<FailedAttempt>> {
    let ProviderRequest {
        body: request,
        mode: reading,
        ..
    } = provider_request;
    let response = send(call, candidate, request).await?;
    let status = response.status;
    if (200..300).contains(&status) {
        return opening::read(call, candidate, response, reading)
            .await
            .map_err(|none| Box::new(failed_answer(call, candidate, none)));
    }

    let options = &call.inner.options;
    let Candidate { target, endpoint, .. } = candidate;
    let retry_after = response.retry_after;
    let mut reader = Reader::new(
        response.body,
        &endpoint.timeouts,
        &options.limits,
        Instant::now(),
        call.inner.answers.part(),
    );
    let said = reader.some(options.limits.error).await;
    let after = retry_after.as_ref().and_then(seconds);
    let retry_after = retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
    let failure = Failure::of_provider(endpoint, status, retry_after, &said);
    let reason = &failure.error.message;
    log_call!(warn, call.marks, provider = %endpoint.provider, status, model = %target.model.id, reason, "A provider refused a call or failed");
    Err(Box::new(FailedAttempt {
        failure,
        status: Some(status),
        rejects_usage_option: matches!(status, 400 | 422) && memchr::memmem::find(&said, b"stream_options").is_some(),
        retry_after: after,
        ..FailedAttempt::of_status(status)
    }))
}

/// Sends the request and waits for the head of the answer.
async fn send(call: &CallJob, candidate: &Candidate, request: Bytes) -> Result<ProviderResponse, Box<FailedAttempt>> {
    let Candidate { target, endpoint, .. } = candidate;
    if endpoint.is_demo {
        call.progress.set_sent(true);
        let created = call.inner.options.clock.now().seconds();
        return Ok(demo::answer(&target.model, &endpoint.name, &request, created));
    }
    let timeouts = &endpoint.timeouts;
    let outgo = OutgoingRequest {
        uri: &endpoint.uri,
        forwarded: if call.forwards(candidate) {
            call.forwarded.as_slice()
        } else {
            &[]
        },
        body: request,
        first_byte: if call.request.stream {
            timeouts.first_byte_stream
        } else {
            timeouts.first_byte_whole
        },
        progress: Some(&call.progress),
        marks: call.marks,
    };
    client::send(&call.client, endpoint, outgo)
        .await
        .map_err(|error| Box::new(FailedAttempt::of_http(candidate, error)))
}

/// What an answer that is none comes to.
fn failed_answer(call: &CallJob, candidate: &Candidate, none: NoAnswer) -> FailedAttempt {
    let (provider, model) = (&candidate.endpoint.provider, &candidate.target.model.id);
    match none {
        NoAnswer::Http(error) => {
            log_call!(warn, call.marks, %provider, %model, %error, "A provider's answer broke off before its content");
            FailedAttempt {
                status: Some(200),
                ..FailedAttempt::of_http(candidate, error)
            }
        }
        NoAnswer::Halfway(error) => {
            log_call!(warn, call.marks, %provider, %model, %error, "A provider's whole answer broke off");
            FailedAttempt {
                status: Some(200),
                transient: false,
                try_others: false,
                ..FailedAttempt::of_http(candidate, error)
            }
        }
        NoAnswer::Reported(reported) => {
            let failed = FailedAttempt::of_report(candidate, &reported);
            let reason = &failed.failure.error.message;
            log_call!(warn, call.marks, %provider, %model, reason, "A provider answered with an error in the place of an answer");
            failed
        }
    }
}

impl FailedAttempt {
    /// What a status means for further tries. It has no failure of its own yet.
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

    fn of_http(candidate: &Candidate, error: HttpError) -> Self {
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

    fn of_report(candidate: &Candidate, reported: &Reported) -> Self {
        let failure = Failure::instead_of_answer(&candidate.endpoint, reported);
        Self {
            failure,
            status: Some(200),
            ..Self::of_status(reported.status.unwrap_or(502))
        }
    }
}

/// `retry-after` in seconds. As a date it is for the client alone: our clocks may differ.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    let seconds: f64 = value.to_str().ok()?.trim().parse().ok()?;
    (0.0..1e6).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_spread() {
        let first = Duration::from_millis(200);
        for tries in 1..=3 {
            let doubled = first * 2_u32.pow(tries - 1);
            for _ in 0..100 {
                let pause = pause(first, tries);
                assert!(
                    pause >= doubled.mul_f64(0.75) && pause <= doubled.mul_f64(1.25),
                    "{pause:?}"
                );
            }
        }
    }

    #[test]
    fn a_retry_after_is_read_in_seconds_only() {
        let read = |text: &'static str| seconds(&HeaderValue::from_static(text));

        assert_eq!(read("2"), Some(Duration::from_secs(2)));
        assert_eq!(read("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(read("-1"), None);
        assert_eq!(read("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
