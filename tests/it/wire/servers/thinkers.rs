//! Servers whose models want their thoughts back in words: DeepSeek, Kimi and MiniMax, at both of their addresses.

use crossmodel::domain::Protocol;
use serde_json::Value;

use super::checks::{block_pairs, blocks, chat_pairs, chat_roles, comes_back, roles};
use super::steering::{effort_is, free_choice, number_is, without};
use super::{Checked, Made, is_messages, list, text};

const LOST: &str =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'";
const ORPHAN: &str = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";

/// DeepSeek V4, at both of its addresses.
pub fn deepseek(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    let thinks = request["thinking"]["type"] != "disabled";
    if is_messages(protocol) {
        other_messages(request, said, "deepseek-v4-pro")?;
        return match lacks_thoughts(request) {
            true if thinks => {
                Err("The `content[].thinking` in the thinking mode must be passed back to the API.".into())
            }
            _ => Ok(()),
        };
    }

    chat_roles(request)?;
    free_choice(request, thinks)?;
    if request["response_format"]["type"] == "json_schema" {
        return Err("This response_format type is unavailable now".into());
    }
    chat_pairs(list(request, "messages"), LOST, ORPHAN)?;
    let lacks = list(request, "messages")
        .iter()
        .any(|message| !list(message, "tool_calls").is_empty() && text(message, "reasoning_content").is_empty());
    if thinks && lacks {
        return Err("The `reasoning_content` in the thinking mode must be passed back to the API.".into());
    }
    words_back(request, said)
}

/// Whether a message of Messages has calls and no thoughts.
fn lacks_thoughts(request: &Value) -> bool {
    let has = |message: &Value, kind: &str| list(message, "content").iter().any(|block| block["type"] == kind);
    list(request, "messages")
        .iter()
        .any(|message| has(message, "tool_use") && !has(message, "thinking"))
}

/// A server other than Anthropic's that speaks Messages. `name`: the start of its own signatures.
pub fn other_messages(request: &Value, said: &[Made], name: &str) -> Checked {
    roles(request)?;
    block_pairs(request)?;
    for (index, at, block) in blocks(request).filter(|(_, _, block)| block["type"] == "thinking") {
        let signature = text(block, "signature");
        if !signature.is_empty() && !signature.starts_with(name) {
            return Err(format!("messages.{index}.content.{at}: invalid signature {signature}"));
        }
    }
    comes_back(
        said,
        |made| &made.seal,
        |seal| blocks(request).any(|(_, _, block)| text(block, "signature") == seal),
    )
}

/// The words of a server's own thoughts come back in the field that it reads.
fn words_back(request: &Value, said: &[Made]) -> Checked {
    comes_back(
        said,
        |made| &made.words,
        |words| {
            list(request, "messages")
                .iter()
                .any(|message| text(message, "reasoning_content") == words)
        },
    )
}

/// Kimi K3, which always thinks, at both of its addresses.
pub fn kimi_k3(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    if !is_messages(protocol) {
        without(request, &["thinking"], |field| {
            format!("unsupported parameter: {field}")
        })?;
        effort_is(&request["reasoning_effort"], &["low", "high", "max"])?;
    }
    kimi(protocol, request, said, true)
}

/// Kimi K2.6, which thinks unless told otherwise.
pub fn kimi_k2(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    kimi(protocol, request, said, request["thinking"]["type"] != "disabled")
}

fn kimi(protocol: Protocol, request: &Value, said: &[Made], thinks: bool) -> Checked {
    if is_messages(protocol) {
        other_messages(request, said, "kimi-k3")?;
        return match lacks_thoughts(request) {
            true if thinks => Err("thinking is enabled but thinking is missing in assistant tool use message".into()),
            _ => Ok(()),
        };
    }

    chat_roles(request)?;
    free_choice(request, thinks)?;
    number_is(request, "temperature", if thinks { &[1.0] } else { &[0.6] })?;
    without(request, &["presence_penalty", "frequency_penalty"], |field| {
        format!("invalid {field}: only 0 is allowed")
    })?;
    if request.get("thinking").is_some() && request.get("reasoning_effort").is_some() {
        return Err("thinking and reasoning_effort cannot be specified together".into());
    }
    for (index, message) in list(request, "messages").iter().enumerate() {
        if thinks && !list(message, "tool_calls").is_empty() && text(message, "reasoning_content").is_empty() {
            return Err(format!(
                "thinking is enabled but reasoning_content is missing in assistant tool call message at index {index}"
            ));
        }
    }
    chat_pairs(
        list(request, "messages"),
        "tool_call_ids did not have response messages",
        "tool_call_id is not found",
    )?;
    words_back(request, said)
}

/// MiniMax M2, at both of its addresses.
pub fn minimax(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    if is_messages(protocol) {
        return other_messages(request, said, "MiniMax-M2");
    }

    chat_roles(request)?;
    let lacks = |tool: &Value| !tool["function"]["parameters"].is_object();
    if list(request, "tools").iter().any(lacks) {
        return Err("invalid params, function parameters is missing (2013)".into());
    }
    let messages = list(request, "messages");
    let systems = messages.iter().filter(|message| message["role"] == "system").count();
    let is_first = messages.first().is_some_and(|first| first["role"] == "system");
    if systems > 1 || systems == 1 && !is_first {
        return Err("invalid params, invalid chat setting (2013)".into());
    }
    chat_pairs(
        messages,
        "tool call result does not follow tool call (2013)",
        "tool result's tool id not found (2013)",
    )?;
    comes_back(
        said,
        |made| &made.words,
        |words| {
            let tagged = format!("<think>\n{words}\n</think>");
            messages
                .iter()
                .any(|message| text(message, "content").contains(&tagged))
        },
    )
}
