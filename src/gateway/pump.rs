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
use super::attempts::{self, Answered};
use super::egress::HttpClient;
use super::flow::Flow;
use super::http::{HttpError, Reader};
use super::plan::{Asked, Candidate, Prepared, Reading};
use super::ticket::Ticket;
use super::{Inner, body, whole};
use crate::domain::Protocol;
use crate::wire::error::{Code, Problem, ProviderSaid};
use crate::wire::passing::Ending;

/// Pieces that wait for a slow client; then the provider waits too.
const AHEAD: usize = 8;
const EVENT_STREAM: AnswerValue = AnswerValue::from_static("text/event-stream");

/// A call to make.
pub(super) struct Call {
    pub inner: Arc<Inner>,
    pub client: HttpClient,
    /// Who may be asked, in order. Never empty.
    pub plan: Vec<Candidate>,
    /// The request for the first of them.
    pub first: Option<Prepared>,
    pub asked: Asked,
    /// The client's body as it came.
    pub body: body::Held,
    /// Headers of the client's that go on to a provider that speaks its protocol.
    pub forwarded: Vec<(HeaderName, HeaderValue)>,
    pub ticket: Ticket,
}

impl Call {
    /// Whether headers of the client's mean something to this candidate.
    pub(super) fn forwards(&self, candidate: &Candidate) -> bool {
        self.asked.operation.native().unwrap_or(Protocol::OpenaiChat) == candidate.upstream.protocol
    }
}

/// What the client gets.
pub(super) enum Outcome {
    /// A whole JSON answer.
    Whole { status: u16, body: Bytes, ran: AnswerValue },
    /// A stream.
    Events { status: u16, content_type: AnswerValue, pieces: mpsc::Receiver<Bytes>, ran: AnswerValue },
    /// An error, and the model that was asked last.
    Failed { failure: Failure, of: Option<AnswerValue> },
}

/// Starts the call. The answer's end is dropped without a word only if the task panicked.
pub(super) fn start(call: Call) -> oneshot::Receiver<Outcome> {
    let (answer, wait) = oneshot::channel();
    // In a box of its own: the runtime would move it about three times.
    tokio::spawn(Box::pin(run(call, answer)));
    wait
}

async fn run(mut call: Call, mut answer: oneshot::Sender<Outcome>) {
    // No provider is asked for what a crash could make forgotten.
    if call.ticket.is_written().await.is_err() {
        return fail(call.ticket, answer, not_written());
    }
    let began = Instant::now();
    let answered = tokio::select! {
        answered = attempts::answered(&mut call) => answered,
        () = answer.closed() => return call.ticket.client_left(),
    };
    let Call { inner, asked, body, mut ticket, .. } = call;
    // A long answer need not keep the question in memory.
    drop(body);
    let Answered { opened, candidate, reading } = match answered {
        Ok(answered) => answered,
        Err(failure) => return fail(ticket, answer, failure),
    };
    let as_events = opened.is_events || (asked.stream && !opened.is_json);
    let status = opened.status;
    let content_type = opened.content_type.as_ref().and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
    let mut reader = Reader::new(opened.body, &inner.options.timeouts, &inner.options.limits, began);
    if as_events {
        let (flow, content_type) = match reading {
            Reading::Passing { name } => {
                (Flow::Passing(candidate.passing(name, &asked)), content_type.unwrap_or(EVENT_STREAM))
            }
            Reading::Translated(exchange) if asked.stream => {
                (Flow::Translated(Box::new(exchange.stream())), EVENT_STREAM)
            }
            Reading::Translated(_) => return fail(ticket, answer, nonsense(&candidate)),
        };
        let pump = Pump { inner: &inner, candidate: &candidate, reader, flow, ready: Vec::new(), ticket };
        return Box::pin(pump.run(status, content_type, answer)).await;
    }
    let all = tokio::select! {
        all = reader.all() => all,
        () = answer.closed() => return ticket.client_left(),
    };
    let all = match all {
        Ok(all) => all,
        Err(error) => return fail(ticket, answer, broken_off(&candidate, error)),
    };
    let Some(told) = whole::tell(all, reading, asked.stream, &candidate.upstream) else {
        return fail(ticket, answer, nonsense(&candidate));
    };
    ticket.first_byte();
    ticket.tokens = told.tokens;
    ticket.served = told.served;
    ticket.delivered_bytes = told.text_bytes;
    if ticket.settled(status).await.is_err() {
        let _ = answer.send(Outcome::Failed { failure: not_written(), of: None });
        return;
    }
    let ran = candidate.target.header.clone();
    let outcome = if told.as_events {
        let (client, pieces) = mpsc::channel(1);
        // It has room for one.
        let _ = client.try_send(told.body);
        Outcome::Events { status, content_type: EVENT_STREAM, pieces, ran }
    } else {
        Outcome::Whole { status, body: told.body, ran }
    };
    // A client that left just now has still been served.
    let _ = answer.send(outcome);
}

