//! The candidates of a call, and the request in the form that each of them needs.

use std::sync::Arc;

use bytes::Bytes;

use crate::domain::{Protocol, RequestId, Strictness};
use crate::gateway::upstream::{Breaker, CallableModel, ModelEndpoint, TakesUsage, UpstreamEndpoint};
use crate::wire::adapt::{Edits, Note, Notes, Plan, Refusal, RequestView, TargetFacts, adapt, refusal_under};
use crate::wire::control::{AskUsage, Control, model_literal};
use crate::wire::event_stream::EventStream;
use crate::wire::neutral::{Signature, Untranslatable};
use crate::wire::operation::Operation;
use crate::wire::passthrough::{self, PassthroughStyle, StopCut};
use crate::wire::stop_texts::StopTexts;
use crate::wire::translate::{Exchange, ResponseStyle, TranslationTarget};

/// One way to get an answer: a model at one address of its provider.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub target: Arc<CallableModel>,
    pub endpoint: Arc<UpstreamEndpoint>,
    /// What the model takes there, with what refusals have taught.
    pub facts: Arc<TargetFacts>,
    /// The circuit breaker of this model at this address.
    pub breaker: Arc<Breaker>,
}

/// The part of the client's request that is the same for all candidates.
#[derive(Clone, Debug)]
pub struct ClientRequest {
    pub operation: Operation,
    /// The ids in answers are made from it.
    pub id: RequestId,
    /// When it arrived, in unix seconds.
    pub created: i64,
    pub stream: bool,
    pub include_usage: bool,
    /// The alias that matched, for messages.
    pub alias: Option<String>,
    /// How much the request may be changed.
    pub strictness: Strictness,
    /// The model's name in the answer; `None` for the id of the model that ran.
    pub response_name: Option<String>,
}

/// A request in the protocol of one candidate, and how its answer is used.
#[derive(Debug)]
pub struct ProviderRequest {
    pub body: Bytes,
    /// Whether the gateway asked for usage in it, though the client did not.
    pub added_usage: bool,
    /// What was changed to fit it to the target.
    pub notes: Notes,
    pub mode: ResponseMode,
}

/// How a provider's answer becomes the client's answer.
#[derive(Debug)]
pub enum ResponseMode {
    /// It is forwarded as it came, but for the model's name, which `name` replaces: a JSON string.
    Passthrough {
        name: Bytes,
        /// Where the gateway ends it, if the model was not told of the client's stop texts.
        stops: Option<StopTexts>,
    },
    /// It is translated into the client's protocol.
    Translated(Box<Exchange>),
}

impl ClientRequest {
    /// Whether a provider's protocol is the client's own.
    fn can_pass_through(&self, protocol: Protocol) -> bool {
        match self.operation.native() {
            None => self.operation == Operation::Embeddings,
            Some(native) => native == protocol,
        }
    }

    /// How much the request may be changed. What the gateway itself has packed is always unpacked.
    fn strictness(&self, body: &[u8]) -> Strictness {
        match self.strictness {
            Strictness::Off if Signature::may_be_packed_in(body) => Strictness::Adapt,
            strictness => strictness,
        }
    }

    /// The exchange that turns a whole answer of `candidate` into a stream, for a provider that speaks the client's
    /// protocol and did not stream although the client asked for it.
    pub fn retold_as_stream(&self, body: &[u8], candidate: &Candidate) -> Exchange {
        let protocol = candidate.endpoint.protocol;
        let style = self.response_style(&candidate.target);
        Exchange::same_protocol(
            self.operation,
            protocol,
            body,
            candidate.endpoint.includes_reasoning,
            style,
        )
        .of_model(&candidate.facts.facts, &candidate.target.model.upstream_model)
    }

    fn response_style(&self, target: &CallableModel) -> ResponseStyle {
        ResponseStyle {
            id: self.id.to_string().replace('-', ""),
            model: self
                .response_name
                .clone()
                .unwrap_or_else(|| target.model.id.as_str().to_owned()),
            created: self.created,
            include_usage: self.include_usage,
        }
    }

    /// The request in the form that `candidate` needs. `ask` says whether to ask for usage in streams although the client does
    /// not.
    ///
    /// # Errors
    /// If the candidate's protocol cannot express the request.
    pub fn prepare(
        &self,
        body: &Bytes,
        control: &Control,
        candidate: &Candidate,
        ask: AskUsage,
    ) -> Result<ProviderRequest, Untranslatable> {
        let Candidate {
            target,
            endpoint,
            facts,
            ..
        } = candidate;
        let mut notes = match self.plan(body, control, candidate) {
            Plan::Passthrough => return Ok(self.in_own_protocol(body, control, candidate, ask, None)),
            Plan::Rewrite(edits) => {
                let ask = match ask {
                    AskUsage::Yes if edits.notes.has(Note::STREAMED) => AskUsage::OfOwnStream,
                    ask => ask,
                };
                return Ok(self.in_own_protocol(body, control, candidate, ask, Some(edits)));
            }
            Plan::Translate(notes) => notes,
            Plan::Refuse(refusal) => return Err(self.refused(refusal, candidate)),
        };

        let style = self.response_style(target);
        let open = match facts.withholds_signatures() {
            true => Exchange::open_without_signatures,
            false => Exchange::open,
        };
        let (exchange, request) = open(
            (self.operation, endpoint.protocol),
            body,
            TranslationTarget {
                model: &target.model.upstream_model,
                facts: &facts.facts,
                asks_usage: ask == AskUsage::Yes,
                includes_reasoning: endpoint.includes_reasoning,
            },
            style,
        )
        .map_err(|error| self.naming(error, candidate))?;

        notes.extend(exchange.notes());
        if let Some(refusal) = refusal_under(self.strictness, &notes) {
            return Err(self.refused(refusal, candidate));
        }

        let streams = self.stream || notes.has(Note::STREAMED);
        let added_usage = streams && facts.facts.stream_options && ask == AskUsage::Yes;
        Ok(ProviderRequest {
            body: request.into(),
            added_usage,
            notes,
            mode: ResponseMode::Translated(Box::new(exchange)),
        })
    }
}

