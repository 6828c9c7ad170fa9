//! Hosts and servers of open models, and those that refuse little.

use crossmodel::domain::Protocol;
use serde_json::Value;

use super::checks::{chat_pairs, chat_roles};
use super::steering::{effort_is, free_choice, system_first, without};
use super::{Checked, is_messages, list, text, thinkers};

const LOST: &str = "tool calls without results";
const ORPHAN: &str = "a result without a tool call";

fn chat(request: &Value) -> Checked {
    chat_roles(request)?;
    pairs(request)
}

fn pairs(request: &Value) -> Checked {
    chat_pairs(list(request, "messages"), LOST, ORPHAN)
}

/// GLM 5.3, which always thinks.
pub fn glm(request: &Value) -> Checked {
    chat(request)?;
    if request["thinking"]["type"] == "disabled" {
        return Err("thinking cannot be disabled for this model".into());
    }
    effort_is(&request["reasoning_effort"], &["low", "high", "max"])
}

/// Qwen 3.8 at Alibaba.
pub fn qwen(request: &Value) -> Checked {
    chat(request)?;
    free_choice(request, request["enable_thinking"] != false)?;
    effort_is(&request["reasoning_effort"], &["low", "medium", "xhigh"])
}

/// Grok 4.5, which always thinks, at both of its addresses.
pub fn xai(protocol: Protocol, request: &Value) -> Checked {
    without(request, &["presence_penalty", "frequency_penalty", "stop"], |field| {
        format!("Argument not supported on this model: {field}")
    })?;
    let efforts = ["low", "medium", "high"];
    if protocol == Protocol::OpenaiChat {
        pairs(request)?;
        return effort_is(&request["reasoning_effort"], &efforts);
    }
    if request["reasoning"].get("summary").is_some() {
        return Err("Argument not supported: reasoning.summary".into());
    }
    let mut sealed = list(request, "input").iter().filter(|item| item["type"] == "reasoning");
    if sealed.any(|item| !text(item, "encrypted_content").is_empty()) {
        return Err("Could not decrypt the provided encrypted_content".into());
    }
    effort_is(&request["reasoning"]["effort"], &efforts)
}

/// Groq.
pub fn groq(request: &Value) -> Checked {
    chat_pairs(list(request, "messages"), LOST, ORPHAN)?;
    without(request, &["logprobs", "logit_bias", "top_logprobs"], |field| {
        format!("property '{field}' is unsupported")
    })?;
    if request["n"].as_u64().is_some_and(|n| n != 1) {
        return Err("'n' : number must be at most 1".into());
    }
    let messages = list(request, "messages").iter();
    match messages.enumerate().find(|(_, message)| message.get("name").is_some()) {
        Some((index, _)) => Err(format!("'messages.{index}' : property 'name' is unsupported")),
        None => Ok(()),
    }
}

/// Perplexity: the user and the model take turns.
pub fn perplexity(request: &Value) -> Checked {
    chat(request)?;
    let roles: Vec<&str> = list(request, "messages")
        .iter()
        .map(|message| text(message, "role"))
        .collect();
    let turns = || roles.iter().copied().skip_while(|role| *role == "system");
    let repeats = turns()
        .zip(turns().skip(1))
        .any(|(role, next)| role == next && role != "tool");
    let alternates = turns().next() == Some("user") && !repeats;
    match alternates {
        true => Ok(()),
        false => Err(format!(
            "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s): {roles:?}"
        )),
    }
}

/// gpt-oss at Cerebras, which takes the role `developer`.
pub fn cerebras(request: &Value) -> Checked {
    pairs(request)
}

/// Kimi K3 at Fireworks. It lowers a limit in silence unless it is told to say so.
pub fn fireworks(protocol: Protocol, request: &Value) -> Checked {
    if is_messages(protocol) {
        return thinkers::other_messages(request, &[], "accounts/fireworks/");
    }
    pairs(request)?;
    match text(request, "context_length_exceeded_behavior") {
        "error" => Ok(()),
        _ => Err("the limit would be lowered in silence".into()),
    }
}

/// A template in vLLM or llama.cpp: instructions come first, and there is no other role than four.
pub fn template(request: &Value) -> Checked {
    chat(request)?;
    system_first(request)
}

/// Ollama, which passes over what it does not know.
pub fn ollama(request: &Value) -> Checked {
    chat(request)
}
