//! How a relayed stream ends: complete, failed, broken off, or without its client.

use tokio::time::{Duration, timeout};

use super::{Client, Relay, pass_on};
use crate::gateway::call::failures::{broken_off, not_written};
use crate::gateway::call::streaming::Streaming;
use crate::gateway::http::Failure;
use crate::gateway::marks::log_call;
use crate::gateway::upstream::HttpError;
use crate::wire::answer_note::AnswerNote;
use crate::wire::error::Code;
use crate::wire::event_stream::{Metered, StreamEnd};

/// How long the relay waits for the end of a stream after its last event, so that its connection can be used again.
const LAST_BYTES: Duration = Duration::from_secs(1);

impl Relay {
    /// Ends a stream whose bytes have ended, or whose last event has passed.
    pub(super) async fn complete(mut self, client: Client) {
        let ending = self.stream.events.end();
        if ending != StreamEnd::Complete && self.pass_on(&client).await.is_err() {
            return self.left().await;
        }

        match ending {
            StreamEnd::Cut => self.broke_off(&client, HttpError::Broken).await,
            StreamEnd::Failed => self.failed(&client).await,
            StreamEnd::Complete => self.settle(client).await,
        }
    }

    /// Ends a stream that is complete: records its cost, and then sends its last event.
    async fn settle(mut self, client: Client) {
        self.count();
        self.mask();
        let Self {
            inner, stream, record, ..
        } = self;
        let Streaming {
            status,
            reader,
            mut events,
            mut ready,
            ended,
            ..
        } = *stream;
        // An answer that was cut goes on at its provider until its connection is closed.
        let reader = (!record.metered.notes.has(AnswerNote::StopCut)).then_some(reader);

        if record.settle(status).await.is_err() {
            ready = vec![events.fail(&not_written().error)];
        }
        // If the client left just now, the call still counts as answered.
        let _ = pass_on(&inner, &mut ready, &client).await;

        // The client has all of it. Read the provider's last bytes, so that its connection can be used again.
        drop(client);
        if let Some(mut reader) = reader.filter(|_| !ended) {
            let rest = async { while let Some(Ok(_)) = reader.piece().await {} };
            drop(timeout(LAST_BYTES, rest).await);
        }
    }

    /// Ends a stream in which the provider reported that it failed.
    async fn failed(mut self, client: &Client) {
        let endpoint = &self.candidate.endpoint;
        let reported = self.stream.events.error().cloned().unwrap_or_default();
        let failure = Failure::in_stream(endpoint, &reported, "failed in the middle of its answer");
        let reason = &failure.error.message;
        log_call!(warn, self.marks, provider.id = %endpoint.provider, model.id = %self.candidate.target.model.id, reason, "A provider failed in its stream");
        self.count_failure();

        if self.stream.events.shows_error() {
            self.count();
            self.record.fail(502, Code::ProviderError.as_str());
        } else {
            self.send_error(client, failure, false).await;
        }
    }

    /// Ends a stream that broke off, or that a limit of the gateway cut off.
    pub(super) async fn broke_off(self, client: &Client, error: HttpError) {
        let failure = broken_off(&self.candidate, self.marks, error);
        if !error.is_our_cut() {
            self.count_failure();
        }
        self.send_error(client, failure, error.is_our_cut()).await;
    }

    /// Ends a stream with an error event, never with the event of a complete stream. A stream that a limit of the gateway cut
    /// off is billed as far as it went: the provider charges for it.
    async fn send_error(mut self, client: &Client, failure: Failure, cut: bool) {
        self.count();

        self.stream.ready.clear();
        let event = self.stream.events.fail(&failure.error);
        self.stream.ready.push(event);
        // The client may have left too.
        let _ = self.pass_on(client).await;

        let (status, code) = (failure.error.status, &failure.error.code);
        if cut {
            self.record.cut_off(status, code)
        } else {
            self.record.fail(status, code)
        }
    }

    /// Counts the failure against the model at this address.
    fn count_failure(&self) {
        if self.candidate.breaker.failed(self.inner.options.clock.now()) {
            let (provider, model) = (&self.candidate.endpoint.provider, &self.candidate.target.model.id);
            log_call!(warn, self.marks, provider.id = %provider, model.id = %model, "A model failed several times in a row at its provider and is asked last for a while");
        }
    }

    /// Ends a stream whose client has left. It is read on for a few seconds, since the provider's token counts may be about to
    /// come.
    pub(super) async fn left(mut self) {
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

        // The delivered bytes stay as they were when the client left.
        let text_bytes = self.record.metered.text_bytes;
        self.record.metered = Metered {
            text_bytes,
            ..self.stream.events.metered()
        };
        self.record.client_left();
    }

    /// Notes in the record what the stream has used and delivered so far.
    fn count(&mut self) {
        self.record.metered = self.stream.events.metered();
    }
}
