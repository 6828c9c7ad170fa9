//! One model, ready to be called: the addresses that serve it, and its names at the provider and in answers.

use std::sync::Arc;

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use super::breaker::Breaker;
use super::endpoint::UpstreamEndpoint;
use super::lessons::Lessons;
use crate::domain::{Model, ModelKind, Provider, facts};
use crate::wire::adapt::TargetFacts;
use crate::wire::control::model_literal;
use crate::wire::operation::Operation;

/// One model of one provider, ready to be called.
#[derive(Debug)]
pub struct CallableModel {
    pub model: Arc<Model>,
    /// Its name at the provider, as a JSON string.
    pub literal: String,
    /// Its catalog id, as a header of the response to a client.
    pub header: AnswerValue,
    /// Its catalog id, as a JSON string in the body of the response.
    pub name: Bytes,
    /// The addresses that serve it, one for each protocol, the best first. Never empty.
    pub endpoints: Vec<ModelEndpoint>,
}

/// An address that serves the model.
#[derive(Clone, Debug)]
pub struct ModelEndpoint {
    pub endpoint: Arc<UpstreamEndpoint>,
    /// What the model takes there.
    pub facts: Arc<TargetFacts>,
    /// What refusals have taught about it.
    pub lessons: Arc<Lessons>,
    /// The circuit breaker of the model at this address.
    pub breaker: Arc<Breaker>,
}

/// The model does another kind of work than the operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongKind;

impl CallableModel {
    /// `None` if the model's id cannot stand in a header, or no address serves it.
    pub fn new(model: &Arc<Model>, provider: &Provider, endpoints: Vec<Arc<UpstreamEndpoint>>) -> Option<Self> {
        if endpoints.is_empty() {
            return None;
        }

        let endpoint = |endpoint: Arc<UpstreamEndpoint>| ModelEndpoint {
            breaker: endpoint.state.breaker(&model.id),
            lessons: endpoint.state.lessons(&model.id),
            facts: Arc::new(TargetFacts::new(
                facts(provider, model, endpoint.protocol),
                endpoint.protocol,
                &model.upstream_model,
            )),
            endpoint,
        };
        let endpoints = endpoints.into_iter().map(endpoint).collect();

        let header = AnswerValue::from_str(model.id.as_str()).ok()?;
        let name = model_literal(model.id.as_str()).into();
        Some(Self {
            model: Arc::clone(model),
            literal: model_literal(&model.upstream_model),
            header,
            name,
            endpoints,
        })
    }

    /// The address for a request to `operation`: the one that speaks the client's protocol, else the best one.
    pub fn endpoint(&self, operation: Operation) -> Result<&ModelEndpoint, WrongKind> {
        let embeds = self.model.kind == ModelKind::Embedding;
        if embeds != (operation == Operation::Embeddings) {
            return Err(WrongKind);
        }

        let native = operation.native();
        let same = self
            .endpoints
            .iter()
            .find(|endpoint| Some(endpoint.endpoint.protocol) == native);
        same.or(self.endpoints.first()).ok_or(WrongKind)
    }
}
