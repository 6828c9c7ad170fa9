//! What a chunk of a stream adds to the answer.

use std::borrow::Cow;

use serde::Serialize;

use crate::wire::chat::written_parts::{Annotation, ExtraContent, ThinkingBlock};

/// The new piece of the answer: one of the fields, or none at the end. The first chunk has `role` and an empty `content`.
#[derive(Default, Serialize)]
pub(super) struct Delta<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reasoning_content: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thinking_blocks: Option<[At<ThinkingBlock<'w>>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) annotations: Option<[At<Annotation<'w>>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tool_calls: Option<[CallDelta<'w>; 1]>,
}

/// An entry of a list, with its index: OpenAI's Python library refuses further entries without one.
#[derive(Serialize)]
pub(super) struct At<T> {
    pub(super) index: usize,
    #[serde(flatten)]
    pub(super) entry: T,
}

#[derive(Default, Serialize)]
pub(super) struct CallDelta<'w> {
    pub(super) index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) function: Option<Function<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) custom: Option<Custom<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extra_content: Option<ExtraContent<'w>>,
}

#[derive(Serialize)]
pub(super) struct Function<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'w str>,
    pub(super) arguments: &'w str,
}

#[derive(Serialize)]
pub(super) struct Custom<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'w str>,
    pub(super) input: Cow<'w, str>,
}

impl<'w> Delta<'w> {
    pub(super) fn call(call: CallDelta<'w>) -> Self {
        Self {
            tool_calls: Some([call]),
            ..Self::default()
        }
    }
}

impl<'w> CallDelta<'w> {
    /// More arguments of a call.
    pub(super) fn arguments(index: usize, arguments: &'w str) -> Self {
        Self {
            index,
            function: Some(Function { name: None, arguments }),
            ..Self::default()
        }
    }

    /// More text of a call that takes free text.
    pub(super) fn input(index: usize, input: Cow<'w, str>) -> Self {
        Self {
            index,
            custom: Some(Custom { name: None, input }),
            ..Self::default()
        }
    }
}
