//! The endpoints that call a model: chat completions, completions, responses, messages and embeddings.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::caller;
use crate::domain::{Timestamp, Traffic, Used, decide};
use crate::gateway::call::permit::check_model;
use crate::gateway::call::{
    CallJob, CallRecord, ClientRequest, ClientResponse, NewCall, admit, candidates, refused, task, untranslatable,
};
use crate::gateway::http::{Failure, Head, body, forwarded};
use crate::gateway::marks::Marks;
use crate::gateway::metering::spending::cost_bound;
use crate::gateway::metering::spool::SpoolFull;
use crate::gateway::upstream::Progress;
use crate::gateway::worker::Worker;
use crate::wire::control::Control;
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;
use crate::wire::usage::{INLINE, inline_data};

/// Characters of a client's program name that are recorded.
const AGENT: usize = 120;

/// Smaller bodies are not searched for pictures: a small one is worth about what it takes.
const LARGE: usize = 64 << 10;

/// Answers a request that calls a model.
pub async fn call(
    operation: Operation,
    request: HttpRequest,
    payload: web::Payload,
    worker: web::Data<Worker>,
) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now), now);
    let answer = match dispatch(operation, &request, payload, &worker, &mut head, now).await {
        Ok(outcome) => answer(operation, head, outcome),
        Err(failure) => {
            worker.inner.refusal_log.write(&head, &failure);
            head.failure(operation.surface(), failure)
        }
    };
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}

/// The recipe: who calls, what for, where it goes. What it comes to is told in the order in which it is found out.
async fn dispatch(
    operation: Operation,
    request: &HttpRequest,
    mut payload: web::Payload,
    worker: &Worker,
    head: &mut Head,
    now: Timestamp,
) -> Result<ClientResponse, Failure> {
    let inner = &worker.inner;
    let options = &inner.options;
    let key = caller::authenticate(inner, request, now).await?;
    head.rate_limits = Some(Arc::clone(&key));
    admit(inner, &key, Used { requests: 1, tokens: 0 }, now).await?;
    let held = body::read(
        &mut payload,
        request.headers(),
        &inner.bodies,
        &options.limits,
        &options.timeouts,
    )
    .await?;
    let control = Control::read(&held.bytes, operation).map_err(refused)?;
    let snapshot = inner.cache.snapshot(now).await;
    let decision = decide(
        &key.aliases,
        &snapshot.catalog,
        key.allowed_models.as_deref(),
        &control.model,
    );
    let model = check_model(&decision, &key, &snapshot, head).inspect_err(|_| {
        inner
            .refusals
            .note(key.id, printable(&control.model), now, agent(request.headers()));
    })?;
    let (first, mut others) =
        candidates(&snapshot, &model, &key, operation).inspect_err(|_| head.ran(model.id.as_str()))?;
    head.model = Some(first.target.header.clone());
    let tier = control.tier(&first.target.model)?;
    others.retain(|other| control.tier(&other.target.model).is_ok());

    let client_request = ClientRequest {
        operation,
        id: head.id,
        created: now.seconds(),
        stream: control.stream,
        include_usage: control.asks_usage(),
        response_name: decision.resolution.keep_name().then(|| control.model.to_string()),
    };
    let provider_request = client_request
        .prepare(&held.bytes, &control, &first, first.asks_usage())
        .map_err(untranslatable)?;
    let all = std::iter::once(&first).chain(&others);
    let models = all.map(|candidate| (&*candidate.target.model, candidate.endpoint.includes_reasoning));
    let bound = cost_bound(models, &control, &held.bytes, tier, options.reserve, now).map_err(ApiError::from)?;
    let tokens = Used {
        requests: 0,
        tokens: bound.tokens,
    };
    admit(inner, &key, tokens, now).await?;
    let holds = key
        .leases
        .hold(&inner.spending, bound.cost, now)
        .await
        .inspect_err(|_| {
            key.rate_limits.settle(now, bound.tokens, 0);
        })?;
    let progress = Arc::<Progress>::default();
    let call = NewCall {
        id: head.id,
        at: now,
        requested: printable(&control.model),
        alias: decision
            .resolution
            .alias()
            .map(|alias| (alias.name.clone(), alias.matching)),
        operation,
        stream: control.stream,
        agent: agent(request.headers()),
        prompt_bytes: prompt_bytes(&control, &held.bytes),
        tier,
        key: Arc::clone(&key),
        bound,
        holds,
        progress: Arc::clone(&progress),
    };
    // It goes through many hands, and is large.
    let outcome = task::start(Box::new(CallJob {
        record: CallRecord::new(worker, &first, call).map_err(|SpoolFull| crate::gateway::call::not_written())?,
        inner: Arc::clone(inner),
        client: worker.client.clone(),
        candidates: std::iter::once(first).chain(others).collect(),
        first_request: Some(provider_request),
        tried_any: false,
        request: client_request,
        forwarded: forwarded(operation, request.headers()),
        body: held,
        progress,
        marks: Marks {
            request: head.id,
            key: key.id,
            account: key.account,
        },
        started: Instant::now(),
    }));
    outcome
        .await
        .map_err(|_| ApiError::new(Code::InternalError, "Something went wrong here.").into())
}

/// How many bytes of text the prompt is worth, where nobody counts its tokens: a picture in it is worth what it shows, and not
/// what it takes.
fn prompt_bytes(control: &Control<'_>, body: &[u8]) -> usize {
    if body.len() < LARGE {
        return control.prompt_bytes;
    }
    let (data, pieces) = inline_data(body);
    control.prompt_bytes.saturating_sub(data) + pieces * INLINE
}

/// The client's program, as far as it can be printed.
fn agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(AGENT).collect())
}

/// A name as the record keeps it: what a client sends may hold anything.
fn printable(name: &str) -> String {
    let readable = name.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if readable {
        name.to_owned()
    } else {
        Traffic::NOT_PRINTABLE.into()
    }
}

fn answer(operation: Operation, mut head: Head, outcome: ClientResponse) -> HttpResponse {
    match outcome {
        ClientResponse::Whole { status, body, ran } => {
            head.model = Some(ran);
            head.json(status, body)
        }
        ClientResponse::Events {
            status,
            content_type,
            pieces,
            ran,
        } => {
            head.model = Some(ran);
            head.events(status, content_type).body(Pieces(pieces))
        }
        ClientResponse::Failed { failure, of } => {
            head.model = of.or(head.model);
            head.failure(operation.surface(), failure)
        }
    }
}

/// A stream's body: what the pump sends. Dropping it tells the pump that the client has left.
struct Pieces(mpsc::Receiver<Bytes>);

impl MessageBody for Pieces {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(Ok))
    }
}
