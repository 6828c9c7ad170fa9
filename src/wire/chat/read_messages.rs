//! The messages of a client's chat request.

use super::read_content::{AllowedParts, contents};
use super::thoughts::{call_signature, thoughts};
use crate::wire::neutral::{Node, Part, Request, Role, ToolCall, ToolResult, Turn, Untranslatable};

/// Reads the conversation into `request`.
pub(super) fn messages<'a>(list: &Node<'a, '_>, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    let mut any = false;
    // Whether the last message was a tool's. The results of several calls become one turn.
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

/// The parts of an assistant's message: thoughts, then text and refusals, then calls.
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
    contents(message, AllowedParts::TextAndRefusals, &mut parts)?;
    parts.retain(|part| !matches!(part, Part::Text { text, .. } if text.is_empty()));

    if let Some(refusal) = message.text_at("refusal")?.filter(|text| !text.is_empty()) {
        parts.push(Part::Refusal(refusal.into()));
    }

    if let Some(calls) = message.get("tool_calls") {
        for node in calls.list()? {
            parts.extend(call_signature(node.value));
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
    // The official type allows text only. Clients send pictures too, and other protocols have a place for them.
    contents(message, AllowedParts::Everything, &mut parts)?;
    let cache = message.value_at("cache_control");

    Ok(Part::ToolResult(ToolResult {
        id: id.into(),
        parts,
        is_error: false,
        cache,
    }))
}
