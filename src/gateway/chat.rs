//! `POST /v1/chat/completions`.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::mpsc;

use super::answer::{Failure, Head};
use super::catalog::{Route, Snapshot, TakesUsage, Target};
use super::keys::CompiledKey;
use super::pump::{self, Call, Outcome};
use super::ticket::{Dispatch, Ticket};
use super::worker::Worker;
use super::{auth, body, upstream};
use crate::domain::{Decision, Model, ModelId, Outcome as Decided, Resolution, Timestamp, decide};
use crate::wire::control::{AskUsage, Control, ControlError};
use crate::wire::error::{Code, Problem, Surface};
use crate::wire::operation::Operation;

/// Characters of a client's program name that are recorded.
const AGENT: usize = 120;
/// Names that an error suggests.
const SUGGESTIONS: usize = 3;

/// Answers a chat request.
pub(super) async fn chat(request: HttpRequest, payload: web::Payload, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut head = Head::new(worker.new_id(now));
    let answer = match dispatch(&request, payload, &worker, &mut head, now).await {
        Ok(outcome) => answer(head, outcome),
        Err(failure) => head.failure(Surface::Openai, failure),
    };
    worker.inner.metrics.answered(answer.status().as_u16());
    answer
}

/// The recipe: who calls, what for, where it goes. What it comes to is told in the order in which it is found out.
async fn dispatch(
    request: &HttpRequest,
    mut payload: web::Payload,
    worker: &Worker,
    head: &mut Head,
    now: Timestamp,
) -> Result<Outcome, Failure> {
    let inner = &worker.inner;
    let options = &inner.options;
    let key = auth::authenticate(inner, request, now).await?;
    let held = body::read(&mut payload, request.headers(), &inner.bodies, &options.limits, &options.timeouts).await?;
    let control = Control::read(&held.bytes, Operation::Chat).map_err(refused)?;
    let snapshot = inner.live.snapshot(now).await;
    let decision = decide(&key.aliases, &snapshot.catalog, key.allowed_models.as_deref(), &control.model);
    let model = permitted(&decision, &key, &snapshot, head)?;
    let target = target(&snapshot, &model).inspect_err(|_| head.ran(model.id.as_str()))?;
    head.model = Some(target.header.clone());

    let ask = if target.upstream.takes_usage() == TakesUsage::No { AskUsage::AsSent } else { AskUsage::Yes };
    let added_usage = ask == AskUsage::Yes && control.lacks_usage();
    let rewritten = control.rewrite(&held.bytes, &target.literal, ask);
    let call = Dispatch {
        id: head.id,
        at: now,
        requested: printable(&control.model),
        alias: decision.resolution.alias().map(|alias| (alias.name.clone(), alias.matching)),
        stream: control.stream,
        agent: agent(request.headers()),
        prompt_bytes: control.prompt_bytes,
        key: Arc::clone(&key),
    };
    let (stream, show_usage) = (control.stream, control.asks_usage());
    let outcome = pump::start(Call {
        ticket: Ticket::new(Arc::clone(inner), Arc::clone(&target), call),
        inner: Arc::clone(inner),
        client: worker.client.clone(),
        request: rewritten.map_or_else(|| held.bytes.clone(), Bytes::from),
        added_usage,
        stream,
        show_usage,
        forwarded: forwarded(request.headers()),
        body: held,
        target,
    });
    outcome.await.map_err(|_| Problem::new(Code::InternalError, "Something went wrong here.").into())
}

fn refused(error: ControlError) -> Problem {
    let code = match error {
        ControlError::MissingModel => Code::MissingModel,
        ControlError::Messages => Code::InvalidMessages,
        _ => Code::InvalidJson,
    };
    let problem = Problem::new(code, error.to_string());
    match error.key() {
        Some(key) => problem.about(key),
        None => problem,
    }
}

