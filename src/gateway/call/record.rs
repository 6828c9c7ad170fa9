//! One call in the spool, from before it is made to its end, however it ends: what it reserves, what it cost, and who ran.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use tokio::time::Instant;

use super::plan::Candidate;
use crate::domain::{
    AliasName, Attempt, BillableUsage, CallState, Match, Model, PicoUsd, Price, ProviderId, RequestId, ServiceReport,
    ServiceTier, Timestamp, Tokens, UsageSource,
};
use crate::gateway::cache::CompiledKey;
use crate::gateway::marks::{Marks, log_call};
use crate::gateway::metering::spending::{CostBound, Holds};
use crate::gateway::metering::spool::{CallEnded, CallStarted, Durable, NotWritten, SpoolFull, SpoolHandle};
use crate::gateway::state::Inner;
use crate::gateway::upstream::Progress;
use crate::gateway::worker::Worker;
use crate::wire::operation::Operation;
use crate::wire::usage::estimate;

/// Status of a call whose client left before its end.
pub const CLIENT_LEFT: u16 = 499;

/// The error of such a call.
const LEFT: &str = "client_closed_request";
/// The error of an attempt that was not made.
const LEFT_ALONE: &str = "left_alone";

/// How long a call waits for the spool before it is refused.
const BEGIN: Duration = Duration::from_secs(5);
/// How long a finished answer waits for it.
const SETTLE: Duration = Duration::from_secs(30);

/// A call. Dropping it without an end says that the client left: whatever happens to the task that holds it, a call that
/// was begun in the spool ends there.
pub struct CallRecord {
    inner: Arc<Inner>,
    spool: SpoolHandle,
    key: Arc<CompiledKey>,
    /// The model whose price counts.
    model: Arc<Model>,
    at: Timestamp,
    /// Who was named at the beginning.
    named: (Arc<Model>, ProviderId),
    provider: ProviderId,
    bound: CostBound,
    durable: Option<Durable>,
    /// Whether a provider was sent the request.
    progress: Arc<Progress>,
    /// Taken once the call has ended.
    open: Option<Open>,
    /// Bytes of the messages sent.
    prompt_bytes: usize,
    /// Bytes of generated text that went to the client.
    pub delivered_bytes: usize,
    /// What the provider counted.
    pub tokens: Option<Tokens>,
    /// How the provider says that it served the call.
    pub service: ServiceReport,
    /// The tier that was asked for.
    tier: Option<ServiceTier>,
}

struct Open {
    id: RequestId,
    holds: Holds,
    first_byte_ms: Option<u32>,
    attempts: Vec<Attempt>,
}

/// What is known of a call before it is made.
pub struct NewCall {
    pub id: RequestId,
    pub key: Arc<CompiledKey>,
    pub at: Timestamp,
    pub requested: String,
    pub alias: Option<(AliasName, Match)>,
    pub operation: Operation,
    pub stream: bool,
    pub agent: Option<String>,
    pub prompt_bytes: usize,
    /// What it may cost, and what was reserved for that.
    pub bound: CostBound,
    pub holds: Holds,
    pub tier: Option<ServiceTier>,
    pub progress: Arc<Progress>,
}

