//! Tries one candidate, again after transient failures, and once more after a refusal that says what to change.

use std::time::Duration;

use tokio::time::Instant;

use super::CandidateAnswer;
use super::failed::FailedAttempt;
use super::mending::{learn, mend};
use super::send::send_once;
use crate::gateway::call::job::CallJob;
use crate::gateway::call::plan::{Candidate, ProviderRequest};
use crate::gateway::marks::log_call;
use crate::gateway::upstream::TakesUsage;
use crate::random;
use crate::wire::adapt::Mend;
use crate::wire::control::AskUsage;
use crate::wire::neutral::Untranslatable;

/// Tries one candidate, and again after transient failures. `last`: no candidate is left after it, so waiting is worth more.
pub(super) async fn try_with_retries(
    call: &mut CallJob,
    candidate: Candidate,
    provider_request: ProviderRequest,
    last: bool,
) -> Result<CandidateAnswer, Box<FailedAttempt>> {
    let mut candidate = candidate;
    let mut provider_request = provider_request;
    let mut mended: Option<Mend> = None;
    let mut tries = 0;
    loop {
        let began = Instant::now();
        let added_usage = provider_request.added_usage;
        let body = provider_request.body.clone();
        let failed = match send_once(call, &candidate, provider_request).await {
            Ok(answer) => {
                record_success(call, &candidate, added_usage, began);
                if let Some(mend) = &mended {
                    learn(&candidate, mend);
                }
                return Ok(CandidateAnswer { candidate, answer });
            }
            Err(failed) => failed,
        };
        record_failure(call, &candidate, &failed, began);

        if failed.rejects_usage_option && added_usage && candidate.endpoint.takes_usage() == TakesUsage::Unknown {
            // The provider has not begun to work: it is tried again without the option that the gateway added.
            if let Ok(again) = request_again(call, &candidate, AskUsage::AsSent) {
                candidate.endpoint.state.set_takes_usage(TakesUsage::No);
                provider_request = again;
                continue;
            }
        }

        if mended.is_none()
            && let Some(changed) = mend(call, &candidate, &failed, &body)
        {
            candidate = changed.candidate;
            provider_request = changed.request;
            mended = Some(changed.mend);
            continue;
        }

        tries += 1;
        let Some(wait) = wait_before_retry(call, &candidate, &failed, tries, last) else {
            return Err(failed);
        };
        tokio::time::sleep(wait).await;
        match request_again(call, &candidate, candidate.asks_usage()) {
            Ok(mut again) if !call.progress.has_left() => {
                if let Some(mend) = &mended {
                    again.notes.mended(mend.note);
                }
                provider_request = again;
            }
            _ => return Err(failed),
        }
    }
}

fn record_success(call: &mut CallJob, candidate: &Candidate, added_usage: bool, began: Instant) {
    call.record.record_attempt(candidate, Some(200), None, began);
    candidate.breaker.succeeded();
    if added_usage && candidate.endpoint.takes_usage() == TakesUsage::Unknown {
        candidate.endpoint.state.set_takes_usage(TakesUsage::Yes);
    }
}

fn record_failure(call: &mut CallJob, candidate: &Candidate, failed: &FailedAttempt, began: Instant) {
    // After a cut by the gateway the provider is still at work; every other failure it has ended itself.
    call.progress.set_sent(failed.cut_by_us);
    let code = failed.failure.error.code.clone().into_owned();
    call.record.record_attempt(candidate, failed.status, Some(code), began);
}

/// The pause before a candidate is tried again; `None` if it is not. Counts the failure against the endpoint.
fn wait_before_retry(
    call: &CallJob,
    candidate: &Candidate,
    failed: &FailedAttempt,
    tries: u32,
    last: bool,
) -> Option<Duration> {
    let retries = call.inner.options.retries;
    let now = call.inner.options.clock.now();
    if failed.counts_against_endpoint && candidate.breaker.failed(now) {
        log_call!(warn, call.marks, provider.id = %candidate.endpoint.provider, model.id = %candidate.target.model.id, "A model failed several times in a row at its provider and is asked last for a while");
    }

    let wait = failed.retry_after.unwrap_or_else(|| pause(retries.first_pause, tries));
    let longest = if last {
        retries.longest_wait
    } else {
        retries.longest_wait / 4
    };
    let is_paused = candidate.breaker.pause_left(now).is_some();
    let give_up =
        !failed.transient || tries >= retries.tries || wait > longest || is_paused || call.progress.has_left();
    (!give_up).then_some(wait)
}

/// Makes the request for a candidate from the client's body.
///
/// # Errors
/// If the candidate's protocol cannot express the request.
pub(super) fn request_again(
    call: &CallJob,
    candidate: &Candidate,
    ask: AskUsage,
) -> Result<ProviderRequest, Untranslatable> {
    call.request.prepare(&call.body.bytes, &call.control, candidate, ask)
}

/// The pause before the next try. It doubles each time, and is spread, so that calls do not come back all at once.
fn pause(first: Duration, tries: u32) -> Duration {
    let [byte] = random::bytes::<1>();
    let doubled = first * 2_u32.saturating_pow(tries.saturating_sub(1).min(8));
    doubled.mul_f64(0.75 + f64::from(byte) / 512.0)
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
}
