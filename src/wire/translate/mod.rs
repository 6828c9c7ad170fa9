//! One request, answer or stream in another protocol than its own. The protocols themselves are in [`super::chat`],
//! [`super::messages`], [`super::responses`] and [`super::completions`]; here is who is asked for what.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::Value;

use super::error::{ApiError, ProviderError};
use super::event_stream::StreamEnd;
use super::neutral::{Capabilities, Event, NotAnAnswer, Part, Response, ResponseIdentity, ToolNames, Untranslatable};
use super::operation::Operation;
use super::reported::Reported;
use super::sse::{EventAction, EventReader, EventTooLong};
use super::{chat, completions, messages, responses};
use crate::domain::{Protocol, ServiceReport, Tokens};

/// A request that was put into the provider's protocol, and what is needed to put the answer into the client's.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: Operation,
    provider: Protocol,
    includes_reasoning: Option<bool>,
    /// Whether the client's choice of a tier went on to the provider.
    tier_is_asked: bool,
    identity: ResponseIdentity,
}

/// How the answer is to be told.
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
    /// Puts `body`, a request to `client`, into `provider`'s protocol for the model that it knows as `model`.
    ///
    /// # Errors
    /// If the body is not as `client` wants it, or has something that `provider` has no place for.
    pub fn open(
        (client, provider): (Operation, Protocol),
        body: &[u8],
        model: &str,
        capabilities: &Capabilities,
        includes_reasoning: Option<bool>,
        style: ResponseStyle,
    ) -> Result<(Self, Vec<u8>), Untranslatable> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|error| Untranslatable::invalid("", format!("The body is no JSON: {error}.")))?;
        let request = match client {
            Operation::Chat => chat::read_request(&body)?,
            Operation::Completions => completions::read_request(&body)?,
            Operation::Responses => responses::read_request(&body)?,
            Operation::Messages | Operation::CountTokens => messages::read_request(&body)?,
            Operation::Embeddings => {
                return Err(Untranslatable::impossible(
                    "model",
                    "This model's provider speaks no protocol for embeddings.",
                ));
            }
        };
        let longest = match provider {
            Protocol::AnthropicMessages => messages::LONGEST_TOOL_NAME,
            Protocol::OpenaiResponses => responses::LONGEST_TOOL_NAME,
            Protocol::OpenaiChat | Protocol::Gemini => chat::LONGEST_TOOL_NAME,
        };
        let names = ToolNames::new(&request, longest);
        let written = match provider {
            Protocol::AnthropicMessages => messages::write_request(&request, model, capabilities, &names)?,
            Protocol::OpenaiResponses => responses::write_request(&request, model, capabilities, &names)?,
            Protocol::OpenaiChat | Protocol::Gemini => chat::write_request(&request, model, capabilities, &names)?,
        };
        let echo = if client == Operation::Responses {
            responses::echo(&body)
        } else {
            Default::default()
        };
        let ResponseStyle {
            id,
            model,
            created,
            include_usage,
        } = style;
        let identity = ResponseIdentity {
            id,
            model,
            created,
            include_usage,
            names,
            echo,
        };
        // Of Anthropic no tier is asked that has a price of its own.
        let tier_is_asked =
            request.service_tier.is_some() && capabilities.openai_fields && provider != Protocol::AnthropicMessages;
        Ok((
            Self {
                client,
                provider,
                includes_reasoning,
                tier_is_asked,
                identity,
            },
            written,
        ))
    }

    /// For a provider that speaks the client's protocol, and answered with a whole answer though a stream was asked for.
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
        let ResponseStyle {
            id,
            model,
            created,
            include_usage,
        } = style;
        let identity = ResponseIdentity {
            id,
            model,
            created,
            include_usage,
            names: ToolNames::default(),
            echo,
        };
        Self {
            client,
            provider,
            includes_reasoning,
            tier_is_asked: false,
            identity,
        }
    }

    /// Puts a whole answer into the client's protocol.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn write_response(&self, body: &[u8]) -> Result<Answer, NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let response = self.read(&body)?;
        let text_bytes = lengths(&response);
        let (tokens, served) = (response.tokens, response.service.unless_lost(self.tier_is_asked));
        let body = match self.client {
            Operation::Completions => completions::write_response(&response, &self.identity),
            Operation::Responses => responses::write_response(&response, &self.identity),
            Operation::Messages | Operation::CountTokens => messages::write_response(&response, &self.identity),
            Operation::Chat | Operation::Embeddings => chat::write_response(&response, &self.identity),
        };
        Ok(Answer {
            body,
            tokens,
            served,
            text_bytes,
        })
    }

    fn read<'a>(&self, body: &'a Value) -> Result<Response<'a>, NotAnAnswer> {
        read(self.provider, body, self.includes_reasoning)
    }

    /// Puts a whole answer into a stream of the client's protocol: the provider did not stream though it was asked to.
    ///
    /// # Errors
    /// If it is no answer of the provider's protocol.
    pub fn answer_as_stream(self, body: &[u8]) -> Result<(TranslatedStream, Bytes), NotAnAnswer> {
        let body: Value = serde_json::from_slice(body).map_err(|_| NotAnAnswer)?;
        let response = self.read(&body)?;
        let mut stream = self.stream();
        stream.whole = Some(response.service);
        let events = response.events();
        let mut out = Vec::new();
        for event in events {
            stream.teller.tell(event, &mut out);
        }
        Ok((stream, out.into()))
    }

    /// Begins to put a stream into the client's protocol.
    pub fn stream(self) -> TranslatedStream {
        let (known, tier_is_asked) = (self.includes_reasoning, self.tier_is_asked);
        let source = match self.provider {
            Protocol::AnthropicMessages => Source::Messages(messages::ReadEvents::new(known)),
            Protocol::OpenaiResponses => Source::Responses(responses::ReadEvents::new(known)),
            Protocol::OpenaiChat | Protocol::Gemini => Source::Chat(chat::ReadEvents::new(known)),
        };
        let writer = match self.client {
            Operation::Completions => Writer::Completions(completions::WriteEvents::new(self.identity)),
            Operation::Responses => Writer::Responses(Box::new(responses::WriteEvents::new(self.identity))),
            Operation::Messages | Operation::CountTokens => Writer::Messages(messages::WriteEvents::new(self.identity)),
            Operation::Chat | Operation::Embeddings => Writer::Chat(chat::WriteEvents::new(self.identity)),
        };
        TranslatedStream {
            reader: EventReader::default(),
            source,
            teller: Teller {
                writer,
                seen: Seen::default(),
            },
            begun: false,
            reported: None,
            tier_is_asked,
            whole: None,
        }
    }
}

