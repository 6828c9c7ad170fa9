//! Reads the control keys of a request.

use std::borrow::Cow;

use super::beyond::Beyond;
use super::error::{ControlError, MAX_MODEL};
use super::limits::{self, LimitFields};
use super::stream_options::{StreamOptions, flag};
use super::tier::AskedTier;
use super::top_field::TopField;
use super::top_members::TopMembers;
use crate::domain::{Model, ServiceTier};
use crate::wire::error::ApiError;
use crate::wire::json::{Span, unquote};
use crate::wire::operation::Operation;

/// The control keys of a request: the few fields that decide how the gateway handles it. It is read once for each request;
/// its places belong to the body that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// The model's name, escapes undone, if it is written with escapes.
    escaped_model: Option<Box<str>>,
    /// Where the name stands in the body, quotes included.
    pub model_span: Span,
    /// Whether the client asks for a stream.
    pub stream: bool,
    /// The length in bytes of the conversation in the body, with instructions and system text, for an estimate of the
    /// prompt's tokens if the provider reports none.
    pub prompt_bytes: usize,
    /// The most tokens that one answer may have, whichever limiting field of the request a provider obeys; `None` if no
    /// field of the endpoint sets a limit.
    pub max_tokens: Option<u64>,
    /// The number of answers that a provider may generate; at least 1.
    pub answers: u64,
    /// The length in bytes of the text that the client expects as the answer: the provider charges the part of it that the
    /// answer does not use as if it were part of the answer.
    pub predicted_bytes: usize,
    /// The tier and the speed that the client asks for, if they are not the usual ones.
    tiers: [Option<AskedTier>; 2],
    /// Whether a request to chat has the shape of one to Responses: `input` in the place of `messages`.
    pub has_input_for_messages: bool,
    pub(super) operation: Operation,
    pub(super) stream_options: StreamOptions,
    /// The offset after the opening brace of the body.
    pub(super) head: usize,
    /// All top-level members of the body.
    pub members: TopMembers,
}

impl Control {
    /// Reads the control keys of a request to `operation`.
    ///
    /// # Errors
    /// If the body is not one JSON object, a control key is there twice or of the wrong kind, or `model` or the content that
    /// the endpoint works on is missing.
    pub fn read(body: &[u8], operation: Operation) -> Result<Self, ControlError> {
        let text = std::str::from_utf8(body).map_err(|_| ControlError::Utf8)?;
        let members = TopMembers::find(text)?;
        let at = |field| members.value(field);

        let model_span = at(TopField::Model).ok_or(ControlError::MissingModel)?;
        let escaped_model = match model_name(model_span.of(text))? {
            Cow::Borrowed(_) => None,
            Cow::Owned(name) => Some(name.into()),
        };
        let has_input_for_messages = operation == Operation::Chat && has_input_only(text, &members);
        let content = match has_input_for_messages {
            true => at(TopField::Input),
            false => content(text, operation, &members)?,
        };
        let tiers = tiers(text, operation, &members)?;
        let (max_tokens, answers) = answer_limits(text, operation, &members)?;
        let stream_options = match operation {
            Operation::Chat | Operation::Completions => StreamOptions::read(text, at(TopField::StreamOptions))?,
            _ => StreamOptions::default(),
        };
        let stream = flag(at(TopField::Stream).map(|s| s.of(text)), "stream")?;

        let prompt_bytes = [content, at(TopField::Instructions), at(TopField::System)]
            .into_iter()
            .flatten()
            .map(|span| span.len())
            .sum();
        Ok(Self {
            escaped_model,
            model_span,
            stream,
            prompt_bytes,
            max_tokens,
            answers,
            predicted_bytes: given(text, at(TopField::Prediction)).map_or(0, |span| span.len()),
            tiers,
            has_input_for_messages,
            operation,
            stream_options,
            head: text.find('{').map_or(0, |at| at + 1),
            members,
        })
    }

    /// The model's name as the client means it, escapes undone. `body` is the body that this was read from.
    pub fn model<'a>(&'a self, body: &'a [u8]) -> &'a str {
        if let Some(name) = &self.escaped_model {
            return name;
        }

        let Span { start, end } = self.model_span;
        let quoted = body.get(start + 1..end - 1).unwrap_or_default();
        std::str::from_utf8(quoted).unwrap_or_default()
    }

    /// What the request may make a provider read or write beyond the bytes of `body`, the body that this was read from.
    pub fn beyond(&self, body: &[u8]) -> Beyond {
        const UNKNOWN: Beyond = Beyond {
            reads: true,
            writes: true,
        };
        std::str::from_utf8(body).map_or(UNKNOWN, |text| Beyond::of(text, self.operation))
    }

