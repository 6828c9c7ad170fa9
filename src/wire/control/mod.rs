//! The few keys of a request that the gateway decides on, found in one strict pass, and the edit of the body that
//! goes upstream: only `model`, and `stream_options.include_usage` where it is needed; every other byte stays.

mod beyond;
mod error;
mod limits;
mod stream_options;
#[cfg(test)]
mod tests;
mod tier;

pub use error::{ControlError, MAX_MODEL};

use std::borrow::Cow;

pub use self::beyond::Beyond;
use self::limits::LimitFields;
use self::stream_options::StreamOptions;
use self::tier::AskedTier;
use super::json::{JsonError, Span, Walk, quote, unquote};
use super::operation::Operation;
use crate::domain::{Model, ServiceTier};
use crate::wire::error::ApiError;
use stream_options::flag;

/// What a request says about how it is to be handled.
#[derive(Clone, Debug, PartialEq)]
pub struct Control<'a> {
    /// The model's name as the client meant it, escapes undone.
    pub model: Cow<'a, str>,
    /// Where the name lies, quotes included.
    pub model_span: Span,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// How long the conversation is, in bytes: a bound of the prompt where nobody counts tokens.
    pub prompt_bytes: usize,
    /// The most tokens that one answer may have, whichever of the fields that limit it a provider obeys; `None` if the
    /// endpoint's own set no limit.
    pub max_tokens: Option<u64>,
    /// How many answers may be generated; at least 1.
    pub answers: u64,
    /// How long the text is, in bytes, that the client expects as the answer: what the answer then does not use of it is
    /// charged as if it were part of it.
    pub predicted_bytes: usize,
    /// The tier that is asked for, and the speed, if they are not the usual ones.
    tiers: [Option<AskedTier<'a>>; 2],
    operation: Operation,
    stream_options: StreamOptions,
    /// After the opening brace of the body.
    head: usize,
}

const KEYS: [&str; 16] = [
    "model",
    "stream",
    "stream_options",
    "n",
    "messages",
    "input",
    "prompt",
    "instructions",
    "system",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "service_tier",
    "speed",
    "best_of",
    "prediction",
];

/// Whether, and how, usage in the stream is asked of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskUsage {
    /// Ask for it, whatever the client said.
    Yes,
    /// Leave what the client said.
    AsSent,
}

impl<'a> Control<'a> {
    /// Reads the control keys of a request to `operation`.
    ///
    /// # Errors
    /// If the body is not one JSON object, a control key is there twice or of the wrong kind, or `model` or what the
    /// endpoint works on is missing.
    pub fn read(body: &'a [u8], operation: Operation) -> Result<Self, ControlError> {
        let text = std::str::from_utf8(body).map_err(|_| ControlError::Utf8)?;
        let mut found: [Option<Span>; KEYS.len()] = [None; KEYS.len()];
        Walk::new(text).object(|key, value| {
            let name = unquote(key.of(text)).ok_or(JsonError::Unexpected(key.start))?;
            if let Some(which) = KEYS.iter().position(|known| *known == name) {
                let (Some(slot), Some(known)) = (found.get_mut(which), KEYS.get(which)) else {
                    return Ok(());
                };
                if slot.replace(value).is_some() {
                    return Err(ControlError::Duplicate(known));
                }
            } else if let Some(known) = spelled_otherwise(&name) {
                return Err(ControlError::Spelling(known));
            }
            Ok(())
        })?;
        let [
            model,
            stream,
            stream_options,
            n,
            messages,
            input,
            prompt,
            instructions,
            system,
            max_tokens,
            max_completion_tokens,
            max_output_tokens,
            service_tier,
            speed,
            best_of,
            prediction,
        ] = found;
        let model_span = model.ok_or(ControlError::MissingModel)?;
        let model = model_name(model_span.of(text))?;
        let given = |span: Option<Span>| span.filter(|s| s.of(text) != "null");
        let content = match operation {
            Operation::Chat | Operation::Messages | Operation::CountTokens => Some(
                messages
                    .filter(|m| has_element(m.of(text)))
                    .ok_or(ControlError::Messages)?,
            ),
            // A stored prompt may stand in its place; the provider knows.
            Operation::Responses => given(input),
            Operation::Embeddings => Some(given(input).ok_or(ControlError::Content("input"))?),
            Operation::Completions => Some(given(prompt).ok_or(ControlError::Content("prompt"))?),
        };
        let tiers = match operation {
            Operation::Chat | Operation::Completions | Operation::Responses => {
                [AskedTier::read(text, service_tier, "service_tier")?, None]
            }
            Operation::Messages => [
                AskedTier::read(text, service_tier, "service_tier")?,
                AskedTier::read(text, speed, "speed")?,
            ],
            Operation::CountTokens | Operation::Embeddings => [None, None],
        };
        let fields = LimitFields {
            max_tokens,
            max_completion_tokens,
            max_output_tokens,
        };
        let (max_tokens, answers) = match operation {
            // Nothing is generated, and clients send what they mean to send later.
            Operation::CountTokens => (None, 1),
            _ => {
                let max_tokens = limits::most_tokens(text, operation, fields)?;
                (max_tokens, limits::answers(text, [("n", n), ("best_of", best_of)])?)
            }
        };
        let stream_options = match operation {
            Operation::Chat | Operation::Completions => StreamOptions::read(text, stream_options)?,
            _ => StreamOptions::default(),
        };
        Ok(Self {
            model,
            model_span,
            stream: flag(stream.map(|s| s.of(text)), "stream")?,
            prompt_bytes: [content, instructions, system]
                .into_iter()
                .flatten()
                .map(|span| span.len())
                .sum(),
            max_tokens,
            answers,
            predicted_bytes: given(prediction).map_or(0, |span| span.len()),
            tiers,
            operation,
            stream_options,
            head: text.find('{').map_or(0, |at| at + 1),
        })
    }

