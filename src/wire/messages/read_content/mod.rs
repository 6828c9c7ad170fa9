//! The blocks of a request's messages.

mod plain_block;

use std::borrow::Cow;

use self::plain_block::plain_block;
use super::history;
use crate::domain::Protocol;
use crate::wire::neutral::{Node, Part, Role, Signature, SignatureKind, ToolCall, ToolResult, Untranslatable};

/// The start of Claude Code's note to Anthropic's billing. It is not for the model, and differs in every request.
const BILLING: &str = "x-anthropic-billing-header:";

/// Reads `system`: text, or a list of text blocks.
pub(super) fn system<'a>(content: &Node<'a, '_>) -> Result<Vec<Part<'a>>, Untranslatable> {
    let parts = turn(content, Role::System)?;
    let billing = |part: &Part<'_>| matches!(part, Part::Text { text, .. } if text.starts_with(BILLING));
    Ok(parts.into_iter().filter(|part| !billing(part)).collect())
}

/// Reads the content of a message: text, or a list of blocks.
///
/// | block | what becomes of it |
/// |---|---|
/// | `text` | text; its `citations` are dropped |
/// | `image` | a picture: `base64` or `url`; `file` is refused (it is stored at Anthropic); `transformations` are dropped |
/// | `document` | a file: `base64`, `text` or `url`; `content` becomes its texts and pictures; `file` is refused; `title` is its name, `context` stands before it as text, `citations` are dropped |
/// | `search_result` | text: title, source, content |
/// | `thinking`, `redacted_thinking` | a thought and its signature |
/// | `tool_use` | a call; `caller` and `toolset_name` are dropped |
/// | `tool_result` | a result, before all else in its message; `tool_reference` in it becomes the tool's name |
/// | `server_tool_use`, `mcp_tool_use` | dropped: a tool that Anthropic ran; its results are kept |
/// | `web_search_tool_result`, `web_fetch_tool_result`, `code_execution_tool_result`, `bash_code_execution_tool_result`, `text_editor_code_execution_tool_result`, `tool_search_tool_result`, `advisor_tool_result`, `mcp_tool_result` | what can be read of it, as text; dropped if it is encrypted |
/// | `compaction` | its summary, as text |
/// | `tool_addition`, `tool_removal`, `mcp_tool_listing`, `fallback`, `container_upload` | dropped: they steer Anthropic's own machinery. All tools of the request are always there |
/// | `tool_addition` with a `tool_definition` | refused: the tool belongs into `tools` |
/// | anything else | refused |
pub(super) fn turn<'a>(content: &Node<'a, '_>, role: Role) -> Result<Vec<Part<'a>>, Untranslatable> {
    if let Some(text) = content.value.as_str() {
        return Ok(vec![Part::text(text)]);
    }
    if !content.value.is_array() {
        return Err(content.wanted("a string or a list of blocks"));
    }

    let mut parts = Vec::new();
    for block in content.list()? {
        read_block(&block, role, &mut parts)?;
    }

    // The sort is stable: results keep their order, and so do the other parts.
    parts.sort_by_key(|part| !matches!(part, Part::ToolResult(_)));
    Ok(parts)
}

fn read_block<'a>(block: &Node<'a, '_>, role: Role, out: &mut Vec<Part<'a>>) -> Result<(), Untranslatable> {
    let node = block.need("type")?;
    let kind = node.text()?;
    if role == Role::System && !matches!(kind, "text" | "tool_addition" | "tool_removal") {
        return Err(node.wanted("'text' in a system message"));
    }

    match kind {
        "thinking" => out.push(thinking(block)?),
        "redacted_thinking" => out.push(redacted_thinking(block)?),
        "tool_use" => out.push(tool_use(block)?),
        "tool_result" if role != Role::User => {
            return Err(node.wanted("in a message of the user: tools answer there"));
        }
        "tool_result" => out.push(tool_result(block)?),
        _ if plain_block(block, kind, out)? => {}
        _ if history::read(block.value, kind, out) => {}
        "tool_addition"
            if block
                .value
                .pointer("/tool/type")
                .is_some_and(|kind| kind == "tool_definition") =>
        {
            return Err(block.impossible("a tool can be defined in 'tools' only."));
        }
        "tool_addition" | "tool_removal" => {}
        other => return Err(node.impossible(format_args!("blocks of type '{other}' have no form elsewhere."))),
    }

    Ok(())
}

fn thinking<'a>(block: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    let signature = block.text_at("signature")?;
    let signature = signature.and_then(|signature| Signature::unpacked(signature, Protocol::AnthropicMessages));
    Ok(Part::Thinking {
        text: block.need("thinking")?.text()?.into(),
        signature,
    })
}

fn redacted_thinking<'a>(block: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    let data = block.need("data")?.text()?;
    let signature = Signature::unpacked(data, Protocol::AnthropicMessages).map(|signature| Signature {
        kind: SignatureKind::Redacted,
        ..signature
    });
    Ok(Part::Thinking {
        text: Cow::Borrowed(""),
        signature,
    })
}

fn tool_use<'a>(block: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    let input = block.need("input")?;
    input.object()?;

    Ok(Part::ToolCall(ToolCall {
        id: block.need("id")?.text()?.into(),
        name: block.need("name")?.text()?.into(),
        namespace: None,
        arguments: input.value.to_string().into(),
        custom: false,
    }))
}

fn tool_result<'a>(block: &Node<'a, '_>) -> Result<Part<'a>, Untranslatable> {
    Ok(Part::ToolResult(ToolResult {
        id: block.need("tool_use_id")?.text()?.into(),
        parts: match block.get("content") {
            Some(content) => result_content(&content)?,
            None => Vec::new(),
        },
        is_error: block.flag_at("is_error")?.unwrap_or(false),
        cache: block.value_at("cache_control"),
    }))
}

/// Reads the content of a tool's result: text, or a list of blocks.
fn result_content<'a>(content: &Node<'a, '_>) -> Result<Vec<Part<'a>>, Untranslatable> {
    if let Some(text) = content.value.as_str() {
        return Ok(vec![Part::text(text)]);
    }

    let mut parts = Vec::new();
    for block in content.list()? {
        let node = block.need("type")?;
        let kind = node.text()?;
        if kind == "tool_reference" {
            parts.push(Part::text(block.need("tool_name")?.text()?));
        } else if !plain_block(&block, kind, &mut parts)? {
            return Err(node.impossible(format_args!(
                "results with blocks of type '{kind}' have no form elsewhere."
            )));
        }
    }
    Ok(parts)
}
