//! Cuts a whole answer.

use serde_json::Value;

use crate::domain::Protocol;
use crate::wire::stop_texts::StopTexts;

/// A whole answer that ends at its first stop text; `None` if it has none.
pub fn cut_answer(protocol: Protocol, answer: &[u8], texts: &StopTexts) -> Option<Vec<u8>> {
    let mut answer: Value = serde_json::from_slice(answer).ok()?;

    let changed = match protocol {
        Protocol::AnthropicMessages => cut_message(&mut answer, texts),
        _ => {
            let choices = answer.get_mut("choices")?.as_array_mut()?;
            choices
                .iter_mut()
                .fold(false, |cut, choice| cut_choice(choice, texts) | cut)
        }
    };
    changed.then(|| answer.to_string().into_bytes())
}

fn cut_choice(choice: &mut Value, texts: &StopTexts) -> bool {
    let Some(message) = choice.get_mut("message").and_then(Value::as_object_mut) else {
        return false;
    };
    let cut = match message.get_mut("content") {
        Some(Value::String(text)) => cut_text(text, texts).is_some(),
        Some(Value::Array(parts)) => cut_parts(parts, texts).is_some(),
        _ => false,
    };
    if !cut {
        return false;
    }

    message.remove("tool_calls");
    let length = message
        .get("content")
        .and_then(Value::as_str)
        .map(|text| text.chars().count() as u64);
    if let (Some(Value::Array(list)), Some(length)) = (message.get_mut("annotations"), length) {
        let start = |annotation: &Value| annotation.pointer("/url_citation/start_index").and_then(Value::as_u64);
        list.retain(|annotation| start(annotation).is_none_or(|start| start < length));
    }
    choice["finish_reason"] = "stop".into();
    true
}

fn cut_message(answer: &mut Value, texts: &StopTexts) -> bool {
    let content = answer.get_mut("content").and_then(Value::as_array_mut);
    let Some(stop) = content.and_then(|blocks| cut_parts(blocks, texts)) else {
        return false;
    };

    answer["stop_reason"] = "stop_sequence".into();
    answer["stop_sequence"] = stop.into();
    true
}

/// Cuts a list of parts at the first stop text in one of its texts. An empty text stays only where nothing stands before it.
fn cut_parts(parts: &mut Vec<Value>, texts: &StopTexts) -> Option<String> {
    let (index, stop, is_empty) = parts.iter_mut().enumerate().find_map(|(index, part)| {
        let is_text = part.get("type").and_then(Value::as_str) == Some("text");
        let Some(Value::String(text)) = part.get_mut("text").filter(|_| is_text) else {
            return None;
        };
        let stop = cut_text(text, texts)?;
        Some((index, stop, text.is_empty()))
    })?;

    parts.truncate(if is_empty && index > 0 { index } else { index + 1 });
    Some(stop)
}

fn cut_text(text: &mut String, texts: &StopTexts) -> Option<String> {
    let (at, stop) = texts.first_in(text)?;
    let stop = stop.to_owned();
    text.truncate(at);
    Some(stop)
}