/// A whole answer in the client's protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// For the client.
    pub body: Vec<u8>,
    /// What the provider counted.
    pub tokens: Option<Tokens>,
    /// How it served the call.
    pub served: ServiceReport,
    /// Bytes of generated text, for an estimate where nobody counted.
    pub text_bytes: usize,
}

/// A stream on its way from one protocol to another.
pub struct TranslatedStream {
    reader: EventReader,
    source: Source,
    teller: Teller,
    /// The client has had an event.
    begun: bool,
    /// What the provider reported of its failure.
    reported: Option<Reported>,
    tier_is_asked: bool,
    /// How the call was served, if the provider did not stream.
    whole: Option<ServiceReport>,
}

enum Source {
    Chat(chat::ReadEvents),
    Messages(messages::ReadEvents),
    Responses(responses::ReadEvents),
}

enum Writer {
    Chat(chat::WriteEvents),
    Completions(completions::WriteEvents),
    Messages(messages::WriteEvents),
    Responses(Box<responses::WriteEvents>),
}

/// The writing end.
struct Teller {
    writer: Writer,
    seen: Seen,
}

/// What has gone through.
#[derive(Default)]
struct Seen {
    tokens: Option<Tokens>,
    text_bytes: usize,
    done: bool,
    content: bool,
    error: Option<ProviderError>,
}