fn fail(ticket: Ticket, answer: oneshot::Sender<Outcome>, failure: Failure) {
    let of = ticket.model();
    ticket.failed(failure.problem.status, &failure.problem.code);
    let _ = answer.send(Outcome::Failed { failure, of });
}

/// The error for a call that the spool could not take.
pub(super) fn not_written() -> Failure {
    let mut failure: Failure =
        Problem::new(Code::Overloaded, "Calls cannot be written down right now. Try again in a moment.").into();
    failure.retry_after = Some(AnswerValue::from_static("5"));
    failure
}

/// The error for an answer that is none.
fn nonsense(candidate: &Candidate) -> Failure {
    let message = format!("{} answered with something that is no answer.", candidate.upstream.name);
    by_provider(candidate, Problem::new(Code::ProviderError, message))
}

/// The error for an answer that broke off.
fn broken_off(candidate: &Candidate, error: HttpError) -> Failure {
    tracing::warn!(provider = %candidate.upstream.provider, model = %candidate.target.model.id, %error, "A provider's answer broke off");
    broken(candidate, error)
}

/// The error for a call that did not come to an end.
pub(super) fn broken(candidate: &Candidate, error: HttpError) -> Failure {
    let code = if error == HttpError::Timeout { Code::ProviderTimeout } else { Code::ProviderError };
    by_provider(candidate, Problem::new(code, format!("{} failed: {error}.", candidate.upstream.name)))
}

fn by_provider(candidate: &Candidate, problem: Problem) -> Failure {
    let said = ProviderSaid { name: candidate.upstream.provider.as_str().to_owned(), status: None, message: None };
    problem.by_provider(said).into()
}

