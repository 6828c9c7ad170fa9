//! The task that owns a call to a provider: it outlives a client that hangs up, ends the call then, and leaves the usage
//! record whatever happens.
//!
//! The handler of the request only waits for what comes out of here. It may be dropped at any moment.

use std::sync::Arc;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::answer::Failure;
use super::catalog::{TakesUsage, Target};
use super::egress::HttpClient;
use super::ticket::Ticket;
use super::upstream::{self, Opened, Reader, UpstreamError};
use super::{Inner, body, stand_in};
use crate::wire::control::{AskUsage, Control};
use crate::wire::error::{Code, Problem, ProviderSaid};
use crate::wire::passing::Ending;
use crate::wire::stream::ChatStream;
use crate::wire::usage;

/// Pieces that wait for a slow client; then the provider waits too.
const AHEAD: usize = 8;

/// A call to make.
pub(super) struct Call {
    pub inner: Arc<Inner>,
    pub client: HttpClient,
    pub target: Arc<Target>,
    /// The body for the provider.
    pub request: Bytes,
    /// Whether usage was asked for in it in the client's stead.
    pub added_usage: bool,
    /// The client's body as it came.
    pub body: body::Held,
    pub show_usage: bool,
    pub stream: bool,
    pub forwarded: Vec<(HeaderName, HeaderValue)>,
    pub ticket: Ticket,
}

/// What the client gets.
pub(super) enum Outcome {
    /// A whole JSON answer.
    Whole { status: u16, body: Bytes },
    /// A stream.
    Events { status: u16, content_type: AnswerValue, pieces: mpsc::Receiver<Bytes> },
    /// An error.
    Failed(Failure),
}

/// Starts the call. The answer's end is dropped without a word only if the task panicked.
pub(super) fn start(call: Call) -> oneshot::Receiver<Outcome> {
    let (answer, wait) = oneshot::channel();
    // In a box of its own: the runtime would move it about three times.
    tokio::spawn(Box::pin(run(call, answer)));
    wait
}

async fn run(call: Call, mut answer: oneshot::Sender<Outcome>) {
    let began = Instant::now();
    let opened = tokio::select! {
        opened = open(&call) => opened,
        () = answer.closed() => return call.ticket.client_left(),
    };
    let Call { inner, target, request, body, show_usage, stream, mut ticket, .. } = call;
    // A long answer need not keep the question in memory.
    drop((request, body));
    let opened = match opened {
        Ok(opened) => opened,
        Err(failure) => return fail(ticket, answer, failure),
    };
    let as_events = opened.is_events || (stream && !opened.is_json);
    let status = opened.status;
    let content_type = opened.content_type.as_ref().and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
    let mut reader = Reader::new(opened.body, &inner.options.timeouts, &inner.options.limits, began);
    if as_events {
        let content_type = content_type.unwrap_or(AnswerValue::from_static("text/event-stream"));
        let stream = ChatStream::new(show_usage, target.upstream.includes_reasoning);
        let pump = Pump { inner: &inner, target: &target, reader, stream, ready: Vec::new(), ticket };
        return Box::pin(pump.run(status, content_type, answer)).await;
    }
    let whole = tokio::select! {
        whole = reader.all() => whole,
        () = answer.closed() => return ticket.client_left(),
    };
    let whole = match whole {
        Ok(whole) => whole,
        Err(error) => return fail(ticket, answer, broken_off(&target, error)),
    };
    match usage::of_answer(&whole, target.upstream.includes_reasoning) {
        Err(_) => {
            let message = format!("{} answered with something that is no answer.", target.upstream.name);
            fail(ticket, answer, by_provider(&target, Problem::new(Code::ProviderError, message)));
        }
        Ok(tokens) => {
            ticket.first_byte();
            ticket.tokens = tokens;
            if tokens.is_none() {
                ticket.delivered_bytes = usage::text_bytes(&whole);
            }
            ticket.delivered(status);
            // A client that left just now has still been served.
            let _ = answer.send(Outcome::Whole { status, body: whole });
        }
    }
}

fn fail(ticket: Ticket, answer: oneshot::Sender<Outcome>, failure: Failure) {
    ticket.failed(failure.problem.status, &failure.problem.code);
    let _ = answer.send(Outcome::Failed(failure));
}

/// Sends the request and gets an answer that is a success. Once, except where a provider that is not known to take
/// `stream_options` refuses the one that we added: it has not begun to work then, and is asked again without it.
async fn open(call: &Call) -> Result<Opened, Failure> {
    let Call { target, request, .. } = call;
    let upstream = &target.upstream;
    if upstream.stand_in {
        let created = call.inner.options.clock.now().seconds();
        return Ok(stand_in::answer(&target.model, &upstream.name, request, created));
    }
    let learning = call.added_usage && upstream.takes_usage() == TakesUsage::Unknown;
    match send(call, request.clone()).await {
        Ok(opened) => {
            if learning {
                upstream.learn_usage(TakesUsage::Yes);
            }
            Ok(opened)
        }
        Err((_, true)) if learning => {
            let request = Control::read(&call.body.bytes, crate::wire::operation::Operation::Chat).ok();
            let request = request.and_then(|c| c.rewrite(&call.body.bytes, &target.literal, AskUsage::AsSent));
            let request = request.map_or_else(|| call.body.bytes.clone(), Bytes::from);
            let second = send(call, request).await.map_err(|(failure, _)| failure)?;
            upstream.learn_usage(TakesUsage::No);
            Ok(second)
        }
        Err((failure, _)) => Err(failure),
    }
}

