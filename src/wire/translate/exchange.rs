//! Translates one call between a client and a provider: first the request, later the answer.

use bytes::Bytes;
use serde_json::Value;

use super::answer::{self, Answer, Reading};
use super::answer_call::AnswerCall;
use super::client_calls::ClientCalls;
use super::source::Source;
use super::stamp::Stamp;
use super::stop_cut::Stops;
use super::stream::TranslatedStream;
use crate::domain::{Facts, Protocol};
use crate::wire::adapt::{ClientBody, Notes, add_stated, fit_request};
use crate::wire::answer_note::{AnswerNote, AnswerNotes};
use crate::wire::event_stream::Metered;
use crate::wire::json::parse;
use crate::wire::neutral::{NotAnAnswer, Request, Response, ResponseIdentity, ToolNames, Untranslatable};
use crate::wire::operation::Operation;
use crate::wire::responses::Commentary;
use crate::wire::stop_texts::StopTexts;
use crate::wire::{chat, completions, messages, responses};

/// The translation of one call. [`Exchange::open`] writes the provider's request; the value that it returns then
/// translates the provider's answer, whole or as a stream.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: Operation,
    provider: Protocol,
    reading: Reading,
    calls: ClientCalls,
    stamp: Stamp,
    /// Whether the client's choice of a tier went on to the provider.
    tier_is_asked: bool,
    identity: ResponseIdentity,
    notes: Notes,
    stops: Stops,
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

/// The fields of the client's answer that the gateway fills in: see [`ResponseIdentity`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseStyle {
    /// Unique text of `a-z 0-9`, of which the answer's ids are made.
    pub id: String,
    /// The model's name for the client.
    pub model: String,
    /// When the request arrived, in unix seconds.
    pub created: i64,
    /// Whether the client asked for the usage chunk (chat streams).
    pub include_usage: bool,
}

impl Exchange {
    /// Translates `body`, a request to the endpoint `client`, into the protocol `provider`. Returns the exchange for the answer,
    /// and the provider's request as JSON.
    ///
    /// # Errors
    /// If the body is not as `client` wants it, or has something that `provider` has no place for.
    pub fn open(
        (client, provider): (Operation, Protocol),
        body: &[u8],
        target: TranslationTarget<'_>,
        style: ResponseStyle,
    ) -> Result<(Self, Vec<u8>), Untranslatable> {
        Self::open_with((client, provider), body, target, style, false)
    }

    /// The same for a provider that has refused a signature of an earlier turn: none of them goes back.
    ///
    /// # Errors
    /// As those of [`Exchange::open`].
    pub fn open_without_signatures(
        (client, provider): (Operation, Protocol),
        body: &[u8],
        target: TranslationTarget<'_>,
        style: ResponseStyle,
    ) -> Result<(Self, Vec<u8>), Untranslatable> {
        Self::open_with((client, provider), body, target, style, true)
    }

    fn open_with(
        (client, provider): (Operation, Protocol),
        body: &[u8],
        target: TranslationTarget<'_>,
        style: ResponseStyle,
        withholds_signatures: bool,
    ) -> Result<(Self, Vec<u8>), Untranslatable> {
        let body: Value =
            from_client(body).map_err(|error| Untranslatable::invalid("", format!("The body is no JSON: {error}.")))?;
        let mut request = read_request(client, &body)?;
        request.withholds_usage = !target.asks_usage;
        request.withholds_signatures = withholds_signatures;
        let TranslationTarget { model, facts, .. } = target;
        let mut notes = fit_request(&mut request, (facts, provider, model), ClientBody(&body))?;

        let names = ToolNames::new(&request, longest_tool_name(provider));
        let written = match provider {
            Protocol::AnthropicMessages => messages::write_request(&request, model, facts, &names),
            Protocol::OpenaiResponses => responses::write_request(&request, model, facts, &names),
            Protocol::OpenaiChat | Protocol::Gemini => chat::write_request(&request, model, facts, &names),
        }
        .map_err(|error| in_clients_words(error, &body))?;
        let written = add_stated(written, facts, &mut notes);

        let reading = Reading {
            includes_reasoning: target.includes_reasoning,
            think_tags: may_use_tags(provider, facts),
            commentary: match request.format {
                Some(_) => Commentary::Thoughts,
                None => Commentary::Text,
            },
        };
        let calls = match provider {
            Protocol::OpenaiResponses => ClientCalls::of(&request, &names),
            _ => ClientCalls::default(),
        };
        let calls = match &request.call_of_answer {
            Some((group, name)) => {
                let name = names.provider(group.as_deref(), name);
                calls.with_answer(AnswerCall::new(name, &style.id))
            }
            None => calls,
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
            reading,
            calls,
            stamp: Stamp::of(facts, model, provider, client.native() == Some(provider)),
            tier_is_asked,
            identity: style.identity(names, echo),
            notes,
            stops: Stops {
                texts: StopTexts::new(&request.cut_at),
                ..Stops::default()
            },
        };
        Ok((exchange, written))
    }