impl Source {
    fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        match self {
            Self::Chat(reader) => reader.read(data, out),
            Self::Messages(reader) => reader.read(data, out),
            Self::Responses(reader) => reader.read(data, out),
        }
    }

    fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        match self {
            Self::Chat(reader) => reader.finish(out),
            Self::Messages(reader) => reader.finish(out),
            Self::Responses(reader) => reader.finish(out),
        }
    }

    fn served(&self) -> ServiceReport {
        match self {
            Self::Chat(reader) => reader.served(),
            Self::Messages(reader) => reader.served(),
            Self::Responses(reader) => reader.served(),
        }
    }
}

impl Teller {
    fn tell(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        // Nothing follows an end or an error, whatever the provider goes on to send.
        if self.seen.done || self.seen.error.is_some() {
            return;
        }
        self.seen.content = self.seen.content || carries_content(&event);
        match &event {
            Event::Text(text) | Event::Thinking(text) | Event::Refusal(text) | Event::ToolArguments { text, .. } => {
                self.seen.text_bytes += text.len();
            }
            Event::Usage(tokens) => self.seen.tokens = Some(*tokens),
            Event::Start {
                tokens: Some(tokens), ..
            } => self.seen.tokens = Some(*tokens),
            Event::End => self.seen.done = true,
            // Written by the caller, who first looks at what may be told.
            Event::Error(told) => {
                self.seen.error = Some(told.clone());
                return;
            }
            _ => {}
        }
        match &mut self.writer {
            Writer::Chat(writer) => writer.write(event, out),
            Writer::Completions(writer) => writer.write(event, out),
            Writer::Messages(writer) => writer.write(event, out),
            Writer::Responses(writer) => writer.write(event, out),
        }
    }
}

impl TranslatedStream {
    /// The same stream, whose events may be so many bytes long.
    #[must_use]
    pub fn holding(self, longest: usize) -> Self {
        Self {
            reader: self.reader.holding(longest),
            ..self
        }
    }