/// One request and its answer. An error comes with whether it is about `stream_options`.
async fn send(call: &Call, request: Bytes) -> Result<Opened, (Failure, bool)> {
    let Call { target, inner, .. } = call;
    let options = &inner.options;
    let upstream = &target.upstream;
    let opened = upstream::send(&call.client, upstream, &call.forwarded, request, options.timeouts.first_byte)
        .await
        .map_err(|error| (broken(target, error), false))?;
    if (200..300).contains(&opened.status) {
        return Ok(opened);
    }
    let (status, retry_after) = (opened.status, opened.retry_after);
    let mut reader = Reader::new(opened.body, &options.timeouts, &options.limits, Instant::now());
    let said = reader.some(options.limits.error).await;
    let retry_after = retry_after.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
    let failure = Failure::of_provider(upstream, status, retry_after, &said);
    tracing::warn!(provider = %upstream.provider, status, model = %target.model.id, "A provider refused a call or failed");
    let about_options = matches!(status, 400 | 422) && memchr::memmem::find(&said, b"stream_options").is_some();
    Err((failure, about_options))
}

/// The error for an answer that broke off.
fn broken_off(target: &Target, error: UpstreamError) -> Failure {
    let upstream = &target.upstream;
    tracing::warn!(provider = %upstream.provider, model = %target.model.id, %error, "A provider's answer broke off");
    broken(target, error)
}

/// The error for a call that did not come to an end.
fn broken(target: &Target, error: UpstreamError) -> Failure {
    let upstream = &target.upstream;
    let code = if error == UpstreamError::Timeout { Code::ProviderTimeout } else { Code::ProviderError };
    by_provider(target, Problem::new(code, format!("{} failed: {error}.", upstream.name)))
}

fn by_provider(target: &Target, problem: Problem) -> Failure {
    let said = ProviderSaid { name: target.upstream.provider.as_str().to_owned(), status: None, message: None };
    problem.by_provider(said).into()
}

/// A stream on its way.
struct Pump<'a> {
    inner: &'a Inner,
    target: &'a Target,
    reader: Reader,
    stream: ChatStream,
    /// What may go to the client.
    ready: Vec<Bytes>,
    ticket: Ticket,
}

/// The client has left.
struct Left;

impl Pump<'_> {
    async fn run(mut self, status: u16, content_type: AnswerValue, mut answer: oneshot::Sender<Outcome>) {
        // Until something can be shown, a failure can still be a plain error, which clients handle best.
        let mut ended = None;
        while self.ready.is_empty() && ended.is_none() {
            tokio::select! {
                end = self.read() => ended = end,
                () = answer.closed() => return self.left(),
            }
        }
        if self.ready.is_empty() {
            let failure = match ended {
                Some(Err(error)) => broken_off(self.target, error),
                _ => broken_off(self.target, UpstreamError::Broken),
            };
            return fail(self.ticket, answer, failure);
        }
        self.ticket.first_byte();
        let (client, pieces) = mpsc::channel(AHEAD);
        if answer.send(Outcome::Events { status, content_type, pieces }).is_err() {
            return self.left();
        }
        loop {
            if self.pass_on(&client).await.is_err() {
                return self.left();
            }
            if self.stream.is_done() {
                break;
            }
            match ended {
                None => {}
                Some(Ok(())) => break,
                Some(Err(error)) => return self.cut(&client, error).await,
            }
            tokio::select! {
                end = self.read() => ended = end,
                () = client.closed() => return self.left(),
            }
        }
        match self.stream.ending() {
            Ending::Cut => self.cut(&client, UpstreamError::Broken).await,
            Ending::Failed => {
                self.count();
                self.ticket.failed(502, Code::ProviderError.as_str());
            }
            Ending::Complete => {
                self.count();
                self.ticket.delivered(status);
                // The client has all of it. The provider's last bytes are waited for, so that its connection can be
                // used again.
                drop(client);
                if ended.is_none() {
                    let rest = async { while let Some(Ok(_)) = self.reader.next().await {} };
                    drop(tokio::time::timeout(std::time::Duration::from_secs(1), rest).await);
                }
            }
        }
    }

    /// Reads what comes next into `ready`; the end, if it comes.
    async fn read(&mut self) -> Option<Result<(), UpstreamError>> {
        match self.reader.next().await {
            Some(Ok(piece)) => {
                let ready = &mut self.ready;
                match self.stream.push(&piece, |piece| ready.push(piece)) {
                    Ok(()) => None,
                    Err(_) => Some(Err(UpstreamError::TooLarge)),
                }
            }
            Some(Err(error)) => Some(Err(error)),
            None => {
                self.ready.extend(self.stream.finish());
                Some(Ok(()))
            }
        }
    }

    async fn pass_on(&mut self, client: &mpsc::Sender<Bytes>) -> Result<(), Left> {
        let stall = self.inner.options.timeouts.client_stall;
        for piece in self.ready.drain(..) {
            match client.try_send(piece) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Closed(_)) => return Err(Left),
                Err(mpsc::error::TrySendError::Full(piece)) => {
                    client.send_timeout(piece, stall).await.map_err(|_| Left)?;
                }
            }
        }
        Ok(())
    }

    /// Ends a broken stream with an error event. Never with `[DONE]`: the answer is not complete.
    async fn cut(mut self, client: &mpsc::Sender<Bytes>, error: UpstreamError) {
        let failure = broken_off(self.target, error);
        self.count();
        self.ready.clear();
        self.ready.push(failure.problem.chat_event().into());
        // If the client has left too, nobody reads it.
        let _ = self.pass_on(client).await;
        self.ticket.failed(failure.problem.status, &failure.problem.code);
    }

    fn left(mut self) {
        self.count();
        self.ticket.client_left();
    }

    fn count(&mut self) {
        self.ticket.tokens = self.stream.tokens();
        self.ticket.delivered_bytes = self.stream.text_bytes();
    }
}
