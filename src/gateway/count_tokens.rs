//! `POST /v1/messages/count_tokens`: how long a prompt is. Asked of the provider where it can say, else estimated, and
//! marked as that. Costs nothing and leaves no usage record.

use actix_web::http::header::{HeaderName, HeaderValue as AnswerValue};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::time::Instant;

use super::answer::{Failure, Head};
use super::candidates::candidate;
use super::http::{self, Reader};
use super::permit::permitted;
use super::plan::Candidate;
use super::pump::broken;
use super::worker::Worker;
use super::{auth, body, call};
use crate::domain::{Timestamp, Used, decide};
use crate::wire::control::{AskUsage, Control};
use crate::wire::messages;
use crate::wire::operation::Operation;

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
pub(super) async fn count(request: HttpRequest, payload: web::Payload, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now), now);
    let answer = match counted(&request, payload, &worker, &mut head, now).await {
        Ok(Count::Counted(body)) => head.json(200, body),
        Ok(Count::Estimated(tokens)) => {
            let mut answer = head.json(200, format!("{{\"input_tokens\":{tokens}}}"));
            answer.headers_mut().insert(X_ESTIMATE, AnswerValue::from_static("input_tokens"));
            answer
        }
        Err(failure) => head.failure(HERE.surface(), failure),
    };
    worker.inner.metrics.answered(answer.status().as_u16());
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
    let key = auth::authenticate(inner, request, now).await?;
    head.gates = Some(std::sync::Arc::clone(&key));
    call::admitted(inner, &key, Used { requests: 1, tokens: 0 }, now).await?;
    let held = body::read(&mut payload, request.headers(), &inner.bodies, &options.limits, &options.timeouts).await?;
    let control = Control::read(&held.bytes, HERE).map_err(call::refused)?;
    let snapshot = inner.live.snapshot(now).await;
    let decision = decide(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref(), &control.model);
    let model = permitted(&decision, &key, &snapshot, head)?;
    let candidate = candidate(&snapshot, &model, HERE).inspect_err(|_| head.ran(model.id.as_str()))?;
    head.model = Some(candidate.target.header.clone());

    let rewritten = control.rewrite(&held.bytes, &candidate.target.literal, AskUsage::AsSent);
    let body = rewritten.map_or_else(|| held.bytes.clone(), Bytes::from);
    if let Some(count) = asked(worker, &candidate, request, body).await? {
        return Ok(Count::Counted(count));
    }
    let body = serde_json::from_slice(&held.bytes).unwrap_or_default();
    Ok(Count::Estimated(messages::count(&body).map_err(call::untranslatable)?))
}

/// The provider's own count; `None` if it has no place to ask.
async fn asked(
    worker: &Worker,
    candidate: &Candidate,
    request: &HttpRequest,
    body: Bytes,
) -> Result<Option<Bytes>, Failure> {
    let options = &worker.inner.options;
    let Some(uri) = &candidate.upstream.count_uri else { return Ok(None) };
    let forwarded = call::forwarded(HERE, request.headers());
    let first_byte = options.timeouts.first_byte;
    let opened = http::send(&worker.client, &candidate.upstream, uri, &forwarded, body, first_byte)
        .await
        .map_err(|error| broken(candidate, error))?;
    let mut reader = Reader::new(opened.body, &options.timeouts, &options.limits, Instant::now());
    match opened.status {
        200..300 => Ok(Some(reader.all().await.map_err(|error| broken(candidate, error))?)),
        404 | 405 | 501 => Ok(None),
        status => {
            let said = reader.some(options.limits.error).await;
            let after = opened.retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
            Err(Failure::of_provider(&candidate.upstream, status, after, &said))
        }
    }
}
