//! The `text` field of a request, the format of the answer, and ids in the length that OpenAI takes.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::wire::neutral::{Format, Request};

/// The longest id or key that OpenAI takes, in characters.
pub const LONGEST_KEY: usize = 64;

/// The id or key itself, or its SHA-256 in hex if it is too long.
pub fn short(text: &str) -> Cow<'_, str> {
    if text.chars().count() <= LONGEST_KEY {
        return text.into();
    }

    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

#[derive(Serialize)]
pub struct Text<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<WrittenFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WrittenFormat<'a> {
    JsonObject,
    JsonSchema {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        schema: &'a Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
}

impl<'a> Text<'a> {
    pub(super) fn of(request: &'a Request<'a>, openai: bool) -> Option<Self> {
        let format = request.format.as_ref().map(|format| match format {
            Format::Json | Format::InWords { .. } => WrittenFormat::JsonObject,
            Format::Schema {
                name,
                description,
                schema,
                strict,
            } => WrittenFormat::JsonSchema {
                name: name.as_deref().unwrap_or("structured_output"),
                description: description.as_deref(),
                schema,
                strict: *strict,
            },
        });
        let verbosity = request.verbosity.as_deref().filter(|_| openai);
        (format.is_some() || verbosity.is_some()).then_some(Self { format, verbosity })
    }
}
