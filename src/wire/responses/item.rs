//! The items of an answer, as the SDKs read them.

use serde::Serialize;
use serde_json::value::RawValue;

use super::annotation::Annotation;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Reasoning {
        id: &'a str,
        /// At most one text.
        summary: &'a [SummaryText<'a>],
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<&'a str>,
    },
    Message {
        id: &'a str,
        status: &'a str,
        /// It is always `assistant`.
        role: &'static str,
        content: &'a [Content<'a>],
    },
    FunctionCall {
        id: &'a str,
        status: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        /// The JSON text of an object.
        arguments: &'a str,
    },
    CustomToolCall {
        id: &'a str,
        status: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        input: &'a str,
    },
}

impl Item<'_> {
    /// The item as JSON text.
    pub fn raw(&self) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(self).ok()
    }
}

/// A part of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    OutputText {
        text: &'a str,
        annotations: &'a [Annotation<'a>],
        /// Always an empty list.
        logprobs: [(); 0],
    },
    Refusal {
        refusal: &'a str,
    },
}

/// A part of a reasoning item.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum SummaryText<'a> {
    SummaryText { text: &'a str },
}
