//! Tries the candidates in order until one answers or none is left. A candidate with a transient failure is tried again.
//!
//! These failures are transient: an address that cannot be reached or breaks off, the statuses 408, 429 and 5xx, and an
//! answer of status 200 that reports one of these or is empty. After a refusal of the gateway's credential or of the
//! model, or of a field that this model lacks, only other candidates are tried; after a prompt that was too long, only
//! those with a larger context window. A refusal that says what to change is answered with the changed request, once for each
//! candidate. After any other refusal of the request none is, since each would refuse it. The
//! same goes for an answer that does not begin in time, unless a setting says otherwise: the provider may be at work on
//! it and would be paid twice. Once the first content of an answer has come, nothing is tried again.

mod failed;
mod mending;
mod retries;
mod send;

use super::failures::{cannot_fit, is_silent_on_overflow, untranslatable};
use super::job::CallJob;
use super::opening::Answer;
use super::plan::{Candidate, ProviderRequest};
use crate::gateway::http::Failure;
use crate::wire::error::{ApiError, Code, Overflow};
use crate::wire::neutral::Untranslatable;
use failed::FailedAttempt;
use retries::try_with_retries;

/// A provider's answer, and the candidate that gave it.
pub struct CandidateAnswer {
    pub candidate: Candidate,
    pub answer: Answer,
}

/// Why there is no answer.
pub struct Unanswered {
    pub failure: Failure,
    /// A limit of the gateway cut the answer off: the provider charges for it.
    pub cut_by_us: bool,
}

/// Tries the candidates in order until one answers or none is left. Candidates that are paused after repeated failures come
/// last. They are tried all the same: where no other is left, a call that fails is no worse than one that is not made.
pub async fn run_attempts(call: &mut CallJob) -> Result<CandidateAnswer, Unanswered> {
    let mut last: Option<Box<FailedAttempt>> = None;
    let mut too_small = None;
    let mut put_off = Vec::new();

    for index in 0..call.candidates.len() {
        let now = call.inner.options.clock.now();
        call.record.record_queue(now);
        let is_admitted = call
            .candidates
            .get(index)
            .is_some_and(|candidate| candidate.breaker.admits(now));
        if !is_admitted {
            if let Some(candidate) = call.candidates.get(index).filter(|_| call.candidates.len() > 1) {
                call.record.record_paused(candidate);
            }
            put_off.push(index);
            continue;
        }
        if is_too_small(call, index, too_small) {
            continue;
        }

        match try_candidate(call, index, false).await {
            Some(Err(failed)) if failed.try_others && !call.progress.has_left() => {
                too_small = too_small.max(failed.too_small);
                last = Some(failed);
            }
            Some(result) => return result.map_err(Unanswered::from),
            None => {}
        }
    }

    for (nth, &index) in put_off.iter().enumerate() {
        if is_too_small(call, index, too_small) {
            continue;
        }
        match try_candidate(call, index, nth + 1 == put_off.len()).await {
            Some(Err(failed)) if failed.try_others && !call.progress.has_left() => {
                too_small = too_small.max(failed.too_small);
                last = Some(failed);
            }
            Some(result) => return result.map_err(Unanswered::from),
            None => {}
        }
    }

    Err(last.map_or_else(no_candidate, Unanswered::from))
}

/// Whether the prompt was too long for a context window of `too_small` tokens, and this candidate's is no larger. Notes it in
/// the record.
fn is_too_small(call: &mut CallJob, index: usize, too_small: Option<u64>) -> bool {
    let (Some(too_small), Some(candidate)) = (too_small, call.candidates.get(index)) else {
        return false;
    };

    let is_too_small = candidate.target.model.context_length <= too_small;
    if is_too_small {
        let code = Code::ContextLengthExceeded.as_str().to_owned();
        call.record.record_skipped(candidate, code);
    }
    is_too_small
}

impl From<Box<FailedAttempt>> for Unanswered {
    fn from(failed: Box<FailedAttempt>) -> Self {
        Self {
            failure: failed.failure,
            cut_by_us: failed.cut_by_us,
        }
    }
}

/// The error for a request that no candidate's protocol can express. At first one could, or the call would not come here.
fn no_candidate() -> Unanswered {
    let failure = ApiError::new(Code::ModelUnavailable, "No provider of this model can be asked.")
        .about("model")
        .into();
    Unanswered {
        failure,
        cut_by_us: false,
    }
}

/// Tries one candidate; `None` if its protocol cannot express the request. `last`: no candidate is left after it.
async fn try_candidate(
    call: &mut CallJob,
    index: usize,
    last: bool,
) -> Option<Result<CandidateAnswer, Box<FailedAttempt>>> {
    let mut candidate = call.candidates.get(index)?.clone();
    let provider_request = match request_for(call, index, &mut candidate) {
        Ok(request) => request,
        Err(refused) => {
            let code = untranslatable(refused).code.into_owned();
            call.record.record_skipped(&candidate, code);
            return None;
        }
    };

    if call.tried_any || index > 0 {
        call.record.switch_to(&candidate);
    }
    call.tried_any = true;

    if is_silent_on_overflow(&candidate) && cannot_fit(call, &candidate) {
        let failed = FailedAttempt::of_overflow(call, &candidate, Overflow::default(), None);
        let code = failed.failure.error.code.clone().into_owned();
        call.record.record_skipped(&candidate, code);
        return Some(Err(Box::new(failed)));
    }

    let last = last || index + 1 == call.candidates.len();
    Some(try_with_retries(call, candidate, provider_request, last).await)
}

/// The request for a candidate, made before for the first one. `candidate` may become another address of its model.
///
/// # Errors
/// If no address of the candidate's model takes the request.
fn request_for(call: &mut CallJob, index: usize, candidate: &mut Candidate) -> Result<ProviderRequest, Untranslatable> {
    if index == 0
        && let Some(first) = call.first_request.take()
    {
        return Ok(first);
    }

    call.request
        .prepare_somewhere(&call.body.bytes, &call.control, candidate)
}
