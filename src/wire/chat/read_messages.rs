//! The messages of a client's chat request.

use serde_json::Value;

use crate::domain::Protocol;
use crate::wire::neutral::{Node, Part, Request, Role, Signature, Source, ToolCall, ToolResult, Turn, Untranslatable};

/// Reads the conversation into `request`.
pub(super) fn messages<'a>(list: &Node<'a, '_>, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    let mut any = false;
    // Whether the last message was a tool's: the results of several calls are one turn.
    let mut in_results = false;
    for message in list.list()? {
        any = true;
        message.object()?;
        let role = message.need("role")?;
        let was_in_results = std::mem::replace(&mut in_results, false);
        let (role, parts) = match role.text()? {
            "system" | "developer" => {
                let mut parts = Vec::new();
                contents(&message, AllowedParts::Text, &mut parts)?;
                if request.turns.is_empty() {
                    request.system.append(&mut parts);
                    continue;
                }
                (Role::System, parts)
            }
            "user" => {
                message.need("content")?;
                let mut parts = Vec::new();
                contents(&message, AllowedParts::Everything, &mut parts)?;
                (Role::User, parts)
            }
            "assistant" => (Role::Assistant, assistant(&message)?),
            "tool" => {
                in_results = true;
                let result = result(&message)?;
                if let Some(turn) = request.turns.last_mut().filter(|_| was_in_results) {
                    turn.parts.push(result);
                    continue;
                }
                (Role::User, vec![result])
            }
            "function" => return Err(role.impossible("functions were retired by OpenAI; use the role 'tool'.")),
            _ => return Err(role.wanted("one of system, developer, user, assistant and tool")),
        };
        if !parts.is_empty() {
            request.turns.push(Turn { role, parts });
        }
    }
    if any {
        Ok(())
    } else {
        Err(list.wanted("a list with at least one message"))
    }
}

/// Which parts a message may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AllowedParts {
    /// Text.
    Text,
    /// Text and refusals.
    Said,
    /// Whatever a person can show.
    Everything,
}

/// What a message holds: a text, or a list of parts. A `cache_control` beside a text is that of the text.
fn contents<'a>(
    message: &Node<'a, '_>,
    allowed: AllowedParts,
    parts: &mut Vec<Part<'a>>,
) -> Result<(), Untranslatable> {
    let Some(content) = message.get("content") else {
        return Ok(());
    };
    if let Some(text) = content.value.as_str() {
        if !text.is_empty() || allowed == AllowedParts::Everything {
            parts.push(Part::Text {
                text: text.into(),
                citations: Vec::new(),
                cache: message.value_at("cache_control"),
            });
        }
        return Ok(());
    }
    for node in content
        .list()
        .map_err(|_| content.wanted("a string or a list of parts"))?
    {
        parts.push(part(&node, allowed)?);
    }
    Ok(())
}

fn part<'a>(node: &Node<'a, '_>, allowed: AllowedParts) -> Result<Part<'a>, Untranslatable> {
    node.object()?;
    let cache = node.value_at("cache_control");
    let kind = node.need("type")?;
    match (kind.text()?, allowed) {
        ("text", _) => Ok(Part::Text {
            text: node.need("text")?.text()?.into(),
            citations: Vec::new(),
            cache,
        }),
        ("refusal", AllowedParts::Said) => Ok(Part::Refusal(node.need("refusal")?.text()?.into())),
        ("image_url", AllowedParts::Everything) => {
            let image = node.need("image_url")?;
            // Mistral's clients write the URL itself.
            let (url, detail) = match image.value.as_str() {
                Some(url) => (url, None),
                None => (image.need("url")?.text()?, image.text_at("detail")?),
            };
            Ok(Part::Image {
                source: Source::of_url(url),
                detail: detail.map(Into::into),
                cache,
            })
        }
        ("input_audio", AllowedParts::Everything) => {
            let audio = node.need("input_audio")?;
            Ok(Part::Audio {
                data: audio.need("data")?.text()?.into(),
                format: audio.need("format")?.text()?.into(),
            })
        }
        ("file", AllowedParts::Everything) => file(&node.need("file")?, cache),
        (_, AllowedParts::Text) => Err(kind.wanted("'text'")),
        (_, AllowedParts::Said) => Err(kind.wanted("'text' or 'refusal'")),
        (_, AllowedParts::Everything) => Err(kind.wanted("one of text, image_url, input_audio and file")),
    }
}

