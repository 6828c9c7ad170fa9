//! Gets an answer that is a success: asks the candidates one after the other, and a candidate that only failed for the
//! moment once more.
//!
//! Tried again: an address that could not be reached or broke off before its answer began, 408, 429 and 5xx. Not tried
//! again: a refusal, which would be the same, and an answer that did not begin in time, since the provider may be at work
//! on it and would be paid twice. Nothing is tried again once the first byte of an answer is on its way to the client.

use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use hyper::header::HeaderValue;
use tokio::time::Instant;

use super::answer::Failure;
use super::http::{self, HttpError, Opened, Reader};
use super::plan::{Candidate, Prepared, Reading};
use super::pump::{Call, broken};
use super::stand_in;
use super::upstream::TakesUsage;
use crate::random;
use crate::wire::control::{AskUsage, Control};
use crate::wire::error::{Code, Problem};

/// A provider's answer that is a success, and who gave it.
pub(super) struct Answered {
    pub opened: Opened,
    pub candidate: Candidate,
    pub reading: Reading,
}

/// One try that came to nothing.
struct Failed {
    failure: Failure,
    /// What the provider answered.
    status: Option<u16>,
    /// Worth another try, here or elsewhere.
    passing: bool,
    /// Speaks against the address.
    against: bool,
    /// It is about `stream_options`.
    about_usage: bool,
    /// When the provider wants to be asked again.
    after: Option<Duration>,
}

/// Asks until there is an answer, or nobody is left to ask.
pub(super) async fn answered(call: &mut Call) -> Result<Answered, Failure> {
    let mut last = None;
    let mut paused = None;
    for place in 0..call.plan.len() {
        let Some(candidate) = call.plan.get(place).cloned() else { break };
        let Some(prepared) = prepared(call, place, &candidate) else { continue };
        let now = call.inner.options.clock.now();
        let breaker = &candidate.upstream.learned.breaker;
        if !breaker.admits(now) {
            paused = paused.or(breaker.pause_left(now).map(|left| (left, candidate.upstream.name.clone())));
            if call.plan.len() > 1 {
                call.ticket.passed_over(&candidate);
            }
            continue;
        }
        if place > 0 {
            call.ticket.goes_to(&candidate);
        }
        match one(call, &candidate, prepared, place + 1 == call.plan.len()).await {
            Ok(answered) => return Ok(answered),
            Err(Failed { failure, passing: false, .. }) => return Err(failure),
            Err(failed) => last = Some(failed.failure),
        }
    }
    Err(last.unwrap_or_else(|| unavailable(paused)))
}

/// The request for a candidate: made before for the first, now for the others. `None` if it cannot be put in its words.
fn prepared(call: &mut Call, place: usize, candidate: &Candidate) -> Option<Prepared> {
    if place == 0
        && let Some(first) = call.first.take()
    {
        return Some(first);
    }
    let control = Control::read(&call.body.bytes, call.asked.operation).ok()?;
    call.asked.prepare(&call.body.bytes, &control, candidate, candidate.ask()).ok()
}

fn unavailable(paused: Option<(Duration, String)>) -> Failure {
    let (left, name) = paused.unwrap_or((Duration::from_secs(1), "Its provider".into()));
    let message = format!("{name} has failed several times in a row and is left alone for a moment. Try again soon.");
    let mut failure = Failure::from(Problem::new(Code::ModelUnavailable, message).about("model"));
    failure.retry_after = AnswerValue::try_from(left.as_secs().max(1).to_string()).ok();
    failure.is_final = false;
    failure
}