    /// What the request may make a provider read or write beyond what stands in `body`, of which this was read.
    pub fn beyond(&self, body: &[u8]) -> Beyond {
        std::str::from_utf8(body).map_or(
            Beyond {
                reads: true,
                writes: true,
            },
            |text| Beyond::of(text, self.operation),
        )
    }

    /// The endpoint that was called.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether the client asked to see the stream's usage.
    pub fn asks_usage(&self) -> bool {
        self.stream_options.asked
    }

    /// Whether [`AskUsage::Yes`] would change the body.
    pub fn lacks_usage(&self) -> bool {
        self.stream && self.operation == Operation::Chat && !self.stream_options.asked
    }

    /// The body for the provider: `body` with `model`, a JSON string, in the place of the client's, and usage asked for
    /// as `request` says. `None` if nothing changes.
    pub fn rewrite(&self, body: &[u8], model: &str, request: AskUsage) -> Option<Vec<u8>> {
        let mut edits: [(Span, &str); 2] = [(self.model_span, model), (Span { start: 0, end: 0 }, "")];
        let mut count = usize::from(body.get(self.model_span.start..self.model_span.end) != Some(model.as_bytes()));
        if request == AskUsage::Yes && self.lacks_usage() {
            if let Some(slot) = edits.get_mut(count) {
                *slot = self.stream_options.edit(self.head);
            }
            count += 1;
        }
        let edits = edits.get_mut(..count)?;
        edits.sort_by_key(|(span, _)| span.start);
        if edits.is_empty() {
            return None;
        }
        let more: usize = edits.iter().map(|(_, text)| text.len()).sum();
        let mut out = Vec::with_capacity(body.len() + more);
        let mut at = 0;
        for (span, text) in edits {
            out.extend_from_slice(body.get(at..span.start).unwrap_or_default());
            out.extend_from_slice(text.as_bytes());
            at = span.end;
        }
        out.extend_from_slice(body.get(at..).unwrap_or_default());
        Some(out)
    }

    /// The tier that is asked of `model`; `None` is the usual one.
    ///
    /// # Errors
    /// If the model has no price for it: no price, no call.
    pub fn tier(&self, model: &Model) -> Result<Option<ServiceTier>, ApiError> {
        self.tiers.iter().flatten().try_fold(None, |_, asked| {
            let tier = model.billed(asked.tier());
            tier.map(Some).ok_or_else(|| asked.unpriced(model))
        })
    }
}

/// The key that this one is for a reader which takes large letters for small ones, as those of Go and of .NET do, and Go's
/// also two letters beyond ASCII for `k` and `s`.
fn spelled_otherwise(name: &str) -> Option<&'static str> {
    // Almost every key is in small letters.
    if !name.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return None;
    }
    let small = |letter: char| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        letter => letter.to_ascii_lowercase(),
    };
    KEYS.into_iter().find(|known| name.chars().map(small).eq(known.chars()))
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

/// Whether a value is a list that is not empty.
fn has_element(value: &str) -> bool {
    value
        .strip_prefix('[')
        .is_some_and(|rest| !rest.trim_start().starts_with(']'))
}

/// A model's name as [`Control::rewrite`] wants it: a JSON string.
pub fn model_literal(name: &str) -> String {
    quote(name)
}