fn file<'a>(file: &Node<'a, '_>, cache: Option<&'a Value>) -> Result<Part<'a>, Untranslatable> {
    if let Some(id) = file.get("file_id") {
        return Err(id.impossible("a file kept at OpenAI is out of this model's reach; send it as 'file_data'."));
    }
    let name = file.text_at("filename")?;
    let data = file.need("file_data")?.text()?;
    let is_url = ["data:", "https://", "http://"]
        .iter()
        .any(|head| data.starts_with(head));
    let source = if is_url {
        Source::of_url(data)
    } else {
        let text = name.is_some_and(|name| name.ends_with(".txt") || name.ends_with(".md"));
        let media_type = if text { "text/plain" } else { "application/pdf" };
        Source::Base64 {
            media_type: media_type.into(),
            data: data.into(),
        }
    };
    Ok(Part::File {
        source,
        name: name.map(Into::into),
        cache,
    })
}

/// Thoughts, then words, then calls.
fn assistant<'a>(message: &Node<'a, '_>) -> Result<Vec<Part<'a>>, Untranslatable> {
    for (key, why) in [
        ("function_call", "functions were retired by OpenAI; use 'tool_calls'."),
        ("audio", "sounds kept at OpenAI are out of this model's reach."),
    ] {
        if let Some(node) = message.get(key) {
            return Err(node.impossible(why));
        }
    }
    let mut parts = thoughts(message.value);
    contents(message, AllowedParts::Said, &mut parts)?;
    parts.retain(|part| !matches!(part, Part::Text { text, .. } if text.is_empty()));
    if let Some(refusal) = message.text_at("refusal")?.filter(|text| !text.is_empty()) {
        parts.push(Part::Refusal(refusal.into()));
    }
    if let Some(calls) = message.get("tool_calls") {
        for node in calls.list()? {
            parts.push(Part::ToolCall(call(&node)?));
        }
    }
    Ok(parts)
}

fn call<'a>(node: &Node<'a, '_>) -> Result<ToolCall<'a>, Untranslatable> {
    let kind = node.text_at("type")?.unwrap_or("function");
    let (custom, arguments) = match kind {
        "function" => (false, "arguments"),
        "custom" => (true, "input"),
        _ => return Err(node.need("type")?.wanted("'function' or 'custom'")),
    };
    let called = node.need(kind)?;
    Ok(ToolCall {
        id: node.need("id")?.text()?.into(),
        name: called.need("name")?.text()?.into(),
        namespace: None,
        arguments: called.text_at(arguments)?.unwrap_or_default().into(),
        custom,
    })
}

fn result<'a>(message: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    let id = message.need("tool_call_id")?.text()?;
    let mut parts = Vec::new();
    // The official type allows text only. Clients send pictures too, and others have a place for them.
    contents(message, AllowedParts::Everything, &mut parts)?;
    let cache = message.value_at("cache_control");
    Ok(Part::ToolResult(ToolResult {
        id: id.into(),
        parts,
        is_error: false,
        cache,
    }))
}

/// The thoughts of a message, of a request or an answer: sealed ones from `thinking_blocks`, else plain ones. None of these
/// fields is OpenAI's; what cannot be understood is passed over.
pub(super) fn thoughts(message: &Value) -> Vec<Part<'_>> {
    let blocks = message
        .get("thinking_blocks")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let sealed: Vec<Part<'_>> = blocks.iter().filter_map(sealed).collect();
    if !sealed.is_empty() {
        return sealed;
    }
    let plain = plain(message).map(|text| Part::Thinking {
        text: text.into(),
        signature: None,
    });
    plain.into_iter().collect()
}

/// The plain thoughts of a message or a delta: some providers send the same words under two names.
pub(super) fn plain(message: &Value) -> Option<&str> {
    let text = |key: &&str| {
        message
            .get(*key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    ["reasoning_content", "reasoning", "reasoning_text"]
        .iter()
        .find_map(text)
}

/// One of `thinking_blocks`. Its shape is Anthropic's, so that a bare signature there is one of Claude's.
pub(super) fn sealed(block: &Value) -> Option<Part<'_>> {
    let text = |key: &str| block.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(data) = text("data") {
        let signature = Signature {
            redacted: true,
            ..Signature::unpacked(data, Protocol::AnthropicMessages)
        };
        return Some(Part::Thinking {
            text: "".into(),
            signature: Some(signature),
        });
    }
    let signature = text("signature").map(|signature| Signature::unpacked(signature, Protocol::AnthropicMessages));
    let thoughts = text("thinking");
    (signature.is_some() || thoughts.is_some()).then(|| Part::Thinking {
        text: thoughts.unwrap_or_default().into(),
        signature,
    })
}
