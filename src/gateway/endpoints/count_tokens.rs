//! `POST /v1/messages/count_tokens`: the number of tokens in a prompt. The provider counts them where it can; else the
//! gateway estimates them and marks the answer as an estimate. The count is free and has no usage record.

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web;
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::respond::{Answer, Caller};
use super::strictness::strictness;
use crate::domain::{Strictness, decide};
use crate::gateway::call::permit::check_model;
use crate::gateway::call::{Candidate, broken, candidate, refused, untranslatable};
use crate::gateway::http::{Failure, forwarded, without_betas};
use crate::gateway::marks::log_call;
use crate::gateway::upstream::Reader;
use crate::gateway::upstream::client::{self, OutgoingRequest};
use crate::wire::adapt::{Plan, RequestView, adapt};
use crate::wire::control::{AskUsage, Control};
use crate::wire::messages;
use crate::wire::operation::Operation;
use crate::wire::reported::Reported;

/// Says that the number is an estimate.
const X_ESTIMATE: HeaderName = HeaderName::from_static("x-crossmodel-estimate");
const HERE: Operation = Operation::CountTokens;

/// Answers a request for a count.
pub async fn count(caller: &mut Caller<'_>, payload: &mut web::Payload) -> Result<Answer, Failure> {
    let buffered = caller.read_call(payload).await?;
    let control = Control::read(&buffered.bytes, HERE).map_err(refused)?;
    let (candidate, strictness) = only_candidate(caller, control.model(&buffered.bytes)).await?;
    caller.head.model = Some(candidate.target.header.clone());

    let pieces = match fit(&buffered.bytes, &control, &candidate, strictness) {
        Plan::Rewrite(edits) => {
            caller.head.adapted = HeaderValue::from_str(&edits.notes.header()).ok();
            edits.pieces(&control.members)
        }
        // What the provider refuses it says itself, and a count of what would move is near enough.
        Plan::Passthrough | Plan::Translate(_) | Plan::Refuse(_) => Default::default(),
    };
    let rewritten = control.rewrite(&buffered.bytes, &candidate.target.literal, AskUsage::AsSent, &pieces);
    let body = rewritten.map_or_else(|| buffered.bytes.clone(), Bytes::from);
    if let Some(count) = ask_provider(caller, &candidate, body).await? {
        return Ok(Answer::ok(count));
    }

    let body = serde_json::from_slice(&buffered.bytes).unwrap_or_default();
    let tokens = messages::count(&body).map_err(untranslatable)?;
    Ok(Answer::Marked {
        body: format!("{{\"input_tokens\":{tokens}}}").into(),
        mark: (X_ESTIMATE, HeaderValue::from_static("input_tokens")),
    })
}

/// What has to happen to the request for the model to take it. A count is not refused for what would be left out: nothing runs.
fn fit(body: &Bytes, control: &Control, candidate: &Candidate, strictness: Strictness) -> Plan {
    match std::str::from_utf8(body) {
        Ok(body) if strictness != Strictness::Off && !candidate.facts.takes_as_it_is(control, body.as_bytes()) => {
            adapt(RequestView { body, control }, &candidate.facts)
        }
        _ => Plan::Passthrough,
    }
}

/// The candidate that the name leads to, and how much the request may be changed. A count has no fallbacks, since nothing is
/// generated.
async fn only_candidate(caller: &mut Caller<'_>, requested: &str) -> Result<(Candidate, Strictness), Failure> {
    let snapshot = caller.worker.inner.cache.snapshot(caller.now).await;
    let key = Arc::clone(&caller.key);
    let allowed = key.allowed_models.as_deref();
    let decision = decide(&key.aliases, &snapshot.catalog, allowed, requested);

    let model = check_model(&decision, &key, &snapshot, &mut caller.head)?;
    let found = candidate(&snapshot, &model, HERE).inspect_err(|_| caller.head.ran(model.id.as_str()))?;
    let strictness = strictness(caller.request.headers(), &decision.resolution, &key)?;
    Ok((found, strictness))
}

/// The provider's own count; `None` if it has no address for that.
async fn ask_provider(caller: &Caller<'_>, candidate: &Candidate, body: Bytes) -> Result<Option<Bytes>, Failure> {
    let inner = &caller.worker.inner;
    let endpoint = &candidate.endpoint;
    let Some(uri) = &endpoint.count_uri else {
        return Ok(None);
    };

    let marks = caller.marks();
    let forwarded = forwarded(HERE, caller.request.headers());
    let fitted = without_betas(&forwarded, &candidate.facts.facts.betas);
    let outgoing = OutgoingRequest {
        uri,
        forwarded: fitted.as_ref().unwrap_or(&forwarded),
        body,
        // Nothing is generated, so a count takes no longer than a stream's head.
        first_byte: endpoint.timeouts.first_byte_stream,
        progress: None,
        marks,
    };
    let sent = client::send(&caller.worker.client, endpoint, outgoing).await;
    let response = sent.map_err(|error| broken(candidate, error))?;

    let (limits, part) = (&inner.options.limits, inner.answers.part());
    let mut reader = Reader::new(response.body, &endpoint.timeouts, limits, Instant::now(), part);
    match response.status {
        200..300 => {
            let all = reader.all(None).await.map_err(|error| broken(candidate, error))?;
            match reported(&all) {
                Some(reported) => Err(Failure::instead_of_answer(endpoint, &reported)),
                None => Ok(Some(endpoint.mask.answer(all))),
            }
        }
        404 | 405 | 501 => Ok(None),
        status => {
            let body = reader.some(limits.error).await;
            let retry_after = response.retry_after;
            let retry_after = retry_after.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
            let failure = Failure::of_provider(endpoint, status, retry_after, &body);

            let reason = &failure.error.message;
            log_call!(warn, marks, provider.id = %endpoint.provider, status, reason, "A provider refused to count tokens");
            Err(failure)
        }
    }
}

/// The failure that an answer reports in place of a count.
fn reported(answer: &[u8]) -> Option<Reported> {
    match serde_json::from_slice::<Value>(answer) {
        Ok(value) if value.get("input_tokens").is_some() => None,
        Ok(value) => Reported::in_event(&value),
        Err(_) => Some(Reported::default()),
    }
}