    /// How many bytes are held of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        self.reader.held()
    }

    /// Takes what arrived; `out` gets what goes to the client now.
    ///
    /// # Errors
    /// If an event is longer than what may be held.
    pub fn push(&mut self, chunk: &Bytes, mut out: impl FnMut(Bytes)) -> Result<(), EventTooLong> {
        let Self {
            reader,
            source,
            teller,
            begun,
            reported,
            ..
        } = self;
        let mut told = Vec::new();
        let judge = |data: &[u8]| {
            read_event(source, teller, reported, data, &mut told);
            EventAction::Drop
        };
        // Comments keep the client's connection alive too. Not before the first event: an error could still be a plain one.
        let begun = *begun;
        let read = reader.push(chunk, judge, |comment| {
            if begun && is_comment(&comment) {
                out(comment);
            }
        });
        if !told.is_empty() {
            self.begun = true;
            out(told.into());
        }
        read
    }

    /// Ends the stream; returns what is still to be sent.
    pub fn finish(&mut self) -> Option<Bytes> {
        let Self {
            reader,
            source,
            teller,
            reported,
            ..
        } = self;
        let mut told = Vec::new();
        reader.finish(|data| {
            read_event(source, teller, reported, data, &mut told);
            EventAction::Drop
        });
        source.finish(&mut |event| teller.tell(event, &mut told));
        (!told.is_empty()).then(|| told.into())
    }

    /// The events that tell the client that the stream has failed. Nothing follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError) -> Bytes {
        let mut out = Vec::new();
        match &mut self.teller.writer {
            Writer::Chat(writer) => writer.fail(error, &mut out),
            Writer::Completions(writer) => writer.fail(error, &mut out),
            Writer::Messages(writer) => writer.fail(error, &mut out),
            Writer::Responses(writer) => writer.fail(error, &mut out),
        }
        out.into()
    }

    /// How it stands.
    pub fn ending(&self) -> StreamEnd {
        match &self.teller.seen {
            Seen { error: Some(_), .. } => StreamEnd::Failed,
            Seen { done: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    /// What the provider reported of its failure, which the client has not been told.
    pub fn reported(&self) -> Option<&Reported> {
        self.reported.as_ref()
    }

    /// Whether content has passed: words, thoughts, calls, or the reason of an end.
    pub fn has_content(&self) -> bool {
        self.teller.seen.content
    }

    /// Whether nothing more is to come.
    pub fn is_done(&self) -> bool {
        self.teller.seen.done || self.teller.seen.error.is_some()
    }

    /// The last token counts that the provider sent.
    pub fn tokens(&self) -> Option<Tokens> {
        self.teller.seen.tokens
    }

    /// How the provider says that it served the call.
    pub fn served(&self) -> ServiceReport {
        let said = self.whole.unwrap_or_else(|| self.source.served());
        said.unless_lost(self.tier_is_asked)
    }

    /// How many bytes of generated text have passed.
    pub fn text_bytes(&self) -> usize {
        self.teller.seen.text_bytes
    }
}

/// Reads one event's data.
fn read_event(
    source: &mut Source,
    teller: &mut Teller,
    reported: &mut Option<Reported>,
    data: &[u8],
    told: &mut Vec<u8>,
) {
    // A reader passes over what is no event of its protocol; before the first content that may be a failure's report.
    if !teller.seen.content
        && let Ok(event) = serde_json::from_slice::<Value>(data)
        && let Some(failure) = Reported::in_event(&event)
    {
        teller.tell(Event::Error(failure.error.clone()), told);
        reported.get_or_insert(failure);
        return;
    }
    source.read(data, &mut |event| teller.tell(event, told));
    if let Some(error) = &teller.seen.error {
        reported.get_or_insert_with(|| Reported {
            error: error.clone(),
            ..Reported::read(data)
        });
    }
}

/// Whether an event carries content, by the rule of [`super::content`].
fn carries_content(event: &Event<'_>) -> bool {
    match event {
        Event::Start { .. } | Event::Usage(_) | Event::PartEnd | Event::Error(_) => false,
        Event::Text(text) | Event::Thinking(text) | Event::Refusal(text) => !text.is_empty(),
        _ => true,
    }
}

fn read(provider: Protocol, body: &Value, includes_reasoning: Option<bool>) -> Result<Response<'_>, NotAnAnswer> {
    match provider {
        Protocol::AnthropicMessages => messages::read_response(body, includes_reasoning),
        Protocol::OpenaiResponses => responses::read_response(body, includes_reasoning),
        Protocol::OpenaiChat | Protocol::Gemini => chat::read_response(body, includes_reasoning),
    }
}

/// Bytes of generated text in a whole answer of `provider`'s protocol, for an estimate where nobody counted.
///
/// # Errors
/// If it is no answer of that protocol.
pub fn text_bytes(provider: Protocol, answer: &Value) -> Result<usize, NotAnAnswer> {
    read(provider, answer, None).map(|response| lengths(&response))
}

fn lengths(response: &Response<'_>) -> usize {
    response.parts.iter().map(length).sum()
}

/// Whether these lines are comments. An event without data, which the reader shows too, means nothing to the client.
fn is_comment(lines: &[u8]) -> bool {
    let mut lines = lines
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with(b":"))
}

fn length(part: &Part<'_>) -> usize {
    match part {
        Part::Text { text, .. } | Part::Thinking { text, .. } | Part::Refusal(text) => text.len(),
        Part::ToolCall(call) => call.arguments.len(),
        _ => 0,
    }
}
