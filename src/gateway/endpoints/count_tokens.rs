//! `POST /v1/messages/count_tokens`: how long a prompt is. Asked of the provider where it can say, else estimated, and
//! marked as that. Costs nothing and leaves no usage record.

use actix_web::http::header::{HeaderName, HeaderValue as AnswerValue};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::caller;
use crate::domain::{Timestamp, Used, decide};
use crate::gateway::call::permit::check_model;
use crate::gateway::call::{Candidate, broken, candidate};
use crate::gateway::http::{Failure, Head, body};
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::upstream::Reader;
use crate::gateway::upstream::client::{self, OutgoingRequest};
use crate::gateway::worker::Worker;
use crate::wire::control::{AskUsage, Control};
use crate::wire::messages;
use crate::wire::operation::Operation;
use crate::wire::reported::Reported;

/// Says that the number is an estimate.
const X_ESTIMATE: HeaderName = HeaderName::from_static("x-crossmodel-estimate");
const HERE: Operation = Operation::CountTokens;

/// A count.
enum Count {
    /// The provider's own answer.
    Counted(Bytes),
    /// Ours.
    Estimated(u64),
}

/// Answers a request for a count.
pub async fn count(request: HttpRequest, payload: web::Payload, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now), now);
    let answer = match counted(&request, payload, &worker, &mut head, now).await {
        Ok(Count::Counted(body)) => head.json(200, body),
        Ok(Count::Estimated(tokens)) => {
            let mut answer = head.json(200, format!("{{\"input_tokens\":{tokens}}}"));
            answer
                .headers_mut()
                .insert(X_ESTIMATE, AnswerValue::from_static("input_tokens"));
            answer
        }
        Err(failure) => {
            worker.inner.refusal_log.write(&head, &failure);
            head.failure(HERE.surface(), failure)
        }
    };
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}

async fn counted(
    request: &HttpRequest,
    mut payload: web::Payload,
    worker: &Worker,
    head: &mut Head,
    now: Timestamp,
) -> Result<Count, Failure> {
    let inner = &worker.inner;
    let options = &inner.options;
    let key = caller::authenticate(inner, request, now).await?;
    head.rate_limits = Some(std::sync::Arc::clone(&key));
    crate::gateway::call::admit(inner, &key, Used { requests: 1, tokens: 0 }, now).await?;
    let held = body::read(
        &mut payload,
        request.headers(),
        &inner.bodies,
        &options.limits,
        &options.timeouts,
    )
    .await?;
    let control = Control::read(&held.bytes, HERE).map_err(crate::gateway::call::refused)?;
    let snapshot = inner.cache.snapshot(now).await;
    let decision = decide(
        &key.aliases,
        &snapshot.catalog,
        key.allowed_models.as_deref(),
        &control.model,
    );
    let model = check_model(&decision, &key, &snapshot, head)?;
    let candidate = candidate(&snapshot, &model, HERE).inspect_err(|_| head.ran(model.id.as_str()))?;
    head.model = Some(candidate.target.header.clone());

    let rewritten = control.rewrite(&held.bytes, &candidate.target.literal, AskUsage::AsSent);
    let body = rewritten.map_or_else(|| held.bytes.clone(), Bytes::from);
    let marks = Marks {
        request: head.id,
        key: key.id,
        account: key.account,
    };
    if let Some(count) = client_request(worker, &candidate, request, body, marks).await? {
        return Ok(Count::Counted(count));
    }
    let body = serde_json::from_slice(&held.bytes).unwrap_or_default();
    Ok(Count::Estimated(
        messages::count(&body).map_err(crate::gateway::call::untranslatable)?,
    ))
}

/// The provider's own count; `None` if it has no place to ask.
async fn client_request(
    worker: &Worker,
    candidate: &Candidate,
    request: &HttpRequest,
    body: Bytes,
    marks: Marks,
) -> Result<Option<Bytes>, Failure> {
    let options = &worker.inner.options;
    let Some(uri) = &candidate.endpoint.count_uri else {
        return Ok(None);
    };
    let forwarded = crate::gateway::http::forwarded(HERE, request.headers());
    let endpoint = &candidate.endpoint;
    // Nothing is generated, so a count takes no longer than a stream's head.
    let first_byte = endpoint.timeouts.first_byte_stream;
    let outgo = OutgoingRequest {
        uri,
        forwarded: &forwarded,
        body,
        first_byte,
        progress: None,
        marks,
    };
    let response = client::send(&worker.client, endpoint, outgo)
        .await
        .map_err(|error| broken(candidate, error))?;
    let part = worker.inner.answers.part();
    let mut reader = Reader::new(response.body, &endpoint.timeouts, &options.limits, Instant::now(), part);
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
            let said = reader.some(options.limits.error).await;
            let after = response
                .retry_after
                .and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
            let failure = Failure::of_provider(endpoint, status, after, &said);
            let reason = &failure.error.message;
            log_call!(warn, marks, provider = %endpoint.provider, status, reason, "A provider refused to count tokens");
            Err(failure)
        }
    }
}

/// What an answer reports that is no count.
fn reported(answer: &[u8]) -> Option<Reported> {
    match serde_json::from_slice::<Value>(answer) {
        Ok(value) if value.get("input_tokens").is_some() => None,
        Ok(value) => Reported::in_event(&value),
        Err(_) => Some(Reported::default()),
    }
}
