//! One call between a client and a provider that speak different protocols: its request, and the way back for its answer.

use bytes::Bytes;
use serde_json::Value;

use super::answer::{self, Answer};
use super::stream::TranslatedStream;
use crate::domain::{Facts, Protocol};
use crate::wire::event_stream::Metered;
use crate::wire::neutral::{NotAnAnswer, Request, ResponseIdentity, ToolNames, Untranslatable};
use crate::wire::operation::Operation;
use crate::wire::{chat, completions, messages, responses};

/// What is needed to put a provider's answer into the client's protocol, once its request is in the provider's.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: Operation,
    provider: Protocol,
    includes_reasoning: Option<bool>,
    /// Whether the client's choice of a tier went on to the provider.
    tier_is_asked: bool,
    identity: ResponseIdentity,
}

/// The model that a request is put into a provider's protocol for.
#[derive(Clone, Copy, Debug)]
pub struct TranslationTarget<'a> {
    /// Its name at the provider.
    pub model: &'a str,
    /// What it takes.
    pub facts: &'a Facts,
    /// Whether the provider may be asked for the usage of a stream.
    pub asks_usage: bool,
    /// Whether the provider counts thinking within the completion; `None` if that is not known.
    pub includes_reasoning: Option<bool>,
}

/// How the client's answer names itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseStyle {
    /// Unique text of `a-z 0-9`, of which the answer's ids are made.
    pub id: String,
    /// The model's name for the client.
    pub model: String,
    /// When the request arrived, in unix seconds.
    pub created: i64,
    /// The client asked for the usage chunk (chat streams).
    pub include_usage: bool,
}

impl Exchange {
    /// Puts `body`, a request to `client`, into `provider`'s protocol.
    ///
    /// # Errors
    /// If the body is not as `client` wants it, or has something that `provider` has no place for.
    pub fn open(
        (client, provider): (Operation, Protocol),
        body: &[u8],
        target: TranslationTarget<'_>,
        style: ResponseStyle,
    ) -> Result<(Self, Vec<u8>), Untranslatable> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Untranslatable::invalid("", format!("The body is no JSON: {error}.")))?;
        let mut request = read_request(client, &body)?;
        request.withholds_usage = !target.asks_usage;

        let TranslationTarget { model, facts, .. } = target;
        let names = ToolNames::new(&request, longest_tool_name(provider));
        let written = match provider {
            Protocol::AnthropicMessages => messages::write_request(&request, model, facts, &names)?,
            Protocol::OpenaiResponses => responses::write_request(&request, model, facts, &names)?,
            Protocol::OpenaiChat | Protocol::Gemini => chat::write_request(&request, model, facts, &names)?,
        };

        // Anthropic is not asked for a tier that has a price of its own.
        let tier_is_asked =
            request.service_tier.is_some() && facts.openai_fields && provider != Protocol::AnthropicMessages;
        let echo = match client {
            Operation::Responses => responses::echo(&body),
            _ => Default::default(),
        };
        let exchange = Self {
            client,
            provider,
            includes_reasoning: target.includes_reasoning,
            tier_is_asked,
            identity: style.identity(names, echo),
        };
        Ok((exchange, written))
    }

    /// For a provider that speaks the client's protocol, and sent a whole answer although the client wants a stream.
    /// `request`: the client's, of which some answers repeat fields.
    pub fn retelling(
        client: Operation,
        provider: Protocol,
        request: &[u8],
        includes_reasoning: Option<bool>,
        style: ResponseStyle,
    ) -> Self {
        let echo = match client {
            Operation::Responses => responses::echo(&serde_json::from_slice(request).unwrap_or_default()),
            _ => Default::default(),
        };
        Self {
            client,
            provider,
            includes_reasoning,
            tier_is_asked: false,
            identity: style.identity(ToolNames::default(), echo),
        }
    }

    /// Puts a whole answer into the client's protocol.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn write_response(&self, body: &[u8]) -> Result<Answer, NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let response = answer::read(self.provider, &body, self.includes_reasoning)?;

        let metered = Metered {
            tokens: response.tokens,
            service: response.service.unless_lost(self.tier_is_asked),
            text_bytes: answer::text_length(&response),
        };
        let body = match self.client {
            Operation::Completions => completions::write_response(&response, &self.identity),
            Operation::Responses => responses::write_response(&response, &self.identity),
            Operation::Messages | Operation::CountTokens => messages::write_response(&response, &self.identity),
            Operation::Chat | Operation::Embeddings => chat::write_response(&response, &self.identity),
        };
        Ok(Answer { body, metered })
    }

    /// Puts a whole answer into a stream of the client's protocol: the provider did not stream although it was asked to.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn answer_as_stream(self, body: &[u8]) -> Result<(TranslatedStream, Bytes), NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let response = answer::read(self.provider, &body, self.includes_reasoning)?;

        let mut stream = self.stream();
        let out = stream.write_whole(response);
        Ok((stream, out))
    }

    /// Begins to put a stream into the client's protocol.
    pub fn stream(self) -> TranslatedStream {
        TranslatedStream::new(
            (self.client, self.provider),
            self.includes_reasoning,
            self.tier_is_asked,
            self.identity,
        )
    }
}

impl ResponseStyle {
    /// `echo`: the fields of the request that the answer repeats.
    fn identity(self, names: ToolNames, echo: serde_json::Map<String, Value>) -> ResponseIdentity {
        let Self {
            id,
            model,
            created,
            include_usage,
        } = self;
        ResponseIdentity {
            id,
            model,
            created,
            include_usage,
            names,
            echo,
        }
    }
}

fn read_request(client: Operation, body: &Value) -> Result<Request<'_>, Untranslatable> {
    match client {
        Operation::Chat => chat::read_request(body),
        Operation::Completions => completions::read_request(body),
        Operation::Responses => responses::read_request(body),
        Operation::Messages | Operation::CountTokens => messages::read_request(body),
        Operation::Embeddings => Err(Untranslatable::impossible(
            "model",
            "This model's provider speaks no protocol for embeddings.",
        )),
    }
}

/// Characters that a tool's name may have in a protocol.
const fn longest_tool_name(provider: Protocol) -> usize {
    match provider {
        Protocol::AnthropicMessages => messages::LONGEST_TOOL_NAME,
        Protocol::OpenaiResponses => responses::LONGEST_TOOL_NAME,
        Protocol::OpenaiChat | Protocol::Gemini => chat::LONGEST_TOOL_NAME,
    }
}
