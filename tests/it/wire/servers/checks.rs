//! What several of the strict servers check alike.

use serde_json::{Value, json};

use super::{Checked, Made, list, object, text};

/// What the gateway marks for its clients never reaches a server.
pub fn no_marks(request: &Value) -> Result<(), String> {
    let body = request.to_string();
    match body.contains("\"cm1.") || body.contains("_cm1_msg") {
        true => Err("a packed signature reached the server".into()),
        false => Ok(()),
    }
}

/// The members of an object are among these.
pub fn only(value: &Value, known: &[&str], refused: impl Fn(&str) -> String) -> Result<(), String> {
    match object(value).keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(refused(key)),
        None => Ok(()),
    }
}

/// All that a block of thoughts is bound to: what stands before the block `at` of the message `index`.
pub fn prefix(request: &Value, index: usize, at: usize) -> Value {
    let messages = list(request, "messages");
    let before = messages.get(index).map(|message| list(message, "content"));
    json!([
        request["system"],
        request["tools"],
        messages.get(..index),
        before.unwrap_or_default().get(..at)
    ])
}

/// Each call of chat messages has its result right after it, and each result its call.
pub fn chat_pairs(messages: &[Value], lost: &str, orphan: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        match text(message, "role") {
            "tool" => {
                let id = text(message, "tool_call_id");
                let at = open.iter().position(|call| *call == id);
                open.remove(at.ok_or_else(|| format!("{orphan}: {id}"))?);
            }
            _ if !open.is_empty() => return Err(format!("{lost}: {open:?}")),
            _ => open.extend(list(message, "tool_calls").iter().map(|call| text(call, "id"))),
        }
    }
    match open.as_slice() {
        [] => Ok(()),
        open => Err(format!("{lost}: {open:?}")),
    }
}

/// What the server has said comes back: `holds` finds a text in the request.
pub fn comes_back<'m>(
    said: impl IntoIterator<Item = &'m Made>,
    of: impl Fn(&Made) -> &str,
    holds: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let lost = said.into_iter().map(of).find(|made| !made.is_empty() && !holds(made));
    match lost {
        Some(lost) => Err(format!("its own {lost:?} did not come back")),
        None => Ok(()),
    }
}

/// The blocks of all messages with their places.
pub fn blocks(request: &Value) -> impl Iterator<Item = (usize, usize, &Value)> {
    let messages = list(request, "messages").iter().enumerate();
    messages.flat_map(|(index, message)| {
        let blocks = list(message, "content").iter().enumerate();
        blocks.map(move |(at, block)| (index, at, block))
    })
}

/// Each call of a conversation of Messages has its result in the next message.
pub fn block_pairs(request: &Value) -> Result<(), String> {
    let messages = list(request, "messages");
    let ids = |message: Option<&Value>, kind: &str, key: &str| -> Vec<String> {
        let blocks = message.map(|message| list(message, "content")).unwrap_or_default();
        let of_kind = blocks.iter().filter(|block| block["type"] == kind);
        of_kind.map(|block| text(block, key).to_owned()).collect()
    };
    for (index, message) in messages.iter().enumerate() {
        let calls = ids(Some(message), "tool_use", "id");
        let results = ids(messages.get(index + 1), "tool_result", "tool_use_id");
        if let Some(lost) = calls.iter().find(|call| !results.contains(call)) {
            return Err(format!(
                "messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {lost}"
            ));
        }
        if let Some(orphan) = results.iter().find(|result| !calls.contains(result)) {
            return Err(format!(
                "unexpected `tool_use_id` found in `tool_result` blocks: {orphan}"
            ));
        }
    }
    Ok(())
}

/// The messages of the user and of the model take turns, and there are no others.
pub fn roles(request: &Value) -> Result<(), String> {
    let strange = list(request, "messages")
        .iter()
        .find(|message| !matches!(text(message, "role"), "user" | "assistant"));
    match strange {
        Some(message) => Err(format!("messages: Unexpected role {:?}", text(message, "role"))),
        None => Ok(()),
    }
}

/// The roles that servers of chat know.
pub fn chat_roles(request: &Value) -> Checked {
    let known = ["system", "user", "assistant", "tool"];
    let strange = list(request, "messages").iter().map(|message| text(message, "role"));
    match strange.into_iter().find(|role| !known.contains(role)) {
        Some(role) => Err(format!("messages: unknown variant `{role}`, expected one of {known:?}")),
        None => Ok(()),
    }
}
