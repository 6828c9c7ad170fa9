//! A message, as it is written.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::piece::Piece;
use crate::wire::chat::written_parts::ExtraContent;

#[derive(Serialize)]
pub(in crate::wire::chat) struct Message<'w> {
    pub(super) role: &'static str,
    pub(super) content: Option<Content<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<String>,
    #[serde(flatten)]
    pub(super) thoughts: Thoughts<'w>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reasoning_details: Option<&'w RawValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_calls: Vec<Call<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_call_id: Option<&'w str>,
    /// The model goes on from this message.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) prefix: bool,
}

impl<'w> Message<'w> {
    pub(super) fn new(role: &'static str, content: Content<'w>) -> Self {
        Self {
            role,
            content: Some(content),
            refusal: None,
            thoughts: Thoughts(None),
            reasoning_details: None,
            tool_calls: Vec::new(),
            tool_call_id: None,
            prefix: false,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content<'w> {
    Text(Cow<'w, str>),
    Parts(Vec<Piece<'w>>),
}

/// The model's thoughts, under the name of the field that the provider takes them in.
pub(super) struct Thoughts<'w>(pub(super) Option<(&'w str, String)>);

impl Serialize for Thoughts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some((field, text)) = &self.0 {
            map.serialize_entry(field, text)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
pub(super) struct Call<'w> {
    pub(super) id: &'w str,
    pub(super) r#type: &'static str,
    pub(super) function: Called<'w>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extra_content: Option<ExtraContent<'w>>,
}

#[derive(Serialize)]
pub(super) struct Called<'w> {
    pub(super) name: &'w str,
    pub(super) arguments: Cow<'w, str>,
}
