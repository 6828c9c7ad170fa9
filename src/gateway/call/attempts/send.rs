//! Sends a candidate its request, and reads the answer up to its first content.

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::time::Instant;

use super::failed::FailedAttempt;
use crate::gateway::call::job::CallJob;
use crate::gateway::call::opening::{self, Answer};
use crate::gateway::call::plan::{Candidate, ProviderRequest};
use crate::gateway::http::without_betas;
use crate::gateway::marks::log_call;
use crate::gateway::upstream::client::{self, OutgoingRequest};
use crate::gateway::upstream::{ProviderResponse, Reader, demo};
use crate::wire::adapt::{Element, Note};

/// Sends one request and reads its answer up to the first content.
pub(super) async fn send_once(
    call: &mut CallJob,
    candidate: &Candidate,
    provider_request: ProviderRequest,
) -> Result<Answer, Box<FailedAttempt>> {
    let ProviderRequest { body, mode, notes, .. } = provider_request;
    call.record.notes = notes;
    let forwarded = forwarded(call, candidate);
    let response = send(call, candidate, forwarded.as_deref(), body).await?;
    if !(200..300).contains(&response.status) {
        return Err(Box::new(read_refusal(call, candidate, response).await));
    }

    opening::read(call, candidate, response, mode)
        .await
        .map_err(|none| Box::new(FailedAttempt::of_no_answer(call, candidate, none)))
}

/// Reads an answer whose status is an error.
async fn read_refusal(call: &CallJob, candidate: &Candidate, response: ProviderResponse) -> FailedAttempt {
    let options = &call.inner.options;
    let Candidate { target, endpoint, .. } = candidate;
    let ProviderResponse {
        status,
        retry_after,
        body,
        ..
    } = response;

    let part = call.inner.answers.part();
    let mut reader = Reader::new(body, &endpoint.timeouts, &options.limits, Instant::now(), part);
    let error = reader.some(options.limits.error).await;

    let failed = FailedAttempt::of_refusal(call, candidate, status, retry_after, &error);
    let reason = &failed.failure.error.message;
    log_call!(warn, call.marks, provider.id = %endpoint.provider, status, model.id = %target.model.id, reason, "A provider refused a call or failed");
    failed
}

/// The client's headers without the betas that the candidate does not take; `None` if all of them go on, or none at all.
fn forwarded(call: &mut CallJob, candidate: &Candidate) -> Option<Vec<(HeaderName, HeaderValue)>> {
    if !call.forwards(candidate) {
        return None;
    }
    let fitted = without_betas(&call.forwarded, &candidate.facts.facts.betas)?;
    call.record.notes.add(Note::Element(Element::Betas));
    Some(fitted)
}

/// Sends the request and waits for the head of the answer.
async fn send(
    call: &CallJob,
    candidate: &Candidate,
    forwarded: Option<&[(HeaderName, HeaderValue)]>,
    request: Bytes,
) -> Result<ProviderResponse, Box<FailedAttempt>> {
    let Candidate { target, endpoint, .. } = candidate;
    if endpoint.is_demo {
        call.progress.set_sent(true);
        let created = call.inner.options.clock.now().seconds();
        return Ok(demo::answer(&target.model, &endpoint.name, &request, created));
    }

    let timeouts = &endpoint.timeouts;
    let outgoing = OutgoingRequest {
        uri: &endpoint.uri,
        forwarded: match forwarded {
            Some(fitted) => fitted,
            None if call.forwards(candidate) => call.forwarded.as_slice(),
            None => &[],
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

    client::send(&call.client, endpoint, outgoing)
        .await
        .map_err(|error| Box::new(FailedAttempt::of_http(call, candidate, error)))
}
