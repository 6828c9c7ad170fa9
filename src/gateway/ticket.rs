//! The usage record of one call, from dispatch to its end, however it ends.

use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use tokio::time::Instant;

use super::Inner;
use super::keys::CompiledKey;
use super::plan::Candidate;
use crate::domain::{
    AliasName, Attempt, CallState, Counted, Match, Model, PicoUsd, RequestId, Served, ServiceTier, Timestamp, Tokens,
    UsageRecord, UsageSource,
};
use crate::wire::operation::Operation;
use crate::wire::usage::estimate;

/// Status of a call whose client left before its end.
pub(super) const CLIENT_LEFT: u16 = 499;

/// The error of an attempt that was not made.
const LEFT_ALONE: &str = "left_alone";

/// What a call will be recorded as. Dropping it without an end records that the client left: whatever happens to the task
/// that holds it, a call that was dispatched leaves its record.
pub(super) struct Ticket {
    inner: Arc<Inner>,
    /// The model whose price counts.
    model: Arc<Model>,
    record: Option<UsageRecord>,
    /// Bytes of the messages sent.
    pub prompt_bytes: usize,
    /// Bytes of generated text that went to the client.
    pub delivered_bytes: usize,
    /// What the provider counted.
    pub tokens: Option<Tokens>,
    /// How the provider says that it served the call.
    pub served: Served,
    /// The tier that was asked for.
    tier: Option<ServiceTier>,
}

/// What is known of a call when it is dispatched.
pub(super) struct Dispatch {
    pub id: RequestId,
    pub key: Arc<CompiledKey>,
    pub at: Timestamp,
    pub requested: String,
    pub alias: Option<(AliasName, Match)>,
    pub operation: Operation,
    pub stream: bool,
    pub agent: Option<String>,
    pub prompt_bytes: usize,
    pub tier: Option<ServiceTier>,
}

impl Ticket {
    pub(super) fn new(inner: Arc<Inner>, first: &Candidate, call: Dispatch) -> Self {
        inner.metrics.began();
        let record = UsageRecord {
            id: call.id,
            account: call.key.account,
            key: call.key.id,
            key_revision: call.key.revision,
            at: call.at,
            requested: call.requested,
            alias: call.alias,
            model: first.target.model.id.as_str().to_owned(),
            provider: first.upstream.provider.clone(),
            protocol: call.operation.as_str().to_owned(),
            stream: call.stream,
            status: CLIENT_LEFT,
            error: None,
            tokens: Tokens::default(),
            source: UsageSource::None,
            state: CallState::Unknown,
            held: PicoUsd::ZERO,
            price: None,
            tier: None,
            searches: 0,
            cost: PicoUsd::ZERO,
            latency_ms: 0,
            first_byte_ms: None,
            attempts: Vec::new(),
            agent: call.agent,
        };
        Self {
            inner,
            model: Arc::clone(&first.target.model),
            record: Some(record),
            prompt_bytes: call.prompt_bytes,
            delivered_bytes: 0,
            tokens: None,
            served: Served::default(),
            tier: call.tier,
        }
    }

    /// Another candidate is called now: from here on the record tells of it.
    pub(super) fn goes_to(&mut self, candidate: &Candidate) {
        self.model = Arc::clone(&candidate.target.model);
        if let Some(record) = &mut self.record {
            candidate.target.model.id.as_str().clone_into(&mut record.model);
            record.provider = candidate.upstream.provider.clone();
        }
    }

    /// The model that the record tells of, for a header.
    pub(super) fn model(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.model.id.as_str()).ok()
    }

    /// Notes that a candidate was passed over, since it had failed several times in a row.
    pub(super) fn passed_over(&mut self, candidate: &Candidate) {
        self.tried(candidate, None, Some(LEFT_ALONE.into()), Instant::now());
    }

    /// Notes a try. The first one is kept only if it failed: most calls have one, and need no list of it.
    pub(super) fn tried(&mut self, candidate: &Candidate, status: Option<u16>, error: Option<String>, began: Instant) {
        let Some(record) = &mut self.record else { return };
        if record.attempts.is_empty() && error.is_none() {
            return;
        }
        record.attempts.push(Attempt {
            provider: candidate.upstream.provider.clone(),
            model: candidate.target.model.id.as_str().to_owned(),
            status,
            error,
            took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        });
    }

    /// The answer's first byte is there.
    pub(super) fn first_byte(&mut self) {
        let now = self.inner.options.clock.now();
        if let Some(record) = &mut self.record {
            record.first_byte_ms.get_or_insert(millis(now, record.at));
        }
    }

    /// The whole answer has gone to the client: billed as the provider counts, else as estimated.
    pub(super) fn delivered(mut self, status: u16) {
        self.end(status, None);
    }

    /// The provider failed: recorded with what is known of it, and free.
    pub(super) fn failed(mut self, status: u16, error: &str) {
        self.end(status, Some(error));
    }

    /// The client left: billed as the provider counted so far, else for what was delivered.
    pub(super) fn client_left(mut self) {
        self.end(CLIENT_LEFT, Some("client_closed_request"));
    }

    fn end(&mut self, status: u16, error: Option<&str>) {
        let Some(mut record) = self.record.take() else { return };
        let now = self.inner.options.clock.now();
        let failed = error.is_some() && status != CLIENT_LEFT;
        (record.tokens, record.source) = match self.tokens {
            Some(tokens) => (tokens, UsageSource::Provider),
            None if failed => (Tokens::default(), UsageSource::None),
            None if record.first_byte_ms.is_none() => (Tokens::default(), UsageSource::Estimated),
            None => {
                let (prompt, completion) = (estimate(self.prompt_bytes), estimate(self.delivered_bytes));
                (Tokens { prompt, completion, ..Tokens::default() }, UsageSource::Estimated)
            }
        };
        if !failed {
            let counted = Counted::new(record.tokens, self.served, self.tier);
            record.price = self.model.price_for(&counted, record.at);
            record.tier = self.model.billed(counted.tier).map(|tier| tier.as_str().to_owned());
            record.searches = counted.searches;
            record.cost = self.model.cost(&counted, record.at).unwrap_or_else(|| {
                tracing::error!(model = record.model, call = %record.id, "A call has no price");
                PicoUsd::ZERO
            });
        }
        record.state = match (failed, status) {
            (true, _) => CallState::Released,
            (false, CLIENT_LEFT) => CallState::Partial,
            (false, _) => CallState::Settled,
        };
        record.status = status;
        record.error = error.map(str::to_owned);
        record.latency_ms = millis(now, record.at);
        self.inner.metrics.ended();
        if status == CLIENT_LEFT {
            self.inner.metrics.answered(status);
        }
        self.inner.meter.record(record);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.end(500, Some("internal_error"));
        } else {
            self.end(CLIENT_LEFT, Some("client_closed_request"));
        }
    }
}

fn millis(now: Timestamp, since: Timestamp) -> u32 {
    u32::try_from(now.since(since).as_millis()).unwrap_or(u32::MAX)
}