impl ClientRequest {
    /// The error for the client whose request a candidate cannot take.
    fn refused(&self, refusal: Refusal, candidate: &Candidate) -> Untranslatable {
        let message = refusal.message(candidate.target.model.id.as_str(), self.alias.as_deref());
        Untranslatable::impossible(refusal.param, message)
    }

    /// The error for a request that cannot be put into the candidate's protocol, with the names of the model and of the alias: the
    /// client knows the name that it sent, and no other.
    fn naming(&self, error: Untranslatable, candidate: &Candidate) -> Untranslatable {
        if error.invalid {
            return error;
        }

        let said = error.message.trim_end_matches('.');
        let model = candidate.target.model.id.as_str();
        let message = match &self.alias {
            Some(alias) => format!("{said} ({model}, alias '{alias}')."),
            None => format!("{said} ({model})."),
        };
        Untranslatable { message, ..error }
    }

    /// What has to happen to the request before it goes to a candidate.
    fn plan(&self, body: &Bytes, control: &Control, candidate: &Candidate) -> Plan {
        let Candidate { endpoint, facts, .. } = candidate;
        if !self.can_pass_through(endpoint.protocol) {
            return Plan::Translate(Notes::default());
        }
        if facts.takes_as_it_is(control, body) {
            return Plan::Passthrough;
        }

        match std::str::from_utf8(body) {
            Ok(body) => {
                let strictness = self.strictness(body.as_bytes());
                adapt(RequestView { body, control }, facts).under(strictness)
            }
            Err(_) => Plan::Passthrough,
        }
    }

    /// A request in the client's own protocol, with `edits` of its body.
    fn in_own_protocol(
        &self,
        body: &Bytes,
        control: &Control,
        candidate: &Candidate,
        ask: AskUsage,
        edits: Option<Box<Edits>>,
    ) -> ProviderRequest {
        let target = &candidate.target;
        let added_usage = control.lacks_usage(ask);
        let pieces = edits.as_ref().map(|edits| edits.pieces(&control.members));
        let rewritten = control.rewrite(body, &target.literal, ask, pieces.as_deref().unwrap_or_default());
        let request = rewritten.map_or_else(|| body.clone(), Bytes::from);
        let name = self
            .response_name
            .as_deref()
            .map_or_else(|| target.name.clone(), |name| model_literal(name).into());

        let (notes, stops) = edits.map_or_else(Default::default, |edits| (edits.notes, edits.cut_at));
        ProviderRequest {
            body: request,
            added_usage,
            notes,
            mode: ResponseMode::Passthrough { name, stops },
        }
    }
}

impl Candidate {
    /// A model at one of its addresses.
    pub fn at(target: &Arc<CallableModel>, address: &ModelEndpoint) -> Self {
        let ModelEndpoint {
            endpoint,
            facts,
            lessons,
            breaker,
        } = address;
        Self {
            target: Arc::clone(target),
            endpoint: Arc::clone(endpoint),
            facts: lessons.facts(facts),
            breaker: Arc::clone(breaker),
        }
    }

    /// Whether the gateway may ask for usage in its streams.
    pub fn asks_usage(&self) -> AskUsage {
        if self.endpoint.takes_usage() == TakesUsage::No {
            AskUsage::AsSent
        } else {
            AskUsage::Yes
        }
    }

    /// Begins to forward a stream of this candidate, with `name`, a JSON string, in place of the model's name. `stop_cut`: where
    /// the gateway ends it.
    pub fn passthrough_stream(
        &self,
        name: Bytes,
        stop_cut: Option<StopCut>,
        client_request: &ClientRequest,
    ) -> Box<dyn EventStream + Send> {
        let endpoint = &self.endpoint;
        let style = PassthroughStyle {
            name,
            include_usage: client_request.include_usage,
            includes_reasoning: endpoint.includes_reasoning,
            think_tags: self.facts.facts.answers.think_tags,
            stop_cut,
            packs: self.facts.packs.clone(),
            longest_event: endpoint.longest_event,
        };
        passthrough::stream(endpoint.protocol, style)
    }
}