/// Asks one candidate, more than once if that promises something. `last`: nobody else is left, so waiting is worth more.
async fn one(call: &mut Call, candidate: &Candidate, prepared: Prepared, last: bool) -> Result<Answered, Failed> {
    let Prepared { request, mut added_usage, mut reading } = prepared;
    let mut request = request;
    let retries = call.inner.options.retries;
    let mut tries = 0;
    loop {
        let began = Instant::now();
        let failed = match once(call, candidate, &request).await {
            Ok(opened) => {
                call.ticket.tried(candidate, Some(opened.status), None, began);
                candidate.upstream.learned.breaker.succeeded();
                if added_usage && candidate.upstream.takes_usage() == TakesUsage::Unknown {
                    candidate.upstream.learned.learn(TakesUsage::Yes);
                }
                return Ok(Answered { opened, candidate: candidate.clone(), reading });
            }
            Err(failed) => failed,
        };
        let code = failed.failure.problem.code.clone().into_owned();
        call.ticket.tried(candidate, failed.status, Some(code), began);
        if failed.about_usage && added_usage && candidate.upstream.takes_usage() == TakesUsage::Unknown {
            // It has not begun to work, and is asked again without what we added.
            let control = Control::read(&call.body.bytes, call.asked.operation).ok();
            let again =
                control.and_then(|c| call.asked.prepare(&call.body.bytes, &c, candidate, AskUsage::AsSent).ok());
            if let Some(again) = again {
                candidate.upstream.learned.learn(TakesUsage::No);
                (request, added_usage, reading) = (again.request, again.added_usage, again.reading);
                continue;
            }
        }
        let now = call.inner.options.clock.now();
        if failed.against && candidate.upstream.learned.breaker.failed(now) {
            tracing::warn!(provider = %candidate.upstream.provider, "A provider failed several times in a row and is left alone for a while");
        }
        tries += 1;
        let wait = failed.after.unwrap_or_else(|| pause(retries.first_pause, tries));
        let longest = if last { retries.longest_wait } else { retries.longest_wait / 4 };
        let left_alone = candidate.upstream.learned.breaker.pause_left(now).is_some();
        if !failed.passing || tries >= retries.tries || wait > longest || left_alone {
            return Err(failed);
        }
        tokio::time::sleep(wait).await;
    }
}

/// The pause before the next try: twice as long each time, and spread, so that callers do not come back all at once.
fn pause(first: Duration, tries: u32) -> Duration {
    let [byte] = random::bytes::<1>();
    let doubled = first * 2_u32.saturating_pow(tries.saturating_sub(1).min(8));
    doubled.mul_f64(0.75 + f64::from(byte) / 512.0)
}

/// One request and its answer.
async fn once(call: &Call, candidate: &Candidate, request: &Bytes) -> Result<Opened, Failed> {
    let Candidate { target, upstream } = candidate;
    let options = &call.inner.options;
    if upstream.stand_in {
        let created = options.clock.now().seconds();
        return Ok(stand_in::answer(&target.model, &upstream.name, request, created));
    }
    let forwarded = if call.forwards(candidate) { call.forwarded.as_slice() } else { &[] };
    let sent =
        http::send(&call.client, upstream, &upstream.uri, forwarded, request.clone(), options.timeouts.first_byte)
            .await;
    let opened = sent.map_err(|error| Failed {
        failure: broken(candidate, error),
        status: None,
        passing: matches!(error, HttpError::Unreachable | HttpError::Broken),
        against: error != HttpError::Denied,
        about_usage: false,
        after: None,
    })?;
    if (200..300).contains(&opened.status) {
        return Ok(opened);
    }
    let (status, retry_after) = (opened.status, opened.retry_after);
    let mut reader = Reader::new(opened.body, &options.timeouts, &options.limits, Instant::now());
    let said = reader.some(options.limits.error).await;
    let after = retry_after.as_ref().and_then(seconds);
    let retry_after = retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
    tracing::warn!(provider = %upstream.provider, status, model = %target.model.id, "A provider refused a call or failed");
    Err(Failed {
        failure: Failure::of_provider(upstream, status, retry_after, &said),
        status: Some(status),
        passing: matches!(status, 408 | 429 | 500..),
        against: status >= 500,
        about_usage: matches!(status, 400 | 422) && memchr::memmem::find(&said, b"stream_options").is_some(),
        after,
    })
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
                assert!(pause >= doubled.mul_f64(0.75) && pause <= doubled.mul_f64(1.25), "{pause:?}");
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
