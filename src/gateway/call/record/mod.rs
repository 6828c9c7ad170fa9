//! One call in the spool, from before it is made to its end: what it reserves, what it costs, and which model ran.

mod end;
mod new_call;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use tokio::time::Instant;

pub use new_call::NewCall;

use crate::domain::{Attempt, Model, ProviderId, RequestId, ServiceTier, Timestamp};
use crate::gateway::cache::CompiledKey;
use crate::gateway::call::plan::Candidate;
use crate::gateway::call::ran_headers::{RanHeaders, adapted_header};
use crate::gateway::marks::Marks;
use crate::gateway::metering::spending::{CostBound, Holds};
use crate::gateway::metering::spool::{CallStarted, Durable, NotWritten, SpoolFull, SpoolHandle};
use crate::gateway::state::Inner;
use crate::gateway::upstream::{Progress, UpstreamEndpoint};
use crate::gateway::worker::Worker;
use crate::wire::adapt::Notes;
use crate::wire::event_stream::Metered;
use end::{CLIENT_LEFT, End};

/// The error code of an attempt that was not made, since the model is paused after repeated failures.
const LEFT_ALONE: &str = "left_alone";

/// How long the start of a call waits for the spool before the call is refused.
const BEGIN: Duration = Duration::from_secs(5);
/// How long a finished answer waits for the spool.
const SETTLE: Duration = Duration::from_secs(30);

/// The record of a call in the spool. A call that has begun there ends there, whatever happens to its task: dropping
/// this value without an end records that the client left.
pub struct CallRecord {
    inner: Arc<Inner>,
    spool: SpoolHandle,
    key: Arc<CompiledKey>,
    /// The model whose price counts.
    model: Arc<Model>,
    at: Timestamp,
    /// The model and the provider that the start in the spool names.
    named: (Arc<Model>, ProviderId),
    endpoint: Arc<UpstreamEndpoint>,
    bound: CostBound,
    durable: Option<Durable>,
    /// Knows whether a provider was sent the request.
    progress: Arc<Progress>,
    /// Taken once the call has ended.
    open: Option<Open>,
    /// Bytes of the messages in the request.
    prompt_bytes: usize,
    /// The provider's counts, and the length of the text that the client got.
    pub metered: Metered,
    /// The tier that the client asked for.
    tier: Option<ServiceTier>,
    /// What was changed in the request of the candidate that was asked last.
    pub notes: Notes,
}

struct Open {
    id: RequestId,
    holds: Holds,
    /// From the arrival of the request until its first attempt; `None` before that.
    queue_ms: Option<u32>,
    first_byte_ms: Option<u32>,
    attempts: Vec<Attempt>,
}

impl CallRecord {
    /// Writes the start of a call to the spool. The call must not be made before [`CallRecord::wait_until_durable`] has
    /// returned.
    ///
    /// # Errors
    /// If the spool takes no new call.
    pub fn new(worker: &Worker, first: &Candidate, call: NewCall) -> Result<Box<Self>, SpoolFull> {
        let inner = Arc::clone(&worker.inner);
        let provider = first.endpoint.provider.clone();
        let model = Arc::clone(&first.target.model);

        let durable = worker.spool_handle.begin(&CallStarted {
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
            used: Some(call.used),
        })?;
        inner.metrics.began();

        Ok(Box::new(Self {
            inner,
            spool: worker.spool_handle.clone(),
            key: call.key,
            named: (Arc::clone(&model), provider),
            model,
            at: call.at,
            endpoint: Arc::clone(&first.endpoint),
            bound: call.bound,
            durable: Some(durable),
            progress: call.progress,
            open: Some(Open {
                id: call.id,
                holds: call.holds,
                queue_ms: None,
                first_byte_ms: None,
                attempts: Vec::new(),
            }),
            prompt_bytes: call.prompt_bytes,
            metered: Metered::default(),
            tier: call.tier,
            notes: Notes::default(),
        }))
    }

    /// Waits until the start of the call is on the disk.
    ///
    /// # Errors
    /// If the disk does not get it in time.
    pub async fn wait_until_durable(&mut self) -> Result<(), NotWritten> {
        match self.durable.take() {
            Some(durable) => durable.within(BEGIN).await,
            None => Ok(()),
        }
    }

    /// Notes that the first attempt begins now.
    pub fn record_queue(&mut self, now: Timestamp) {
        if let Some(open) = &mut self.open {
            open.queue_ms.get_or_insert(millis(now, self.at));
        }
    }

    /// Records that another candidate is called from now on: its model and provider count for the bill.
    pub fn switch_to(&mut self, candidate: &Candidate) {
        self.model = Arc::clone(&candidate.target.model);
        self.endpoint = Arc::clone(&candidate.endpoint);
    }

    /// The bytes of the prompt's text; a picture counts as a fixed number of bytes.
    pub fn prompt_bytes(&self) -> usize {
        self.prompt_bytes
    }

    /// The headers of the model that runs.
    pub fn ran_headers(&self) -> Option<RanHeaders> {
        let model = HeaderValue::from_str(self.model.id.as_str()).ok()?;
        Some(RanHeaders {
            model,
            adapted: adapted_header(&self.notes),
        })
    }

    /// Notes that a candidate was put off, since it is paused after repeated failures.
    pub fn record_paused(&mut self, candidate: &Candidate) {
        self.record_skipped(candidate, LEFT_ALONE.into());
    }

    /// Notes that a candidate was not asked, and the error code that says why.
    pub fn record_skipped(&mut self, candidate: &Candidate, code: String) {
        self.record_attempt(candidate, None, Some(code), Instant::now());
    }

    /// Notes an attempt. A first attempt is kept only if it failed: most calls have just one, and need no list.
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

    /// Notes the time of the answer's first byte.
    pub fn record_first_byte(&mut self) {
        let now = self.inner.options.clock.now();
        if let Some(open) = &mut self.open {
            open.first_byte_ms.get_or_insert(millis(now, self.at));
        }
    }

    /// Ends a call whose answer is complete. It is charged as the provider counts, else as estimated. The client must not see
    /// the end of the answer before this returns.
    ///
    /// # Errors
    /// If the disk does not get the end in time.
    pub async fn settle(mut self: Box<Self>, status: u16) -> Result<(), NotWritten> {
        match self.end(status, End::Settled) {
            Some(durable) => durable.within(SETTLE).await,
            None => Ok(()),
        }
    }

    /// Ends a call that no provider answered. It is recorded, and free.
    pub fn fail(mut self, status: u16, error: &str) {
        drop(self.end(status, End::Failed(error)));
    }

    /// Ends a call whose answer a limit of the gateway cut off. The provider charges for it, so it is charged as if the client
    /// had left.
    pub fn cut_off(mut self, status: u16, error: &str) {
        drop(self.end(status, End::Cut(error)));
    }

    /// Ends a call whose client left. It is charged as the provider counted so far, else for the prompt and the delivered text.
    /// It is free if no provider was sent the request.
    pub fn client_left(mut self) {
        drop(self.end(CLIENT_LEFT, End::Left));
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
