//! The parts of a turn as blocks.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::wire::messages::block::{Block, BlockSource, Input};
use crate::wire::neutral::{
    Part, Role, Signature, SignatureKind, Source, ToolCall, ToolNames, ToolResult, Untranslatable,
};

/// Writes the texts that are not blank, and skips all other parts.
pub(super) fn texts<'a>(parts: &'a [Part<'_>], out: &mut Vec<Block<'a>>) {
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

/// Writes a part. It may become no block.
pub(super) fn write_part<'a>(
    part: &'a Part<'_>,
    role: Role,
    names: &'a ToolNames,
    out: &mut Vec<Block<'a>>,
) -> Result<(), Untranslatable> {
    match part {
        Part::Text { .. } => texts(std::slice::from_ref(part), out),
        Part::Refusal(text) if text.trim().is_empty() => {}
        Part::Refusal(text) => out.push(Block::text(&**text)),
        Part::Thinking { text, signature } => out.push(thinking(text, signature.as_ref())),
        Part::ToolCall(call) => out.push(write_call(call, names)?),
        Part::ToolResult(result) => out.push(write_result(result, names)?),
        Part::Image { .. } | Part::File { .. } if role == Role::Assistant => {
            return Err(Untranslatable::impossible(
                "messages",
                "This model takes no pictures or files in the assistant's turns.",
            ));
        }
        Part::Image { source, cache, .. } => out.push(image(source, *cache)?),
        Part::File { source, name, cache } => out.push(file(source, name.as_deref(), *cache)?),
        Part::WebSearch(_) => {}
        Part::Audio { .. } => return Err(Untranslatable::impossible("messages", "This model takes no sound.")),
    }

    Ok(())
}

/// Thoughts, with their signature if they have one. The request has only those that the target takes.
fn thinking<'a>(text: &'a str, signature: Option<&'a Signature<'_>>) -> Block<'a> {
    match signature {
        Some(signature) if signature.kind == SignatureKind::Redacted => {
            Block::RedactedThinking { data: &signature.value }
        }
        signature => Block::Thinking {
            thinking: text,
            signature: signature.map_or("", |signature| &signature.value).into(),
        },
    }
}

fn image<'a>(source: &'a Source<'_>, cache: Option<&'a Value>) -> Result<Block<'a>, Untranslatable> {
    let source = match source {
        Source::Base64 { media_type, data } => base64_image(media_type, data),
        Source::Url(url) => BlockSource::Url { url },
        Source::Text(_) => return Err(Untranslatable::invalid("messages", "A picture cannot be plain text.")),
    };
    Ok(Block::Image {
        source,
        cache_control: cache,
    })
}

fn file<'a>(
    source: &'a Source<'_>,
    name: Option<&'a str>,
    cache: Option<&'a Value>,
) -> Result<Block<'a>, Untranslatable> {
    let source = match source {
        Source::Base64 { media_type, data } if media_type.starts_with("image/") => {
            return Ok(Block::Image {
                source: base64_image(media_type, data),
                cache_control: cache,
            });
        }
        Source::Base64 { media_type, data } if &**media_type == "application/pdf" => {
            BlockSource::Base64 { media_type, data }
        }
        Source::Base64 { media_type, data } => BlockSource::Text {
            media_type: "text/plain",
            data: decoded_text(media_type, data)?.into(),
        },
        Source::Text(text) => BlockSource::Text {
            media_type: "text/plain",
            data: Cow::Borrowed(text),
        },
        Source::Url(url) => BlockSource::Url { url },
    };
    Ok(Block::Document {
        source,
        title: name,
        cache_control: cache,
    })
}

fn decoded_text(media_type: &str, data: &str) -> Result<String, Untranslatable> {
    let bytes = STANDARD.decode(data.as_bytes()).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        let message = format!("This model takes PDF and text files; the file is of type '{media_type}'.");
        Untranslatable::impossible("messages", message)
    })
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
        id: Cow::Borrowed(&call.id),
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
        tool_use_id: Cow::Borrowed(&result.id),
        content,
        is_error: result.is_error,
        cache_control: result.cache,
    })
}
