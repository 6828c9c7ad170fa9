//! The conversation, as Anthropic wants it: by turns, results of tools first, no empty text.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::block::{Block, BlockSource, Input};
use crate::domain::Protocol;
use crate::wire::neutral::{
    Capabilities, Part, Request, Role, Source, ToolCall, ToolNames, ToolResult, Untranslatable,
};

/// One message.
#[derive(Debug, Serialize)]
pub(super) struct Message<'a> {
    pub(super) role: &'static str,
    pub(super) content: Vec<Block<'a>>,
}

/// What stands before the conversation, and the conversation.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) system: Vec<Block<'a>>,
    pub(super) messages: Vec<Message<'a>>,
}

/// Writes the turns.
///
/// | of the conversation | what is sent |
/// |---|---|
/// | turns of one role in a row | one message; results of tools stand first in it |
/// | system turns before all others | join `system` |
/// | system turns later | stay where the model takes them inside, but never between a call and its result; else the user says them |
/// | empty or blank text | dropped: Anthropic refuses it |
/// | an assistant's turn with thoughts only | dropped: nothing was said |
/// | thoughts with Anthropic's seal | sent back; others are dropped: Anthropic cannot check them |
/// | a refusal | text |
/// | a picture | `base64` or `url`; `detail` is dropped; `image/jpg` is spelt `image/jpeg` |
/// | a PDF, a text file | a document; other files are refused, pictures among them are sent as such |
/// | sound | refused |
/// | a call's arguments that are not an object in JSON | refused |
/// | ids of calls with other characters than `a-z A-Z 0-9 _ -` | those become `_`, with a checksum of the whole id |
/// | a conversation that the assistant begins | a turn of the user before it says so: Anthropic wants the user to begin |
/// | nothing but system texts | the user says them: Anthropic wants a message |
/// | blanks at the end of the assistant's last words | cut off: Anthropic refuses them |
pub(super) fn conversation<'a>(
    request: &'a Request<'_>,
    capabilities: &Capabilities,
    names: &'a ToolNames,
) -> Result<Conversation<'a>, Untranslatable> {
    let mut out = Conversation::default();
    texts(&request.system, &mut out.system);
    // System turns that have to wait for the results of calls.
    let mut waiting: Vec<Block<'a>> = Vec::new();
    for turn in &request.turns {
        if turn.role == Role::System {
            let mut blocks = Vec::new();
            texts(&turn.parts, &mut blocks);
            if out.messages.is_empty() {
                out.system.append(&mut blocks);
            } else if !capabilities.system_inside {
                out.add("user", blocks);
            } else if out.messages.last().is_some_and(calls) {
                waiting.append(&mut blocks);
            } else {
                out.add("system", blocks);
            }
            continue;
        }
        let mut blocks = Vec::new();
        for part in &turn.parts {
            write_part(part, turn.role, names, &mut blocks)?;
        }
        if turn.role == Role::Assistant {
            out.add("assistant", blocks);
        } else {
            out.add("user", blocks);
            let late = std::mem::take(&mut waiting);
            out.add("system", late);
        }
    }
    out.add("system", waiting);
    out.settle();
    Ok(out)
}

impl<'a> Conversation<'a> {
    /// Adds blocks to the last message if it is the same role's, else a message. No blocks are no message.
    fn add(&mut self, role: &'static str, mut blocks: Vec<Block<'a>>) {
        if blocks.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content.append(&mut blocks),
            _ => self.messages.push(Message { role, content: blocks }),
        }
    }

    /// Makes it a conversation that Anthropic takes.
    fn settle(&mut self) {
        let thoughts = |block: &Block<'_>| matches!(block, Block::Thinking { .. } | Block::RedactedThinking { .. });
        for message in std::mem::take(&mut self.messages) {
            if message.role != "assistant" || !message.content.iter().all(thoughts) {
                self.add(message.role, message.content);
            }
        }
        for message in &mut self.messages {
            message
                .content
                .sort_by_key(|block| !matches!(block, Block::ToolResult { .. }));
        }
        if let Some(last) = self.messages.last_mut().filter(|last| last.role == "assistant")
            && let Some(Block::Text { text, .. }) = last.content.last_mut()
        {
            *text = std::mem::take(text).trim_end().to_owned().into();
        }
        if self.messages.is_empty() {
            let said = std::mem::take(&mut self.system);
            self.add("user", said);
        } else if self.messages.first().is_some_and(|first| first.role != "user") {
            let note = Block::text("[The assistant speaks first.]");
            self.messages.insert(
                0,
                Message {
                    role: "user",
                    content: vec![note],
                },
            );
        }
    }

    /// Whether the calls that wait for an answer now were made with a thought before them.
    pub(super) fn last_calls_lack_thoughts(&self) -> bool {
        let assistant = self.messages.iter().rev().find(|message| message.role == "assistant");
        assistant.is_some_and(|message| {
            calls(message)
                && !matches!(
                    message.content.first(),
                    Some(Block::Thinking { .. } | Block::RedactedThinking { .. })
                )
        })
    }

    /// Whether a block has the client's own mark for the cache.
    pub(super) fn is_marked(&self) -> bool {
        let marked = |block: &Block<'_>| match block {
            Block::Text { cache_control, .. }
            | Block::Image { cache_control, .. }
            | Block::Document { cache_control, .. }
            | Block::ToolResult { cache_control, .. } => cache_control.is_some(),
            Block::Thinking { .. } | Block::RedactedThinking { .. } | Block::ToolUse { .. } => false,
        };
        self.system
            .iter()
            .chain(self.messages.iter().flat_map(|message| &message.content))
            .any(marked)
    }

    /// The names of the tools that were called, each once.
    pub(super) fn called(&self) -> Vec<&'a str> {
        let mut seen = Vec::new();
        for block in self.messages.iter().flat_map(|message| &message.content) {
            if let Block::ToolUse { name, .. } = block
                && !seen.contains(name)
            {
                seen.push(*name);
            }
        }
        seen
    }
}

