//! The strict servers: each refuses what the real one is known to refuse.

use crossmodel::domain::Protocol;
use serde_json::Value;

use super::answers::Made;
use super::checks::{block_pairs, blocks, chat_pairs, comes_back, only, prefix, roles};
use super::{is_messages, list, text};

type Checked = Result<(), String>;

/// The fields of Messages that every server knows.
const MESSAGES: [&str; 15] = [
    "model",
    "max_tokens",
    "system",
    "messages",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "metadata",
    "stream",
    "cache_control",
];

/// Claude. `binds`: a signature is bound to the conversation before it.
pub fn claude(request: &Value, said: &[Made], binds: bool) -> Checked {
    only(request, &MESSAGES, |key| {
        format!("{key}: Extra inputs are not permitted")
    })?;
    roles(request)?;
    block_pairs(request)?;
    for (index, at, block) in blocks(request) {
        let place = format!("messages.{index}.content.{at}");
        match text(block, "type") {
            "thinking" => {
                only(block, &["type", "thinking", "signature"], |key| {
                    format!("{place}.{key}: Extra inputs are not permitted")
                })?;
                let signature = text(block, "signature");
                if !signature.starts_with("claude-") {
                    return Err(format!("{place}: Invalid `signature` in `thinking` block"));
                }
                let own = said.iter().find(|made| made.seal == signature);
                if binds && own.is_some_and(|own| own.before != prefix(request, index, at)) {
                    return Err(format!("{place}: The block is bound to a different conversation"));
                }
                if own.is_some_and(|own| own.words != text(block, "thinking")) {
                    return Err(format!("{place}: `thinking` blocks cannot be modified"));
                }
            }
            "tool_use" => legal_id(text(block, "id"), &format!("{place}.tool_use.id"))?,
            "tool_result" => legal_id(text(block, "tool_use_id"), &format!("{place}.tool_result.tool_use_id"))?,
            "text" if text(block, "text").is_empty() => {
                return Err("messages: text content blocks must be non-empty".into());
            }
            _ => {}
        }
    }
    thoughts_before_calls(request)?;
    comes_back(
        said,
        |made| &made.seal,
        |seal| blocks(request).any(|(_, _, block)| text(block, "signature") == seal),
    )
}

fn legal_id(id: &str, place: &str) -> Checked {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !id.is_empty() && id.chars().all(is_word) {
        true => Ok(()),
        false => Err(format!("{place}: String should match pattern '^[a-zA-Z0-9_-]+$'")),
    }
}

/// Within a budget the calls that are being answered have thoughts before the first of them.
fn thoughts_before_calls(request: &Value) -> Checked {
    let messages = list(request, "messages");
    let has_result = |message: &Value| {
        list(message, "content")
            .iter()
            .any(|block| block["type"] == "tool_result")
    };
    let begin = messages
        .iter()
        .rposition(|message| message["role"] == "user" && !has_result(message));
    let mut rounds = messages.iter().skip(begin.map_or(0, |begin| begin + 1));
    let first = rounds.find(|message| message["role"] == "assistant");
    let blocks = first.map(|first| list(first, "content")).unwrap_or_default();
    let has_calls = blocks.iter().any(|block| block["type"] == "tool_use");
    let has_thoughts = blocks.first().is_some_and(|block| block["type"] == "thinking");
    match request["thinking"]["type"] == "enabled" && has_calls && !has_thoughts {
        true => Err(
            "Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final \
             `assistant` message must start with a thinking block"
                .into(),
        ),
        false => Ok(()),
    }
}

/// GPT-5.5 on Responses, with `store: false`.
pub fn gpt(request: &Value, said: &[Made]) -> Checked {
    let items = list(request, "input");
    let mut open: Vec<&str> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let id = text(item, "id");
        let kind = item["type"].as_str().unwrap_or("message");
        let start = match kind {
            "message" => "msg",
            "function_call" => "fc",
            "reasoning" => "rs",
            _ => "",
        };
        if !id.is_empty() && !id.starts_with(start) {
            return Err(format!(
                "Invalid 'input[{index}].id': '{id}'. Expected an ID that begins with '{start}'."
            ));
        }
        let call = text(item, "call_id");
        if call.len() > 64 {
            return Err(format!(
                "Invalid 'input[{index}].call_id': string too long. Expected a string with maximum length 64"
            ));
        }
        match kind {
            "reasoning" => {
                let seal = text(item, "encrypted_content");
                if seal.is_empty() {
                    return Err(format!(
                        "Item with id '{id}' not found. Items are not persisted when `store` is set to false."
                    ));
                }
                if !said.iter().any(|made| made.seal == seal) {
                    return Err(format!("The encrypted content for item {id} could not be verified."));
                }
            }
            "message" => only(item, &["type", "id", "status", "role", "content", "phase"], |key| {
                unknown(index, key)
            })?,
            "function_call" => {
                only(item, &["type", "id", "status", "call_id", "name", "arguments"], |key| {
                    unknown(index, key)
                })?;
                open.push(call);
            }
            "function_call_output" => {
                let at = open.iter().position(|known| *known == call);
                open.remove(at.ok_or(format!(
                    "No tool call found for function call output with call_id {call}."
                ))?);
            }
            other => return Err(format!("Invalid value: '{other}'.")),
        }
    }
    if let Some(call) = open.first() {
        return Err(format!("No tool output found for function call {call}."));
    }
    comes_back(
        said,
        |made| &made.seal,
        |seal| items.iter().any(|item| text(item, "encrypted_content") == seal),
    )
}

