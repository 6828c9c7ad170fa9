//! The model's turns as one message.

use serde_json::value::RawValue;

use super::message::{Call, Called, Content, Message, Thoughts};
use super::no_place;
use crate::domain::Facts;
use crate::wire::chat::free_text;
use crate::wire::chat::thoughts::{think_tags, writes_tags};
use crate::wire::chat::written_parts::ExtraContent;
use crate::wire::neutral::{Part, Signature, SignatureKind, ToolCall, ToolNames, Turn, Untranslatable};

/// Writes turns of the model that follow each other as one message. `None` if they hold no more than thoughts.
pub(super) fn assistant_message<'w>(
    turns: &'w [Turn<'_>],
    facts: &'w Facts,
    names: &'w ToolNames,
) -> Result<Option<Message<'w>>, Untranslatable> {
    let (mut texts, mut thoughts, mut refusals, mut calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());

    // The signature of the call that follows.
    let mut signed = None;
    let mut details = None;
    for turn in turns {
        let mut text = String::new();
        for part in &turn.parts {
            match part {
                // The texts of a turn are pieces of one text, which other parts or citations split.
                Part::Text { text: more, .. } => text.push_str(more),
                Part::Refusal(words) if facts.openai_fields => refusals.push(words.as_ref()),
                Part::Refusal(words) => text.push_str(words),
                Part::Thinking { text, signature } => {
                    signed = signature.as_ref().and_then(ExtraContent::of).or(signed);
                    details = signature.as_ref().and_then(details_of).or(details);
                    thoughts.extend((!text.is_empty()).then_some(text.as_ref()));
                }
                Part::WebSearch(_) => {}
                Part::ToolCall(call) => calls.push(write_call(call, names, signed.take())),
                Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) => {
                    return Err(no_place("pictures, documents and sounds in the model's own turns"));
                }
            }
        }
        if !text.is_empty() {
            texts.push(text);
        }
    }

    if texts.is_empty() && refusals.is_empty() && calls.is_empty() {
        return Ok(None);
    }
    let thoughts = thoughts.join("\n\n");
    let within_tags = writes_tags(facts);
    if within_tags && !thoughts.is_empty() {
        let tagged = think_tags(&thoughts);
        match texts.first_mut() {
            Some(text) => text.insert_str(0, &tagged),
            None => texts.push(tagged),
        }
    }

    let content = match texts.is_empty() {
        false => Some(Content::Text(texts.join("\n\n").into())),
        // OpenAI writes `null` beside calls; some hosts always want a text.
        true => (!facts.openai_fields).then_some(Content::Text("".into())),
    };
    // A provider that takes its thoughts back fails if the field is missing: lost thoughts become an empty text.
    let thoughts = facts
        .thinking
        .back_field
        .as_deref()
        .filter(|_| !within_tags)
        .map(|field| (field, thoughts));

    Ok(Some(Message {
        role: "assistant",
        content,
        refusal: (!refusals.is_empty()).then(|| refusals.concat()),
        thoughts: Thoughts(thoughts),
        reasoning_details: details,
        tool_calls: calls,
        tool_call_id: None,
        prefix: false,
    }))
}

/// The `reasoning_details` that a signature holds.
fn details_of<'w>(signature: &'w Signature<'_>) -> Option<&'w RawValue> {
    let details = (signature.kind == SignatureKind::Details).then_some(&signature.value)?;
    serde_json::from_str(details).ok()
}

fn write_call<'w>(call: &'w ToolCall<'_>, names: &'w ToolNames, extra_content: Option<ExtraContent<'w>>) -> Call<'w> {
    let arguments = match (call.custom, call.arguments.as_ref()) {
        (true, text) => free_text::wrapped(text).into(),
        (false, "") => "{}".into(),
        (false, text) => text.into(),
    };
    let name = names.provider(call.namespace.as_deref(), &call.name);
    Call {
        id: &call.id,
        r#type: "function",
        function: Called { name, arguments },
        extra_content,
    }
}
