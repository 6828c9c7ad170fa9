//! Writes a whole answer for a client that speaks chat.

use std::borrow::Cow;

use serde::Serialize;

use super::free_text;
use super::write_usage::Usage;
use super::written_parts::{Annotation, ExtraContent, ThinkingBlock, finish_reason};
use crate::wire::neutral::{Part, Response, ResponseIdentity, SignatureKind, ToolCall};

/// Writes the answer.
///
/// | what | where |
/// | --- | --- |
/// | texts | `content`, joined; `null` if there is none beside a refusal or calls |
/// | thoughts | `reasoning_content`, joined by a blank line |
/// | signatures | `thinking_blocks`, packed, with the thoughts that they sign; that of a call is in its `extra_content` |
/// | a refusal | `refusal`, with the reason `stop`, as OpenAI ends it |
/// | citations | `annotations`; without a place of their own, that of the text which they belong to |
/// | calls | `tool_calls`, under the client's names |
/// | the stop text that ended it | lost: there is no field for it |
pub fn write_response(response: &Response<'_>, identity: &ResponseIdentity) -> Vec<u8> {
    let message = Message::new(&response.parts, identity);
    let finish_reason = finish_reason(
        response.stop.with_tools(!message.tool_calls.is_empty()),
        message.refusal.is_some(),
    );
    let answer = Answer {
        id: format!("chatcmpl-{}", identity.id),
        object: "chat.completion",
        created: identity.created,
        model: &identity.model,
        choices: [Choice {
            index: 0,
            message,
            logprobs: None,
            finish_reason,
        }],
        usage: response.tokens.map(Usage::from),
    };

    // These types always become JSON.
    serde_json::to_vec(&answer).unwrap_or_default()
}

#[derive(Serialize)]
struct Answer<'w> {
    id: String,
    object: &'static str,
    created: i64,
    model: &'w str,
    choices: [Choice<'w>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Serialize)]
struct Choice<'w> {
    index: u8,
    message: Message<'w>,
    logprobs: Option<()>,
    finish_reason: &'static str,
}

#[derive(Default, Serialize)]
struct Message<'w> {
    role: &'static str,
    content: Option<String>,
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    thinking_blocks: Vec<ThinkingBlock<'w>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'w>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'w>>,
}

impl<'w> Message<'w> {
    fn new(parts: &'w [Part<'_>], identity: &'w ResponseIdentity) -> Self {
        let mut message = Self {
            role: "assistant",
            ..Self::default()
        };
        let mut refusals = Vec::new();
        let (mut text, mut length) = (String::new(), 0_u64);
        let mut thoughts = Vec::new();
        let mut any_text = false;
        // The signature of the call that follows.
        let mut signed = None;

        for part in parts {
            match part {
                Part::Text {
                    text: more, citations, ..
                } => {
                    any_text = true;
                    let start = length;
                    length += more.chars().count() as u64;
                    text.push_str(more);
                    message
                        .annotations
                        .extend(citations.iter().map(|it| Annotation::new(it, (start, length))));
                }
                Part::Refusal(words) => refusals.push(words.as_ref()),
                Part::Thinking {
                    signature: Some(signature),
                    ..
                } if signature.kind == SignatureKind::Call => signed = ExtraContent::of(signature),
                Part::Thinking { text, signature } => {
                    thoughts.push(text.as_ref());
                    let signature = signature.as_ref().map(|signature| signature.packed());
                    message.thinking_blocks.push(ThinkingBlock {
                        r#type: "thinking",
                        thinking: text,
                        signature,
                    });
                }
                Part::ToolCall(call) => message.tool_calls.push(Call::new(call, identity, signed.take())),
                // Its citations tell of it.
                Part::WebSearch(_) => {}
                Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) => {}
            }
        }

        if message.thinking_blocks.iter().all(|block| block.signature.is_none()) {
            message.thinking_blocks.clear();
        }
        thoughts.retain(|text| !text.is_empty());
        message.reasoning_content = (!thoughts.is_empty()).then(|| thoughts.join("\n\n"));

        let may_lack_text = !refusals.is_empty() || !message.tool_calls.is_empty();
        message.content = (any_text || !may_lack_text).then_some(text);
        message.refusal = (!refusals.is_empty()).then(|| refusals.concat());
        message
    }
}

#[derive(Serialize)]
struct Call<'w> {
    id: &'w str,
    #[serde(flatten)]
    called: Called<'w>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<ExtraContent<'w>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Called<'w> {
    Function { function: Function<'w> },
    Custom { custom: Custom<'w> },
}

#[derive(Serialize)]
struct Function<'w> {
    name: &'w str,
    arguments: &'w str,
}

#[derive(Serialize)]
struct Custom<'w> {
    name: &'w str,
    input: Cow<'w, str>,
}

impl<'w> Call<'w> {
    fn new(call: &'w ToolCall<'_>, identity: &'w ResponseIdentity, extra_content: Option<ExtraContent<'w>>) -> Self {
        let known = identity.names.client(&call.name);
        let name = known.map_or(call.name.as_ref(), |known| &known.name);

        let called = if call.custom {
            Called::Custom {
                custom: Custom {
                    name,
                    input: call.arguments.as_ref().into(),
                },
            }
        } else if known.is_some_and(|known| known.custom) {
            Called::Custom {
                custom: Custom {
                    name,
                    input: free_text::unwrapped(&call.arguments),
                },
            }
        } else {
            let arguments = if call.arguments.is_empty() {
                "{}"
            } else {
                &call.arguments
            };
            Called::Function {
                function: Function { name, arguments },
            }
        };

        Self {
            id: &call.id,
            called,
            extra_content,
        }
    }
}