/// The model that runs, if the key may use it; notes in `head` what the name was resolved to.
pub(super) fn permitted(
    decision: &Decision<'_>,
    key: &CompiledKey,
    snapshot: &Snapshot,
    head: &mut Head,
) -> Result<Arc<Model>, Problem> {
    let id = decision.resolution.model();
    if let Resolution::Alias(alias) = decision.resolution {
        head.caught_by(alias);
    }
    let through = decision.resolution.alias().map(|alias| alias.name.as_str());
    match &decision.outcome {
        Decided::Runs(model) => Ok(Arc::clone(model)),
        Decided::NotAllowed(model) => {
            head.ran(model.id.as_str());
            let through = through.map(|name| format!(", which the alias '{name}' points at")).unwrap_or_default();
            let message = format!("This API key may not use the model '{}'{through}.", model.id);
            Err(Problem::new(Code::ModelNotAllowed, message).about("model"))
        }
        Decided::NotFound => {
            let mut message = format!("Model '{id}' was not found or is unavailable.");
            if let Some(name) = through {
                head.ran(id);
                message.push_str(&format!(" The alias '{name}' points at it."));
            }
            if let Some(alias) = key.aliases.matches_in_lowercase(id).filter(|_| through.is_none()) {
                let hint = " is written in lower case: only its letter case differs.";
                message.push_str(&format!(" The alias '{}'{hint}", alias.name));
            } else {
                message.push_str(&suggestions(id, key, snapshot));
            }
            Err(Problem::new(Code::ModelNotFound, message).about("model"))
        }
    }
}

/// The nearest names that the key may call, as a question.
fn suggestions(id: &str, key: &CompiledKey, snapshot: &Snapshot) -> String {
    let may = |id: &&ModelId| key.allowed_models.as_ref().is_none_or(|list| list.contains(id));
    let near = snapshot.catalog.nearest(id, SUGGESTIONS).into_iter().filter(may);
    let near: Vec<String> = near.map(|id| format!("'{id}'")).collect();
    if near.is_empty() { String::new() } else { format!(" Did you mean {}?", near.join(" or ")) }
}

/// Where the model is called.
fn target(snapshot: &Snapshot, model: &Model) -> Result<Arc<Target>, Problem> {
    let id = &model.id;
    match snapshot.route(model) {
        Some(Route::Target(target)) => Ok(Arc::clone(target)),
        Some(Route::NoCredential) | None => {
            let provider =
                snapshot.catalog.provider(&model.provider).map_or(model.provider.as_str(), |p| p.name.as_str());
            let message = format!(
                "Model '{id}' is unavailable: this gateway has no credential for its provider, {provider}. \
                 Whoever runs it can add one."
            );
            Err(Problem::new(Code::ModelUnavailable, message).about("model"))
        }
        Some(Route::Unusable) => {
            let message = format!(
                "Model '{id}' is unavailable: its provider is not set up well here. The gateway's log says what is wrong."
            );
            Err(Problem::new(Code::ModelUnavailable, message).about("model"))
        }
        Some(Route::NotChat) => {
            let message = format!("Model '{id}' makes embeddings and cannot be used for chat.");
            Err(Problem::new(Code::UnsupportedParameter, message).about("model"))
        }
        Some(Route::Elsewhere) => {
            let spoken: Vec<&str> = model.protocols.iter().map(|protocol| protocol.as_str()).collect();
            let message = format!(
                "Model '{id}' cannot be called through chat completions: its provider serves it by {} only.",
                spoken.join(" and ")
            );
            Err(Problem::new(Code::UnsupportedParameter, message).about("model"))
        }
    }
}

/// Headers that go on to the provider. Everything else of the client's stays here, its key above all.
fn forwarded(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let value = |name: &'static str| {
        let value = headers.get(name).filter(|value| value.len() <= 8192)?;
        Some((HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    upstream::FORWARDED.into_iter().filter_map(value).collect()
}

/// The client's program, as far as it can be printed.
fn agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(AGENT).collect())
}

/// A name as the record keeps it: what a client sends may hold anything.
fn printable(name: &str) -> String {
    if name.chars().any(char::is_control) { "(not printable)".into() } else { name.to_owned() }
}

fn answer(head: Head, outcome: Outcome) -> HttpResponse {
    match outcome {
        Outcome::Whole { status, body } => head.json(status, body),
        Outcome::Events { status, content_type, pieces } => head.events(status, content_type).body(Pieces(pieces)),
        Outcome::Failed(failure) => head.failure(Surface::Openai, failure),
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
