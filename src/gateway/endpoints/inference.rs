//! The endpoints that call a model: chat completions, completions, responses, messages and embeddings.

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::web;
use bytes::Bytes;
use tokio::time::Instant;

use super::respond::{Answer, Caller};
use super::strictness::strictness;
use crate::domain::{AliasName, Match, ServiceTier, Strictness, Traffic, Used, decide};
use crate::gateway::call::permit::check_model;
use crate::gateway::call::{
    CallJob, CallRecord, Candidate, ClientRequest, ClientResponse, NewCall, ProviderRequest, admit, candidates,
    not_written, refused, task, untranslatable,
};
use crate::gateway::http::{Failure, forwarded};
use crate::gateway::metering::spending::{CostBound, Holds, cost_bound};
use crate::gateway::metering::spool::SpoolFull;
use crate::gateway::upstream::Progress;
use crate::wire::control::Control;
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;
use crate::wire::usage::{INLINE, estimate, inline_data};

/// Characters of a client's program name that are recorded.
const AGENT: usize = 120;

/// Smaller bodies are not searched for pictures: a small one is worth about what it takes.
const LARGE: usize = 64 << 10;

/// The decision of where a request goes.
struct Routed {
    first: Candidate,
    /// The candidates after it, in order.
    others: Vec<Candidate>,
    /// The service tier that the client asked for; `None` for the usual one.
    tier: Option<ServiceTier>,
    alias: Option<(AliasName, Match)>,
    /// Whether the answer carries the name that the client sent.
    keep_name: bool,
    /// How much the request may be changed.
    strictness: Strictness,
}

/// Answers a request that calls a model: reads it, decides where it goes, reserves what it may cost, and starts its task.
pub async fn call(
    caller: &mut Caller<'_>,
    operation: Operation,
    payload: &mut web::Payload,
) -> Result<Answer, Failure> {
    let buffered = caller.read_call(payload).await?;
    let control = Control::read(&buffered.bytes, operation).map_err(refused)?;
    let mut routed = route(caller, operation, &control, &buffered.bytes).await?;

    let client_request = ClientRequest {
        operation,
        id: caller.head.id,
        created: caller.now.seconds(),
        stream: control.stream,
        include_usage: control.asks_usage(),
        alias: routed.alias.as_ref().map(|(name, _)| name.to_string()),
        strictness: routed.strictness,
        response_name: routed.keep_name.then(|| control.model(&buffered.bytes).to_owned()),
    };
    let (provider_request, passed_over) = prepare_first(&client_request, &buffered.bytes, &control, &mut routed)?;
    caller.head.model = Some(routed.first.target.header.clone());

    let (bound, holds) = reserve(caller, &control, &buffered.bytes, &routed).await?;
    let prompt_bytes = prompt_bytes(&control, &buffered.bytes);
    let progress = Arc::<Progress>::default();
    let headers = caller.request.headers();
    let new_call = NewCall {
        id: caller.head.id,
        at: caller.now,
        requested: printable(control.model(&buffered.bytes)),
        alias: routed.alias,
        operation,
        stream: control.stream,
        agent: agent(headers),
        prompt_bytes,
        used: control.uses(&buffered.bytes, estimate(prompt_bytes)),
        tier: routed.tier,
        key: Arc::clone(&caller.key),
        bound,
        holds,
        progress: Arc::clone(&progress),
    };

    let mut record = CallRecord::new(caller.worker, &routed.first, new_call).map_err(|SpoolFull| not_written())?;
    for (candidate, error) in passed_over {
        record.record_skipped(&candidate, error.code.into_owned());
    }

    // It goes through many hands, and is large.
    let response = task::start(Box::new(CallJob {
        record,
        inner: Arc::clone(&caller.worker.inner),
        client: caller.worker.client.clone(),
        candidates: std::iter::once(routed.first).chain(routed.others).collect(),
        first_request: Some(provider_request),
        tried_any: false,
        request: client_request,
        control,
        forwarded: forwarded(operation, headers),
        body: buffered,
        progress,
        marks: caller.marks(),
        started: Instant::now(),
    }));
    match response.await {
        Ok(response) => Ok(answer(caller, response)),
        Err(_) => Err(ApiError::new(Code::InternalError, "Something went wrong here.").into()),
    }
}

