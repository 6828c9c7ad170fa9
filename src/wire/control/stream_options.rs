//! The wish of a chat client for usage in its stream, and the edit that asks the provider for it.

use super::error::ControlError;
use crate::wire::json::{JsonError, Span, Walk, unquote};

/// The client's `stream_options`, and where they lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StreamOptions {
    /// The place of the whole value.
    span: Option<Span>,
    /// Whether the value is an object.
    object: bool,
    /// Whether the object has no member.
    empty: bool,
    /// The place of the value of `include_usage` in it.
    include_usage: Option<Span>,
    /// Whether the client asks for usage.
    pub(super) asked: bool,
}

impl StreamOptions {
    pub(super) fn read(text: &str, span: Option<Span>) -> Result<Self, ControlError> {
        let Some(span) = span else { return Ok(Self::default()) };

        let value = span.of(text);
        if value == "null" {
            return Ok(Self {
                span: Some(span),
                ..Self::default()
            });
        }
        if !value.starts_with('{') {
            return Err(ControlError::Kind {
                key: "stream_options",
                wanted: "an object",
            });
        }

        let (mut include_usage, mut empty) = (None, true);
        Walk::new(value).object(|key, member| {
            empty = false;
            let name = unquote(key.of(value)).ok_or(JsonError::Unexpected(span.start + key.start))?;
            if name == "include_usage" && include_usage.replace(member).is_some() {
                return Err(ControlError::Duplicate("stream_options.include_usage"));
            }
            Ok(())
        })?;

        let asked = flag(include_usage.map(|m| m.of(value)), "stream_options.include_usage")?;
        let include_usage = include_usage.map(|m| Span {
            start: span.start + m.start,
            end: span.start + m.end,
        });

        Ok(Self {
            span: Some(span),
            object: true,
            empty,
            include_usage,
            asked,
        })
    }

    /// The place and text of the edit that asks the provider for usage. `head`: the offset after the body's opening brace.
    pub(super) fn edit(&self, head: usize) -> (Span, &'static str) {
        match self {
            Self {
                include_usage: Some(value),
                ..
            } => (*value, "true"),
            Self {
                span: Some(span),
                object: true,
                empty,
                ..
            } => {
                let inside = Span {
                    start: span.start + 1,
                    end: span.start + 1,
                };
                (
                    inside,
                    if *empty {
                        "\"include_usage\":true"
                    } else {
                        "\"include_usage\":true,"
                    },
                )
            }
            Self { span: Some(span), .. } => (*span, "{\"include_usage\":true}"),
            Self { span: None, .. } => (
                Span { start: head, end: head },
                "\"stream_options\":{\"include_usage\":true},",
            ),
        }
    }
}

pub(super) fn flag(value: Option<&str>, key: &'static str) -> Result<bool, ControlError> {
    match value {
        None | Some("null" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ControlError::Kind {
            key,
            wanted: "true or false",
        }),
    }
}
