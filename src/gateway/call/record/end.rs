//! The end of a call's record: its state, its tokens and its bill.

use super::{CallRecord, Open, millis};
use crate::domain::{BillableUsage, CallState, PicoUsd, Price, RequestId, Tokens, UsageSource};
use crate::gateway::marks::log_call;
use crate::gateway::metering::spool::{CallEnded, Durable};
use crate::wire::adapt::{labels, record_text};
use crate::wire::usage::estimate;

/// Status of a call whose client left before its end.
pub(super) const CLIENT_LEFT: u16 = 499;

/// The error code of a call whose client left.
const LEFT: &str = "client_closed_request";

/// How a call ends.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    /// The answer is complete.
    Settled,
    /// The provider failed, or no provider was called.
    Failed(&'a str),
    Left,
    /// A limit of the gateway cut the answer off.
    Cut(&'a str),
}

impl<'a> End<'a> {
    /// The state of a call that ends so, and its error. `is_used`: a provider may have worked on it.
    fn state(self, is_used: bool) -> (CallState, Option<&'a str>) {
        match self {
            Self::Settled => (CallState::Settled, None),
            Self::Failed(error) => (CallState::Released, Some(error)),
            Self::Left if !is_used => (CallState::Released, Some(LEFT)),
            Self::Left => (CallState::Partial, Some(LEFT)),
            Self::Cut(error) => (CallState::Partial, Some(error)),
        }
    }
}

/// What a call costs and why. The default is the bill of a free call.
#[derive(Default)]
struct Bill {
    price: Option<Price>,
    tier: Option<String>,
    searches: u64,
    cost: PicoUsd,
}

impl CallRecord {
    /// Ends the call once: writes its end to the spool, and settles its holds and limits. `None` if it has ended before.
    pub(super) fn end(&mut self, status: u16, end: End<'_>) -> Option<Durable> {
        let Open {
            id,
            holds,
            queue_ms,
            first_byte_ms,
            attempts,
        } = self.open.take()?;
        let now = self.inner.options.clock.now();

        let latency_ms = millis(now, self.at);

        let is_used = self.metered.tokens.is_some() || first_byte_ms.is_some() || self.progress.is_sent();
        let (state, error) = end.state(is_used);
        let is_free = state == CallState::Released;
        let (tokens, source) = match self.metered.tokens {
            Some(tokens) => (tokens, UsageSource::Provider),
            None if is_free => (Tokens::default(), UsageSource::None),
            None => (self.estimated(), UsageSource::Estimated),
        };
        let bill = if is_free {
            Bill::default()
        } else {
            self.bill(id, tokens)
        };

        let ran = (self.endpoint.provider != self.named.1 || self.model.id != self.named.0.id)
            .then(|| (self.model.id.as_str().to_owned(), self.endpoint.provider.clone()));
        let durable = self.spool.end(&CallEnded {
            id,
            ran,
            state,
            status,
            error: error.map(str::to_owned),
            tokens,
            searches: bill.searches,
            tier: bill.tier,
            source,
            price: bill.price.as_ref().map(Price::to_kinds),
            cost: bill.cost.pico(),
            latency_ms,
            first_byte_ms,
            attempts,
            adapted: record_text(&self.notes, self.metered.notes),
        });

        holds.settle(bill.cost, now);
        let used = i64::try_from(tokens.prompt.saturating_add(tokens.completion)).unwrap_or(i64::MAX);
        self.key.rate_limits.settle(self.at, self.bound.tokens, used);
        self.inner.metrics.ended();
        self.count_changes();
        if let Some(queue_ms) = queue_ms {
            let times = self.endpoint.times(&self.inner.metrics);
            times.observe(latency_ms, first_byte_ms, queue_ms);
        }
        if status == CLIENT_LEFT {
            self.inner.metrics.count_response(status);
        }
        Some(durable)
    }

    /// Counts what was changed in request and answer.
    fn count_changes(&self) {
        let (request, answer) = (&self.notes, self.metered.notes);
        if !request.is_empty() || !answer.is_empty() {
            let metrics = &self.inner.metrics;
            metrics.count_adapted(&self.endpoint.provider, labels(request, answer));
        }
    }

    /// The bill for so many tokens of the model that ran.
    fn bill(&self, id: RequestId, tokens: Tokens) -> Bill {
        let usage = BillableUsage::new(tokens, self.metered.service, self.tier);
        let cost = self.model.cost(&usage, self.at).unwrap_or_else(|| {
            // Without a price the call would not have been made.
            log_call!(error, self.marks(id), model.id = %self.model.id, "A call's cost is beyond all bounds");
            self.bound.cost
        });

        Bill {
            price: self.model.price_for(&usage, self.at),
            tier: self.model.billed(usage.tier).map(|tier| tier.as_str().to_owned()),
            searches: usage.searches,
            cost,
        }
    }

    /// An estimate of the tokens of a call whose provider reports none.
    fn estimated(&self) -> Tokens {
        let prompt = estimate(self.prompt_bytes).min(self.model.context_length.max(1));
        Tokens {
            prompt,
            completion: estimate(self.metered.text_bytes),
            ..Tokens::default()
        }
    }
}