/// A stream on its way.
struct Pump<'a> {
    inner: &'a Inner,
    candidate: &'a Candidate,
    reader: Reader,
    flow: Flow,
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
        while self.ready.is_empty() && ended.is_none() && self.flow.untold().is_none() {
            tokio::select! {
                end = self.read() => ended = end,
                () = answer.closed() => return self.left(),
            }
        }
        if self.ready.is_empty() {
            let failure = match ended {
                Some(Err(error)) => broken_off(self.candidate, error),
                _ => self.untold().unwrap_or_else(|| broken_off(self.candidate, HttpError::Broken)),
            };
            return fail(self.ticket, answer, failure);
        }
        self.ticket.first_byte();
        let (client, pieces) = mpsc::channel(AHEAD);
        let ran = self.candidate.target.header.clone();
        if answer.send(Outcome::Events { status, content_type, pieces, ran }).is_err() {
            return self.left();
        }
        // The last pieces stay in `ready`: the client sees the end only when it is written down what it cost.
        while !self.flow.is_done() && ended.is_none() {
            if self.pass_on(&client).await.is_err() {
                return self.left();
            }
            tokio::select! {
                end = self.read() => ended = end,
                () = client.closed() => return self.left(),
            }
        }
        if let (false, Some(Err(error))) = (self.flow.is_done(), &ended) {
            let error = *error;
            return match self.pass_on(&client).await {
                Ok(()) => self.cut(&client, error).await,
                Err(Left) => self.left(),
            };
        }
        self.complete(status, client, ended.is_some()).await;
    }

    /// Ends a stream that says that it has ended.
    async fn complete(mut self, status: u16, client: mpsc::Sender<Bytes>, is_read: bool) {
        if self.flow.ending() != Ending::Complete && self.pass_on(&client).await.is_err() {
            return self.left();
        }
        match self.flow.ending() {
            Ending::Cut => self.cut(&client, HttpError::Broken).await,
            Ending::Failed => match self.untold() {
                Some(failure) => self.tell(&client, failure).await,
                None => {
                    self.count();
                    self.ticket.failed(502, Code::ProviderError.as_str());
                }
            },
            Ending::Complete => {
                self.count();
                let Self { inner, mut reader, mut flow, mut ready, ticket, .. } = self;
                if ticket.settled(status).await.is_err() {
                    ready = vec![flow.fail(&not_written().problem)];
                }
                // A client that left just now has still been served.
                drop(pass_on(inner, &mut ready, &client).await);
                // The client has all of it. The provider's last bytes are waited for, so that its connection can be
                // used again.
                drop(client);
                if !is_read {
                    let rest = async { while let Some(Ok(_)) = reader.next().await {} };
                    drop(tokio::time::timeout(std::time::Duration::from_secs(1), rest).await);
                }
            }
        }
    }

    /// Reads what comes next into `ready`; the end, if it comes.
    async fn read(&mut self) -> Option<Result<(), HttpError>> {
        match self.reader.next().await {
            Some(Ok(piece)) => {
                let ready = &mut self.ready;
                match self.flow.push(&piece, |piece| ready.push(piece)) {
                    Ok(()) => None,
                    Err(_) => Some(Err(HttpError::TooLarge)),
                }
            }
            Some(Err(error)) => Some(Err(error)),
            None => {
                self.ready.extend(self.flow.finish());
                Some(Ok(()))
            }
        }
    }

    async fn pass_on(&mut self, client: &mpsc::Sender<Bytes>) -> Result<(), Left> {
        pass_on(self.inner, &mut self.ready, client).await
    }

    /// What the provider said of its failure in the stream, if the client has not been told.
    fn untold(&self) -> Option<Failure> {
        let told = self.flow.untold()?;
        let upstream = &self.candidate.upstream;
        tracing::warn!(provider = %upstream.provider, model = %self.candidate.target.model.id, "A provider failed in its stream");
        Some(Failure::in_stream(upstream, told))
    }

    /// Ends a stream that broke off.
    async fn cut(self, client: &mpsc::Sender<Bytes>, error: HttpError) {
        let failure = broken_off(self.candidate, error);
        self.tell(client, failure).await;
    }

    /// Ends a stream with an error event. Never with the event that says it is complete.
    async fn tell(mut self, client: &mpsc::Sender<Bytes>, failure: Failure) {
        self.count();
        self.ready.clear();
        let event = self.flow.fail(&failure.problem);
        self.ready.push(event);
        // If the client has left too, nobody reads it.
        let _ = self.pass_on(client).await;
        self.ticket.failed(failure.problem.status, &failure.problem.code);
    }

    fn left(mut self) {
        self.count();
        self.ticket.client_left();
    }

    fn count(&mut self) {
        self.ticket.tokens = self.flow.tokens();
        self.ticket.served = self.flow.served();
        self.ticket.delivered_bytes = self.flow.text_bytes();
    }
}

/// Sends what is ready to the client, who may be slow for a while.
async fn pass_on(inner: &Inner, ready: &mut Vec<Bytes>, client: &mpsc::Sender<Bytes>) -> Result<(), Left> {
    let stall = inner.options.timeouts.client_stall;
    for piece in ready.drain(..) {
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