/// Resolves the name, and finds the candidates that may be asked for it.
async fn route(
    caller: &mut Caller<'_>,
    operation: Operation,
    control: &Control,
    body: &[u8],
) -> Result<Routed, Failure> {
    let inner = &caller.worker.inner;
    let key = Arc::clone(&caller.key);
    let snapshot = inner.cache.snapshot(caller.now).await;
    let allowed = key.allowed_models.as_deref();
    let requested = control.model(body);
    let decision = decide(&key.aliases, &snapshot.catalog, allowed, requested);

    let model = check_model(&decision, &key, &snapshot, &mut caller.head).inspect_err(|_| {
        let agent = agent(caller.request.headers());
        inner.refusals.note(key.id, printable(requested), caller.now, agent);
    })?;
    let (first, mut others) =
        candidates(&snapshot, &model, &key, operation).inspect_err(|_| caller.head.ran(model.id.as_str()))?;

    caller.head.model = Some(first.target.header.clone());

    let tier = control.tier(&first.target.model)?;
    others.retain(|other| control.tier(&other.target.model).is_ok());

    let alias = decision.resolution.alias();
    Ok(Routed {
        first,
        others,
        tier,
        alias: alias.map(|alias| (alias.name.clone(), alias.matching)),
        keep_name: decision.resolution.keep_name(),
        strictness: strictness(caller.request.headers(), &decision.resolution, &key)?,
    })
}

/// Prepares the request for the first candidate that takes it, which becomes the first of all. Returns those that were passed
/// over, each with the reason.
///
/// # Errors
/// If none takes it: why the first does not.
fn prepare_first(
    request: &ClientRequest,
    body: &Bytes,
    control: &Control,
    routed: &mut Routed,
) -> Result<(ProviderRequest, Vec<(Candidate, ApiError)>), ApiError> {
    let mut passed_over = Vec::new();
    loop {
        let (error, is_wrong) = match request.prepare_somewhere(body, control, &mut routed.first) {
            Ok(request) => return Ok((request, passed_over)),
            Err(refused) => {
                let is_wrong = refused.invalid;
                (untranslatable(refused), is_wrong)
            }
        };

        // What is wrong in itself is wrong for all.
        if is_wrong || routed.others.is_empty() {
            return Err(passed_over.into_iter().next().map_or(error, |(_, first)| first));
        }
        let next = routed.others.remove(0);
        passed_over.push((std::mem::replace(&mut routed.first, next), error));
    }
}

/// Holds what the call may cost, of the balance and of every limit that it counts against.
async fn reserve(
    caller: &Caller<'_>,
    control: &Control,
    body: &[u8],
    routed: &Routed,
) -> Result<(CostBound, Holds), Failure> {
    let (inner, key, now) = (&caller.worker.inner, &caller.key, caller.now);
    let all = std::iter::once(&routed.first).chain(&routed.others);
    let models = all.map(|candidate| (&*candidate.target.model, candidate.endpoint.includes_reasoning));
    let bound = cost_bound(models, control, body, routed.tier, inner.options.reserve, now).map_err(ApiError::from)?;

    let used = Used {
        requests: 0,
        tokens: bound.tokens,
    };
    admit(inner, key, used, now).await?;

    let held = key.leases.hold(&inner.spending, bound.cost, now).await;
    let holds = held.inspect_err(|_| key.rate_limits.settle(now, bound.tokens, 0))?;
    Ok((bound, holds))
}

/// The response of a call, with the model that ran in its headers.
fn answer(caller: &mut Caller<'_>, response: ClientResponse) -> Answer {
    match response {
        ClientResponse::Whole { status, body, ran } => {
            (caller.head.model, caller.head.adapted) = (Some(ran.model), ran.adapted);
            Answer::Json { status, body }
        }
        ClientResponse::Events {
            status,
            content_type,
            pieces,
            ran,
        } => {
            (caller.head.model, caller.head.adapted) = (Some(ran.model), ran.adapted);
            Answer::Events {
                status,
                content_type,
                pieces,
            }
        }
        ClientResponse::Failed { failure, of } => {
            if let Some(ran) = of {
                (caller.head.model, caller.head.adapted) = (Some(ran.model), ran.adapted);
            }
            Answer::Failed(failure)
        }
    }
}

/// The bytes of text that the prompt counts as if its provider reports no tokens: a picture counts as a fixed number of
/// bytes, not as its own length.
fn prompt_bytes(control: &Control, body: &[u8]) -> usize {
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

/// A name as the record keeps it: a client may send any characters.
fn printable(name: &str) -> String {
    let readable = name.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if readable {
        name.to_owned()
    } else {
        Traffic::NOT_PRINTABLE.into()
    }
}