    /// What was changed to fit the request to the model, beside its protocol.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The exchange for a provider that speaks the client's protocol, and that sent a whole answer although the client
    /// wants a stream: [`Exchange::answer_as_stream`] makes the stream. `request` is the client's body, since some
    /// answers repeat fields of it.
    pub fn same_protocol(
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
            reading: Reading {
                includes_reasoning,
                ..Reading::default()
            },
            calls: ClientCalls::default(),
            stamp: Stamp::of(&Facts::default(), "", provider, true),
            tier_is_asked: false,
            identity: style.identity(ToolNames::default(), echo),
            notes: Notes::default(),
            stops: Stops::default(),
        }
    }

    /// The same exchange for an answer that the gateway ends at one of these texts.
    #[must_use]
    pub fn cut_at(mut self, texts: Option<StopTexts>) -> Self {
        self.stops.texts = texts;
        self
    }

    /// The same exchange for a prompt of about so many tokens: the client is told of them if the answer ends at a stop text,
    /// before the provider has told its counts.
    #[must_use]
    pub fn prompted(mut self, tokens: u64) -> Self {
        self.stops.prompt_tokens = tokens;
        self
    }

    /// The same exchange for a model that has these facts, and this name at the provider.
    #[must_use]
    pub fn of_model(mut self, facts: &Facts, model: &str) -> Self {
        self.reading.think_tags = facts.answers.think_tags;
        self.stamp = Stamp::of(facts, model, self.provider, true);
        self
    }

    /// Translates a whole answer into the client's protocol.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn write_response(&self, body: &[u8]) -> Result<Answer, NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let (mut response, notes) = self.read(&body)?;

        let text_bytes = answer::text_length(&response);
        let is_cut = self.stops.cut(&mut response);
        let mut answer = self.write(&response, notes.with(AnswerNote::StopCut, is_cut));
        answer.metered.text_bytes = text_bytes;
        Ok(answer)
    }

    /// Writes a whole answer in the client's protocol. `notes`: what was changed in it.
    pub(super) fn write(&self, response: &Response<'_>, notes: AnswerNotes) -> Answer {
        let metered = Metered {
            tokens: response.tokens,
            service: response.service.unless_lost(self.tier_is_asked),
            text_bytes: answer::text_length(response),
            notes,
        };
        let body = match self.client {
            Operation::Completions => completions::write_response(response, &self.identity),
            Operation::Responses => responses::write_response(response, &self.identity),
            Operation::Messages | Operation::CountTokens => messages::write_response(response, &self.identity),
            Operation::Chat | Operation::Embeddings => chat::write_response(response, &self.identity),
        };
        Answer { body, metered }
    }

    /// The reader of the provider's stream.
    pub(super) fn source(&self) -> Source {
        Source::new(self.provider, self.reading, self.stamp.clone())
    }

    /// Translates a whole answer into a stream of the client's protocol, since the provider did not stream although the
    /// request said so. Returns the stream and all of its bytes.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn answer_as_stream(self, body: &[u8]) -> Result<(TranslatedStream, Bytes), NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let (mut response, notes) = self.read(&body)?;

        let text_bytes = answer::text_length(&response);
        let is_cut = self.stops.cut(&mut response);
        let mut stream = self.cut_at(None).stream();
        let out = stream.write_whole(response, text_bytes, notes.with(AnswerNote::StopCut, is_cut));
        Ok((stream, out))
    }

    fn read<'a>(&self, body: &'a Value) -> Result<(Response<'a>, AnswerNotes), NotAnAnswer> {
        let (mut response, notes) = answer::read(self.provider, body, self.reading)?;
        self.settle(&mut response);
        Ok((response, notes))
    }

    /// Makes thoughts of the tags in a whole answer, if the model sends some so. Returns what was changed.
    pub(super) fn take_tags_out(&self, response: &mut Response<'_>) -> AnswerNotes {
        answer::take_tags_out(response, self.reading)
    }

    /// Leaves the calls of a whole answer that are the client's.
    pub(super) fn settle(&self, response: &mut Response<'_>) {
        self.stamp.settle(response);
        self.calls.settle(response);
    }

    /// Begins the translation of a stream into the client's protocol.
    pub fn stream(self) -> TranslatedStream {
        let source = self.source();
        TranslatedStream::new(
            self.client,
            (self.reading, source),
            (self.calls, self.stops),
            self.tier_is_asked,
            self.identity,
        )
    }

    pub(super) fn stops(&self) -> &Stops {
        &self.stops
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

/// Parses a client's body.
fn from_client(body: &[u8]) -> Result<Value, serde_json::Error> {
    match std::str::from_utf8(body) {
        Ok(text) => parse(text),
        Err(_) => serde_json::from_slice(body),
    }
}

fn read_request(client: Operation, body: &Value) -> Result<Request<'_>, Untranslatable> {
    match client {
        Operation::Chat if has_input_for_messages(body) => {
            let mut request = responses::read_request(body)?;
            chat::read_fields_beside(body, &mut request)?;
            Ok(request)
        }
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

/// The error of a writer with the name that the client has for its conversation.
fn in_clients_words(error: Untranslatable, body: &Value) -> Untranslatable {
    let own = if body.get("input").is_some() && body.get("messages").is_none() {
        "input"
    } else {
        "messages"
    };
    match &*error.param {
        "messages" | "input" => Untranslatable {
            param: own.into(),
            ..error
        },
        _ => error,
    }
}

/// Whether a request to chat has the shape of one to Responses.
fn has_input_for_messages(body: &Value) -> bool {
    let has_messages = body
        .get("messages")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    !has_messages && body.get("input").is_some_and(|input| !input.is_null())
}

/// Whether thoughts may come in tags: the model is known to send them so, or it thinks and its protocol has no field for
/// thoughts.
fn may_use_tags(provider: Protocol, facts: &Facts) -> bool {
    let has_field = matches!(provider, Protocol::AnthropicMessages | Protocol::OpenaiResponses);
    facts.answers.think_tags || !has_field && facts.thinking.thinks == Some(true)
}

/// Characters that a tool's name may have in a protocol.
const fn longest_tool_name(provider: Protocol) -> usize {
    match provider {
        Protocol::AnthropicMessages => messages::LONGEST_TOOL_NAME,
        Protocol::OpenaiResponses => responses::LONGEST_TOOL_NAME,
        Protocol::OpenaiChat | Protocol::Gemini => chat::LONGEST_TOOL_NAME,
    }
}
