//! Who is asked, and in which words: the candidates of a call, and the request as each of them wants it.

use std::sync::Arc;

use bytes::Bytes;

use crate::domain::{Protocol, RequestId};
use crate::gateway::upstream::{Breaker, TakesUsage, Target, Upstream};
use crate::wire::control::{AskUsage, Control, model_literal};
use crate::wire::neutral::{Refused, Seal};
use crate::wire::operation::Operation;
use crate::wire::passthrough::PassingStream;
use crate::wire::translate::{Exchange, Telling};

/// One way to get an answer: a model at one address of its provider.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub target: Arc<Target>,
    pub upstream: Arc<Upstream>,
    /// How calls of this model go at this address.
    pub breaker: Arc<Breaker>,
}

/// What the client asked for, as far as all candidates are concerned.
#[derive(Clone, Debug)]
pub struct Asked {
    pub operation: Operation,
    /// Of which the ids in answers are made.
    pub id: RequestId,
    /// When, in unix seconds.
    pub created: i64,
    pub stream: bool,
    pub show_usage: bool,
    /// The name that the answer tells; `None`: the real id of the model that ran.
    pub told_name: Option<String>,
}

/// A request in the words of one candidate, and how its answer is read.
#[derive(Debug)]
pub struct Prepared {
    pub request: Bytes,
    /// Whether usage was asked for in it in the client's stead.
    pub added_usage: bool,
    pub reading: Reading,
}

/// How an answer becomes the client's.
#[derive(Debug)]
pub enum Reading {
    /// It passes as it came, with this name in it: a JSON string.
    Passing { name: Bytes },
    /// It is told in another protocol.
    Translated(Box<Exchange>),
}

impl Asked {
    /// Whether the body goes on as it came. Not one with thoughts that another protocol sealed: a provider refuses a seal
    /// that it did not make, so the request is read and written anew, without them.
    fn passes(&self, body: &[u8], protocol: Protocol) -> bool {
        match self.operation.native() {
            None => self.operation == Operation::Embeddings,
            Some(native) => native == protocol && !Seal::may_be_packed_in(body),
        }
    }

    /// How a whole answer of `candidate`, which speaks the client's protocol, is told as the stream that the client asked for.
    pub fn retelling(&self, body: &[u8], candidate: &Candidate) -> Exchange {
        let protocol = candidate.upstream.protocol;
        let telling = self.telling(&candidate.target);
        Exchange::retelling(self.operation, protocol, body, candidate.upstream.includes_reasoning, telling)
    }

    fn telling(&self, target: &Target) -> Telling {
        Telling {
            id: self.id.to_string().replace('-', ""),
            model: self.told_name.clone().unwrap_or_else(|| target.model.id.as_str().to_owned()),
            created: self.created,
            include_usage: self.show_usage,
        }
    }

    /// The request as `candidate` wants it. `ask`: whether usage is asked for in streams where the client did not.
    pub fn prepare(
        &self,
        body: &Bytes,
        control: &Control<'_>,
        candidate: &Candidate,
        ask: AskUsage,
    ) -> Result<Prepared, Refused> {
        let Candidate { target, upstream, .. } = candidate;
        if self.passes(body, upstream.protocol) {
            let added_usage = ask == AskUsage::Yes && control.lacks_usage();
            let rewritten = control.rewrite(body, &target.literal, ask);
            let request = rewritten.map_or_else(|| body.clone(), Bytes::from);
            let name = self.told_name.as_deref().map_or_else(|| target.name.clone(), |name| model_literal(name).into());
            return Ok(Prepared { request, added_usage, reading: Reading::Passing { name } });
        }
        let telling = self.telling(target);
        let mut takes = target.takes.clone();
        takes.stream_options &= ask == AskUsage::Yes;
        let between = (self.operation, upstream.protocol);
        let model = &target.model.upstream_model;
        let (exchange, request) = Exchange::open(between, body, model, &takes, upstream.includes_reasoning, telling)?;
        let added_usage = self.stream && takes.stream_options;
        Ok(Prepared { request: request.into(), added_usage, reading: Reading::Translated(Box::new(exchange)) })
    }
}

impl Candidate {
    /// Whether usage may be asked for in its streams.
    pub fn ask(&self) -> AskUsage {
        if self.upstream.takes_usage() == TakesUsage::No { AskUsage::AsSent } else { AskUsage::Yes }
    }

    /// A stream that passes untouched from this candidate.
    pub fn passing(&self, name: Bytes, asked: &Asked) -> PassingStream {
        let Upstream { protocol, includes_reasoning, .. } = *self.upstream;
        PassingStream::new(protocol, name, asked.show_usage, includes_reasoning)
    }
}