fn unknown(index: usize, key: &str) -> String {
    format!("Unknown parameter: 'input[{index}].{key}'.")
}

/// The roles that servers of chat know.
fn chat_roles(request: &Value) -> Checked {
    let known = ["system", "user", "assistant", "tool"];
    let strange = list(request, "messages").iter().map(|message| text(message, "role"));
    match strange.into_iter().find(|role| !known.contains(role)) {
        Some(role) => Err(format!("messages: unknown variant `{role}`, expected one of {known:?}")),
        None => Ok(()),
    }
}

/// Gemini 3 at Google's OpenAI address.
pub fn gemini(request: &Value, said: &[Made]) -> Checked {
    let unknown = |key: &str| format!("Invalid JSON payload received. Unknown name \"{key}\": Cannot find field.");
    only(
        request,
        &[
            "model",
            "messages",
            "tools",
            "tool_choice",
            "max_tokens",
            "max_completion_tokens",
            "reasoning_effort",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "stop",
            "n",
            "response_format",
            "seed",
            "user",
        ],
        unknown,
    )?;
    let messages = list(request, "messages");
    for message in messages {
        only(
            message,
            &["role", "content", "name", "tool_calls", "tool_call_id", "extra_content"],
            unknown,
        )?;
        let seal = |call: &Value| {
            call["extra_content"]["google"]["thought_signature"]
                .as_str()
                .map(str::to_owned)
        };
        let calls = list(message, "tool_calls");
        for call in calls {
            only(call, &["index", "id", "type", "function", "extra_content"], unknown)?;
            let is_known =
                |seal: &str| seal == "skip_thought_signature_validator" || said.iter().any(|made| made.seal == seal);
            if seal(call).is_some_and(|seal| !is_known(&seal)) {
                return Err("Corrupted thought signature.".into());
            }
        }
        if calls.first().is_some_and(|first| seal(first).is_none()) {
            return Err("Function call is missing a thought_signature in functionCall parts.".into());
        }
    }
    chat_pairs(
        messages,
        "Please ensure that function call turn comes immediately before a function response turn",
        "function response without a call",
    )?;
    let body = request.to_string();
    let signed = said.iter().filter(|made| made.has_calls);
    comes_back(signed, |made| &made.seal, |seal| body.contains(seal))
}

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
fn other_messages(request: &Value, said: &[Made], name: &str) -> Checked {
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
pub fn kimi(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    if is_messages(protocol) {
        other_messages(request, said, "kimi-k3")?;
        return match lacks_thoughts(request) {
            true => Err("thinking is enabled but thinking is missing in assistant tool use message".into()),
            false => Ok(()),
        };
    }

    chat_roles(request)?;
    if request.get("thinking").is_some() && request.get("reasoning_effort").is_some() {
        return Err("thinking and reasoning_effort cannot be specified together".into());
    }
    for (index, message) in list(request, "messages").iter().enumerate() {
        if !list(message, "tool_calls").is_empty() && text(message, "reasoning_content").is_empty() {
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

/// Mistral.
pub fn mistral(request: &Value) -> Checked {
    let extra = |key: &str| format!("extra_forbidden: {key}: Extra inputs are not permitted");
    only(
        request,
        &[
            "model",
            "messages",
            "tools",
            "tool_choice",
            "max_tokens",
            "stream",
            "temperature",
            "top_p",
            "random_seed",
            "stop",
            "response_format",
            "parallel_tool_calls",
            "prompt_cache_key",
            "reasoning_effort",
            "n",
            "prediction",
            "presence_penalty",
            "frequency_penalty",
            "stream_options",
        ],
        extra,
    )?;
    chat_roles(request)?;
    let messages = list(request, "messages");
    let nine = |id: &str| match id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(format!(
            "Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."
        )),
    };
    for (before, message) in [&Value::Null].into_iter().chain(messages).zip(messages) {
        only(
            message,
            &["role", "content", "name", "tool_calls", "tool_call_id", "prefix"],
            extra,
        )?;
        if before["role"] == "tool" && message["role"] == "user" {
            return Err("Unexpected role 'user' after role 'tool'".into());
        }
        for call in list(message, "tool_calls") {
            only(call, &["index", "id", "type", "function"], extra)?;
            nine(text(call, "id"))?;
        }
        if message["role"] == "tool" {
            nine(text(message, "tool_call_id"))?;
        }
    }
    chat_pairs(
        messages,
        "Not the same number of function calls and responses",
        "Unexpected tool call id in tool results",
    )?;
    match messages
        .last()
        .is_some_and(|last| last["role"] == "assistant" && last["prefix"] != true)
    {
        true => {
            Err("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant".into())
        }
        false => Ok(()),
    }
}

/// MiniMax M2, at both of its addresses.
pub fn minimax(protocol: Protocol, request: &Value, said: &[Made]) -> Checked {
    if is_messages(protocol) {
        return other_messages(request, said, "MiniMax-M2");
    }

    chat_roles(request)?;
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
