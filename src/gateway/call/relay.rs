//! A stream on its way from the provider to the client, from its first content to its end.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, timeout};

use super::failures::{broken_off, not_written};
use super::line::{self, Left};
use super::opening::Streaming;
use super::patience::{Due, Patience};
use super::plan::Candidate;
use super::record::CallRecord;
use crate::gateway::http::Failure;
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::state::Inner;
use crate::gateway::upstream::{HttpError, Progress};
use crate::wire::error::Code;
use crate::wire::event_stream::StreamEnd;
use crate::wire::operation::Operation;

/// How long the end of a stream is waited for after its last event, so that its connection can be used again.
const LAST_BYTES: Duration = Duration::from_secs(1);
/// Pieces up to this size are searched for parts of a credential when they tell of a failure.
const MASKED: usize = 64 << 10;

/// A stream on its way.
pub struct Relay {
    pub inner: Arc<Inner>,
    pub candidate: Candidate,
    pub stream: Box<Streaming>,
    pub record: Box<CallRecord>,
    pub progress: Arc<Progress>,
    pub marks: Marks,
    pub operation: Operation,
}

/// Why a stream is read no further.
enum Stop {
    /// Its bytes have ended, or its last event has passed.
    Ended,
    /// It broke off, or a limit of ours cut it off.
    Broken(HttpError),
}

type Client = mpsc::Sender<Bytes>;

impl Relay {
    /// Relays the stream to its end, however that comes. `began`: when the call did; `told`: when the client last heard of it.
    pub async fn run(mut self, client: Result<Client, Left>, began: Instant, told: Instant) {
        let Ok(client) = client else { return self.left().await };
        let mut patience = Patience::new(&self.candidate.endpoint.timeouts, began, told);
        let stop = loop {
            // The event that ends a stream is held back until it is written down what the call cost.
            if self.is_over() {
                break Stop::Ended;
            }
            if !self.stream.ready.is_empty() {
                if self.pass_on(&client).await.is_err() {
                    return self.left().await;
                }
                patience.passed();
            }
            tokio::select! {
                piece = self.stream.reader.piece() => {
                    patience.heard();
                    if let Some(error) = self.take(piece) {
                        break Stop::Broken(error);
                    }
                }
                due = patience.due() => match due {
                    // A client that has not taken what came before is not waiting.
                    Due::Keepalive => drop(client.try_send(line::keepalive(self.operation))),
                    Due::Silent => break Stop::Broken(HttpError::Timeout),
                    Due::Overlong => break Stop::Broken(HttpError::Overlong),
                },
                () = client.closed() => return self.left().await,
            }
        };
        match stop {
            Stop::Ended => self.complete(client).await,
            Stop::Broken(error) => match self.pass_on(&client).await {
                Ok(()) => self.broke_off(&client, error).await,
                Err(Left) => self.left().await,
            },
        }
    }