/// How a call ends.
#[derive(Clone, Copy)]
enum End<'a> {
    /// With a whole answer.
    Settled,
    /// The provider failed, or nobody was asked.
    Failed(&'a str),
    /// The client left.
    Left,
    /// A limit of ours cut the answer off.
    Cut(&'a str),
}

impl CallRecord {
    /// Writes to the spool that the call begins. It must not be made before [`Ticket::is_written`].
    pub fn new(worker: &Worker, first: &Candidate, call: NewCall) -> Result<Box<Self>, SpoolFull> {
        let inner = Arc::clone(&worker.inner);
        let provider = first.endpoint.provider.clone();
        let model = Arc::clone(&first.target.model);
        let begun = worker.spool_handle.begin(&CallStarted {
            id: call.id,
            account: call.key.account,
            key: call.key.id,
            key_revision: call.key.revision,
            at: call.at,
            requested: call.requested,
            alias: call.alias,
            model: model.id.as_str().to_owned(),
            provider: provider.clone(),
            protocol: call.operation.as_str().to_owned(),
            stream: call.stream,
            agent: call.agent,
            held: call.holds.amount().pico(),
            charges: call.holds.charges(),
        })?;
        inner.metrics.began();
        Ok(Box::new(Self {
            inner,
            spool: worker.spool_handle.clone(),
            key: call.key,
            named: (Arc::clone(&model), provider.clone()),
            model,
            at: call.at,
            provider,
            bound: call.bound,
            durable: Some(begun),
            progress: call.progress,
            open: Some(Open {
                id: call.id,
                holds: call.holds,
                first_byte_ms: None,
                attempts: Vec::new(),
            }),
            prompt_bytes: call.prompt_bytes,
            delivered_bytes: 0,
            tokens: None,
            service: ServiceReport::default(),
            tier: call.tier,
        }))
    }

    /// Waits until the disk has it that the call begins.
    pub async fn wait_until_durable(&mut self) -> Result<(), NotWritten> {
        match self.durable.take() {
            Some(begun) => begun.within(BEGIN).await,
            None => Ok(()),
        }
    }

    /// Another candidate is called now: from here on the call is its.
    pub fn switch_to(&mut self, candidate: &Candidate) {
        self.model = Arc::clone(&candidate.target.model);
        self.provider = candidate.endpoint.provider.clone();
    }

    /// The model that runs, for a header.
    pub fn model(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(self.model.id.as_str()).ok()
    }

    /// Notes that a candidate was passed over, since it had failed several times in a row.
    pub fn record_skipped(&mut self, candidate: &Candidate) {
        self.record_attempt(candidate, None, Some(LEFT_ALONE.into()), Instant::now());
    }

    /// Notes a try. The first one is kept only if it failed: most calls have one, and need no list of it.
    pub fn record_attempt(
        &mut self,
        candidate: &Candidate,
        status: Option<u16>,
        error: Option<String>,
        began: Instant,
    ) {
        let Some(open) = &mut self.open else { return };
        if open.attempts.is_empty() && error.is_none() {
            return;
        }
        open.attempts.push(Attempt {
            provider: candidate.endpoint.provider.clone(),
            model: candidate.target.model.id.as_str().to_owned(),
            status,
            error,
            took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        });
    }

    /// The answer's first byte is there.
    pub fn record_first_byte(&mut self) {
        let now = self.inner.options.clock.now();
        if let Some(open) = &mut self.open {
            open.first_byte_ms.get_or_insert(millis(now, self.at));
        }
    }

    /// The whole answer is there: charged as the provider counts, else as estimated. The client must not see its end before
    /// this returns.
    pub async fn settle(mut self: Box<Self>, status: u16) -> Result<(), NotWritten> {
        match self.end(status, End::Settled) {
            Some(written) => written.within(SETTLE).await,
            None => Ok(()),
        }
    }

    /// The provider failed, or nobody was asked: written down with what is known of it, and free.
    pub fn fail(mut self, status: u16, error: &str) {
        drop(self.end(status, End::Failed(error)));
    }

    /// A limit of ours cut the answer off, and the provider charges for it: charged as if the client had left.
    pub fn cut_off(mut self, status: u16, error: &str) {
        drop(self.end(status, End::Cut(error)));
    }

    /// The client left: charged as the provider counted so far, else for the prompt and what was delivered. Free if no
    /// provider was sent the request.
    pub fn client_left(mut self) {
        drop(self.end(CLIENT_LEFT, End::Left));
    }

    fn end(&mut self, status: u16, end: End<'_>) -> Option<Durable> {
        let Open {
            id,
            holds,
            first_byte_ms,
            attempts,
        } = self.open.take()?;
        let now = self.inner.options.clock.now();
        let is_used = self.tokens.is_some() || first_byte_ms.is_some() || self.progress.is_sent();
        let (state, error) = match end {
            End::Settled => (CallState::Settled, None),
            End::Failed(error) => (CallState::Released, Some(error)),
            End::Left if !is_used => (CallState::Released, Some(LEFT)),
            End::Left => (CallState::Partial, Some(LEFT)),
            End::Cut(error) => (CallState::Partial, Some(error)),
        };
        let is_free = state == CallState::Released;
        let (tokens, source) = match self.tokens {
            Some(tokens) => (tokens, UsageSource::Provider),
            None if is_free => (Tokens::default(), UsageSource::None),
            None => (self.estimated(), UsageSource::Estimated),
        };

        let (mut price, mut tier, mut searches) = (None, None, 0);
        let mut cost = PicoUsd::ZERO;
        if !is_free {
            let counted = BillableUsage::new(tokens, self.service, self.tier);
            price = self.model.price_for(&counted, self.at);
            tier = self.model.billed(counted.tier).map(|tier| tier.as_str().to_owned());
            searches = counted.searches;
            cost = self.model.cost(&counted, self.at).unwrap_or_else(|| {
                // Without a price the call would not have been made.
                log_call!(error, self.marks(id), model = %self.model.id, "A call's cost is beyond all bounds");
                self.bound.cost
            });
        }

        let ran = (self.provider != self.named.1 || self.model.id != self.named.0.id)
            .then(|| (self.model.id.as_str().to_owned(), self.provider.clone()));
        let written = self.spool.end(&CallEnded {
            id,
            ran,
            state,
            status,
            error: error.map(str::to_owned),
            tokens,
            searches,
            tier,
            source,
            price: price.as_ref().map(Price::to_kinds),
            cost: cost.pico(),
            latency_ms: millis(now, self.at),
            first_byte_ms,
            attempts,
        });
        holds.settle(cost, now);
        let used = i64::try_from(tokens.prompt.saturating_add(tokens.completion)).unwrap_or(i64::MAX);
        self.key.rate_limits.settle(self.at, self.bound.tokens, used);
        self.inner.metrics.ended();
        if status == CLIENT_LEFT {
            self.inner.metrics.count_response(status);
        }
        Some(written)
    }

    /// About what was used, where the provider did not say.
    fn estimated(&self) -> Tokens {
        let prompt = estimate(self.prompt_bytes).min(self.model.context_length.max(1));
        Tokens {
            prompt,
            completion: estimate(self.delivered_bytes),
            ..Tokens::default()
        }
    }

    fn marks(&self, request: RequestId) -> Marks {
        Marks {
            request,
            key: self.key.id,
            account: self.key.account,
        }
    }
}

impl Drop for CallRecord {
    fn drop(&mut self) {
        if std::thread::panicking() {
            drop(self.end(500, End::Failed("internal_error")));
        } else {
            drop(self.end(CLIENT_LEFT, End::Left));
        }
    }
}

fn millis(now: Timestamp, since: Timestamp) -> u32 {
    u32::try_from(now.since(since).as_millis()).unwrap_or(u32::MAX)
}