fn calls(message: &Message<'_>) -> bool {
    message
        .content
        .iter()
        .any(|block| matches!(block, Block::ToolUse { .. }))
}

fn texts<'a>(parts: &'a [Part<'_>], out: &mut Vec<Block<'a>>) {
    for part in parts {
        if let Part::Text { text, cache, .. } = part
            && !text.trim().is_empty()
        {
            out.push(Block::Text {
                text: Cow::Borrowed(text),
                citations: Vec::new(),
                cache_control: *cache,
            });
        }
    }
}

fn write_part<'a>(
    part: &'a Part<'_>,
    role: Role,
    names: &'a ToolNames,
    out: &mut Vec<Block<'a>>,
) -> Result<(), Untranslatable> {
    match part {
        Part::Text { .. } => texts(std::slice::from_ref(part), out),
        Part::Refusal(text) if text.trim().is_empty() => {}
        Part::Refusal(text) => out.push(Block::text(&**text)),
        Part::Thinking { text, signature } => {
            let Some(signature) = signature
                .as_ref()
                .filter(|signature| signature.origin == Protocol::AnthropicMessages)
            else {
                return Ok(());
            };
            out.push(if signature.redacted {
                Block::RedactedThinking { data: &signature.value }
            } else {
                Block::Thinking {
                    thinking: text,
                    signature: Cow::Borrowed(&signature.value),
                }
            });
        }
        Part::ToolCall(call) => out.push(write_call(call, names)?),
        Part::ToolResult(result) => out.push(write_result(result, names)?),
        Part::Image { .. } | Part::File { .. } if role == Role::Assistant => {
            return Err(Untranslatable::impossible(
                "messages",
                "This model takes no pictures or files in the assistant's turns.",
            ));
        }
        Part::Image { source, cache, .. } => {
            let source = match source {
                Source::Base64 { media_type, data } => base64_image(media_type, data),
                Source::Url(url) => BlockSource::Url { url },
                Source::Text(_) => return Err(Untranslatable::invalid("messages", "A picture cannot be plain text.")),
            };
            out.push(Block::Image {
                source,
                cache_control: *cache,
            });
        }
        Part::File { source, name, cache } => {
            let source = match source {
                Source::Base64 { media_type, data } if media_type.starts_with("image/") => {
                    out.push(Block::Image {
                        source: base64_image(media_type, data),
                        cache_control: *cache,
                    });
                    return Ok(());
                }
                Source::Base64 { media_type, data } if &**media_type == "application/pdf" => {
                    BlockSource::Base64 { media_type, data }
                }
                Source::Base64 { media_type, data } => {
                    let text = STANDARD
                        .decode(data.as_bytes())
                        .ok()
                        .and_then(|bytes| String::from_utf8(bytes).ok());
                    let Some(text) = text else {
                        let message =
                            format!("This model takes PDF and text files; the file is of type '{media_type}'.");
                        return Err(Untranslatable::impossible("messages", message));
                    };
                    BlockSource::Text {
                        media_type: "text/plain",
                        data: text.into(),
                    }
                }
                Source::Text(text) => BlockSource::Text {
                    media_type: "text/plain",
                    data: Cow::Borrowed(text),
                },
                Source::Url(url) => BlockSource::Url { url },
            };
            out.push(Block::Document {
                source,
                title: name.as_deref(),
                cache_control: *cache,
            });
        }
        Part::Audio { .. } => return Err(Untranslatable::impossible("messages", "This model takes no sound.")),
    }
    Ok(())
}

fn base64_image<'a>(media_type: &'a str, data: &'a str) -> BlockSource<'a> {
    BlockSource::Base64 {
        media_type: if media_type == "image/jpg" {
            "image/jpeg"
        } else {
            media_type
        },
        data,
    }
}

fn write_call<'a>(call: &'a ToolCall<'_>, names: &'a ToolNames) -> Result<Block<'a>, Untranslatable> {
    let input = if call.custom {
        Some(Input::Text(&call.arguments))
    } else {
        Input::of(&call.arguments)
    };
    let Some(input) = input else {
        let message = format!(
            "The arguments of the call '{}' of '{}' are not a JSON object.",
            call.id, call.name
        );
        return Err(Untranslatable::invalid("messages", message));
    };
    Ok(Block::ToolUse {
        id: legal_id(&call.id),
        name: names.provider(call.namespace.as_deref(), &call.name),
        input,
    })
}

fn write_result<'a>(result: &'a ToolResult<'_>, names: &'a ToolNames) -> Result<Block<'a>, Untranslatable> {
    let mut content = Vec::new();
    for part in &result.parts {
        write_part(part, Role::User, names, &mut content)?;
    }
    Ok(Block::ToolResult {
        tool_use_id: legal_id(&result.id),
        content,
        is_error: result.is_error,
        cache_control: result.cache,
    })
}

/// The id in the characters that Anthropic takes. A call and its result get the same one.
fn legal_id(id: &str) -> Cow<'_, str> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !id.is_empty() && id.chars().all(legal) {
        return Cow::Borrowed(id);
    }
    let clean: String = id.chars().map(|c| if legal(c) { c } else { '_' }).collect();
    format!("{clean}_{:08x}", crc32fast::hash(id.as_bytes())).into()
}