    /// Takes what the reader has; an error if that ends the stream.
    fn take(&mut self, piece: Option<Result<Bytes, HttpError>>) -> Option<HttpError> {
        match piece {
            Some(Ok(piece)) => self.stream.take(&piece).err(),
            Some(Err(error)) => Some(error),
            None => {
                self.stream.finish();
                None
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stream.ended || self.stream.flow.is_done()
    }

    /// Ends a stream that says that it has ended.
    async fn complete(mut self, client: Client) {
        let ending = self.stream.flow.ending();
        if ending != StreamEnd::Complete && self.pass_on(&client).await.is_err() {
            return self.left().await;
        }
        match ending {
            StreamEnd::Cut => self.broke_off(&client, HttpError::Broken).await,
            StreamEnd::Failed => self.failed(&client).await,
            StreamEnd::Complete => self.settle(client).await,
        }
    }

    async fn settle(mut self, client: Client) {
        self.count();
        self.mask();
        let Self {
            inner, stream, record, ..
        } = self;
        let Streaming {
            status,
            mut reader,
            mut flow,
            mut ready,
            ended,
            ..
        } = *stream;
        if record.settle(status).await.is_err() {
            ready = vec![flow.fail(&not_written().error)];
        }
        // A client that left just now has still been served.
        let _ = pass_on(&inner, &mut ready, &client).await;
        // The client has all of it. The provider's last bytes are waited for, so that its connection can be used again.
        drop(client);
        if !ended {
            let rest = async { while let Some(Ok(_)) = reader.piece().await {} };
            drop(timeout(LAST_BYTES, rest).await);
        }
    }

    /// Ends a stream in which the provider reported that it failed.
    async fn failed(mut self, client: &Client) {
        let endpoint = &self.candidate.endpoint;
        let reported = self.stream.flow.reported().cloned().unwrap_or_default();
        let failure = Failure::in_stream(endpoint, &reported.error, "failed in the middle of its answer");
        let reason = &failure.error.message;
        log_call!(warn, self.marks, provider = %endpoint.provider, model = %self.candidate.target.model.id, reason, "A provider failed in its stream");
        self.count_failure();
        if self.stream.flow.tells_failures() {
            self.count();
            self.record.fail(502, Code::ProviderError.as_str());
        } else {
            self.tell(client, failure, false).await;
        }
    }

    /// Ends a stream that broke off, or that a limit of ours cut off.
    async fn broke_off(self, client: &Client, error: HttpError) {
        let failure = broken_off(&self.candidate, self.marks, error);
        if !error.is_our_cut() {
            self.count_failure();
        }
        self.tell(client, failure, error.is_our_cut()).await;
    }

    /// Ends a stream with an error event, never with the event that says it is complete. What a limit of ours cut off is
    /// billed as far as it went: the provider charges for it.
    async fn tell(mut self, client: &Client, failure: Failure, cut: bool) {
        self.count();
        self.stream.ready.clear();
        let event = self.stream.flow.fail(&failure.error);
        self.stream.ready.push(event);
        // If the client has left too, nobody reads it.
        let _ = self.pass_on(client).await;
        let (status, code) = (failure.error.status, &failure.error.code);
        if cut {
            self.record.cut_off(status, code)
        } else {
            self.record.fail(status, code)
        }
    }

    fn count_failure(&self) {
        if self.candidate.breaker.failed(self.inner.options.clock.now()) {
            let (provider, model) = (&self.candidate.endpoint.provider, &self.candidate.target.model.id);
            log_call!(warn, self.marks, %provider, %model, "A model failed several times in a row at its provider and is asked last for a while");
        }
    }

    /// Ends a stream whose client has left. It is read on for a few seconds: the provider's counts may be about to come.
    async fn left(mut self) {
        self.count();
        self.progress.set_left();
        if !self.is_over()
            && let Some(_drain) = self.inner.drains.begin()
        {
            let drain = self.inner.options.timeouts.drain;
            let rest = async {
                while !self.is_over() {
                    let piece = self.stream.reader.piece().await;
                    if self.take(piece).is_some() {
                        break;
                    }
                    self.stream.ready.clear();
                }
            };
            drop(timeout(drain, rest).await);
        }
        // What was delivered is what had been by the time the client left.
        self.record.tokens = self.stream.flow.tokens();
        self.record.service = self.stream.flow.served();
        self.record.client_left();
    }

    fn count(&mut self) {
        let flow = &self.stream.flow;
        self.record.tokens = flow.tokens();
        self.record.service = flow.served();
        self.record.delivered_bytes = flow.text_bytes();
    }

    /// Keeps our credential out of what is ready.
    fn mask(&mut self) {
        let mask = &self.candidate.endpoint.mask;
        for piece in &mut self.stream.ready {
            let tells_of_failure = piece.len() <= MASKED && memchr::memmem::find(piece, b"error").is_some();
            *piece = match tells_of_failure {
                true => mask.error(piece).into_owned().into(),
                false => mask.answer(std::mem::take(piece)),
            };
        }
    }

    async fn pass_on(&mut self, client: &Client) -> Result<(), Left> {
        self.mask();
        pass_on(&self.inner, &mut self.stream.ready, client).await
    }
}

/// Sends what is ready to the client, who may be slow for a while.
async fn pass_on(inner: &Inner, ready: &mut Vec<Bytes>, client: &Client) -> Result<(), Left> {
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