    /// The offset after the opening brace of the body, where a member can be put in.
    pub fn body_start(&self) -> usize {
        self.head
    }

    /// The endpoint that the client called.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether the client asks for the usage of its stream.
    pub fn asks_usage(&self) -> bool {
        self.stream_options.asked
    }

    /// The tier that the client asks of `model`; `None` is the usual one.
    ///
    /// # Errors
    /// If the model has no price for that tier: the gateway makes no call that it cannot charge.
    pub fn tier(&self, model: &Model) -> Result<Option<ServiceTier>, ApiError> {
        self.tiers.iter().flatten().try_fold(None, |_, asked| {
            let tier = model.billed(asked.tier());
            tier.map(Some).ok_or_else(|| asked.unpriced(model))
        })
    }
}

fn model_name(value: &str) -> Result<Cow<'_, str>, ControlError> {
    if value == "null" || value == "\"\"" {
        return Err(ControlError::MissingModel);
    }
    // Escapes take up to six bytes each, so a longer text cannot be a short enough name.
    if value.len() > MAX_MODEL * 6 + 2 {
        return Err(ControlError::LongModel);
    }

    let name = unquote(value).ok_or(ControlError::Kind {
        key: "model",
        wanted: "a string",
    })?;
    if name.len() > MAX_MODEL {
        Err(ControlError::LongModel)
    } else {
        Ok(name)
    }
}

/// Whether `input` stands in the place of `messages`, as some agents send it to chat.
fn has_input_only(text: &str, members: &TopMembers) -> bool {
    let has_messages = members
        .value(TopField::Messages)
        .is_some_and(|list| has_element(list.of(text)));
    let input = given(text, members.value(TopField::Input)).map(|input| input.of(text));
    !has_messages && input.is_some_and(|input| input.starts_with('"') || has_element(input))
}

/// The value that the endpoint works on.
fn content(text: &str, operation: Operation, members: &TopMembers) -> Result<Option<Span>, ControlError> {
    match operation {
        Operation::Chat | Operation::Messages | Operation::CountTokens => {
            let messages = members
                .value(TopField::Messages)
                .filter(|list| has_element(list.of(text)));
            messages.map(Some).ok_or(ControlError::Messages)
        }
        // A stored prompt may stand in its place; the provider knows.
        Operation::Responses => Ok(given(text, members.value(TopField::Input))),
        Operation::Embeddings => {
            let input = given(text, members.value(TopField::Input));
            input.map(Some).ok_or(ControlError::Content("input"))
        }
        Operation::Completions => {
            let prompt = given(text, members.value(TopField::Prompt));
            prompt.map(Some).ok_or(ControlError::Content("prompt"))
        }
    }
}

fn tiers(text: &str, operation: Operation, members: &TopMembers) -> Result<[Option<AskedTier>; 2], ControlError> {
    Ok(match operation {
        Operation::Chat | Operation::Completions | Operation::Responses => [
            AskedTier::read(text, members.value(TopField::ServiceTier), "service_tier")?,
            None,
        ],
        Operation::Messages => [
            AskedTier::read(text, members.value(TopField::ServiceTier), "service_tier")?,
            AskedTier::read(text, members.value(TopField::Speed), "speed")?,
        ],
        Operation::CountTokens | Operation::Embeddings => [None, None],
    })
}

/// The most tokens of one answer, and the number of answers.
fn answer_limits(text: &str, operation: Operation, members: &TopMembers) -> Result<(Option<u64>, u64), ControlError> {
    // The model generates nothing, and clients send the fields of the request that they mean to send later.
    if operation == Operation::CountTokens {
        return Ok((None, 1));
    }

    let fields = LimitFields {
        max_tokens: members.value(TopField::MaxTokens),
        max_completion_tokens: members.value(TopField::MaxCompletionTokens),
        max_output_tokens: members.value(TopField::MaxOutputTokens),
    };
    let operation = match operation {
        // Read as a request to Responses, if it has the field.
        Operation::Chat if has_input_only(text, members) && fields.max_output_tokens.is_some() => Operation::Responses,
        operation => operation,
    };
    let max_tokens = limits::most_tokens(text, operation, fields)?;
    let answers = limits::answers(
        text,
        [
            ("n", members.value(TopField::N)),
            ("best_of", members.value(TopField::BestOf)),
        ],
    )?;
    Ok((max_tokens, answers))
}

/// A value that is not null.
fn given(text: &str, value: Option<Span>) -> Option<Span> {
    value.filter(|span| span.of(text) != "null")
}

/// Whether a value is a list that is not empty.
fn has_element(value: &str) -> bool {
    value
        .strip_prefix('[')
        .is_some_and(|rest| !rest.trim_start().starts_with(']'))
}
