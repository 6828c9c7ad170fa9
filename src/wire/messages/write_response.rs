//! Writes a whole answer for a client that speaks Anthropic's protocol.

use std::borrow::Cow;

use serde::Serialize;

use super::block::{Block, Input, WebCitation, search_blocks};
use super::client_usage::ClientUsage;
use super::stop;
use crate::domain::Protocol;
use crate::wire::neutral::{Part, Response, ResponseIdentity, Signature, SignatureKind, Stop, UNSIGNED, told_id};

#[derive(Debug, Serialize)]
struct Message<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: &'a str,
    content: Vec<Block<'a>>,
    stop_reason: &'static str,
    stop_sequence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_details: Option<Details>,
    usage: ClientUsage,
}

/// The `stop_details` of a refusal. The gateway knows no category.
#[derive(Debug, Serialize)]
pub(super) struct Details {
    #[serde(rename = "type")]
    kind: &'static str,
    category: Option<&'static str>,
    explanation: Option<&'static str>,
}

impl Details {
    /// The details that stand beside `stop_reason`.
    pub(super) fn of(stop: Stop) -> Option<Self> {
        (stop == Stop::Refusal).then_some(Self {
            kind: "refusal",
            category: None,
            explanation: None,
        })
    }
}

/// Writes an answer.
///
/// | of the answer | what the client gets |
/// |---|---|
/// | text, refusal | `text`; citations of pages as those of a web search |
/// | a thought | `thinking`; a signature of another domain than Anthropic's is packed into `signature`; `cm1.none…` if there is none |
/// | a thought that Anthropic redacted | `redacted_thinking` |
/// | a call | `tool_use` under the client's name; free text stands in `input.input`, as do arguments that are not a JSON object |
/// | a search of the web | `server_tool_use` and `web_search_tool_result`, counted in `usage.server_tool_use` |
/// | nothing | an empty text: clients expect a block |
/// | usage | `usage`; zeros if nothing is known |
pub fn write_response(response: &Response<'_>, identity: &ResponseIdentity) -> Vec<u8> {
    let mut content = Vec::with_capacity(response.parts.len());
    let mut searches = 0;
    for part in &response.parts {
        match part {
            Part::WebSearch(search) => {
                let id = format!("{}_{}", identity.id, content.len());
                content.extend(search_blocks(search, &id));
                searches += u64::from(search.failed.is_none());
            }
            part => content.extend(write_part(part, identity)),
        }
    }
    let called = content.iter().any(|block| matches!(block, Block::ToolUse { .. }));
    if content.is_empty() {
        content.push(Block::text(""));
    }

    let stop = response.stop.with_tools(called);
    let message = Message {
        id: format!("msg_{}", identity.id),
        kind: "message",
        role: "assistant",
        model: &identity.model,
        content,
        stop_reason: stop::write(stop),
        stop_sequence: response.stop_sequence.as_deref().filter(|_| stop == Stop::Sequence),
        stop_details: Details::of(stop),
        usage: ClientUsage::new(response.tokens).searched(searches),
    };

    serde_json::to_vec(&message).unwrap_or_default()
}

fn write_part<'a>(part: &'a Part<'_>, identity: &'a ResponseIdentity) -> Option<Block<'a>> {
    match part {
        Part::Text { text, citations, .. } => {
            let citations: Vec<_> = citations.iter().map(WebCitation::of).collect();
            let has_content = !text.is_empty() || !citations.is_empty();
            has_content.then(|| Block::Text {
                text: Cow::Borrowed(text),
                citations,
                cache_control: None,
            })
        }
        Part::Refusal(text) => (!text.is_empty()).then(|| Block::text(&**text)),
        Part::Thinking { text, signature } => write_thinking(text, signature.as_ref()),
        Part::ToolCall(call) => {
            let known = identity.names.client(&call.name);
            let input = if call.custom { None } else { Input::of(&call.arguments) };
            Some(Block::ToolUse {
                id: told_id(&call.id, Protocol::AnthropicMessages),
                name: known.map_or(&*call.name, |name| &name.name),
                input: input.unwrap_or(Input::Text(&call.arguments)),
            })
        }
        Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) | Part::WebSearch(_) => None,
    }
}

fn write_thinking<'a>(text: &'a str, signature: Option<&'a Signature<'_>>) -> Option<Block<'a>> {
    let Some(signature) = signature else {
        return (!text.is_empty()).then_some(Block::Thinking {
            thinking: text,
            signature: UNSIGNED.into(),
        });
    };

    Some(match own(signature) {
        Some(data) if signature.kind == SignatureKind::Redacted => Block::RedactedThinking { data },
        Some(value) => Block::Thinking {
            thinking: text,
            signature: value.into(),
        },
        None => Block::Thinking {
            thinking: text,
            signature: signature.packed().into(),
        },
    })
}

/// The signature's value if it is of the domain whose protocol this is.
pub(super) fn own<'a>(signature: &'a Signature<'_>) -> Option<&'a str> {
    signature
        .is_own(Protocol::AnthropicMessages)
        .then_some(&*signature.value)
}
