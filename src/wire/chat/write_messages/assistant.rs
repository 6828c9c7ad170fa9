//! The model's turns as one message.

use super::message::{Call, Called, Content, Message, Thoughts};
use super::no_place;
use crate::domain::Facts;
use crate::wire::chat::free_text;
use crate::wire::neutral::{Part, ToolCall, ToolNames, Turn, Untranslatable};

/// Writes turns of the model that follow each other as one message. `None` if they hold no more than thoughts.
pub(super) fn assistant_message<'w>(
    turns: &'w [Turn<'_>],
    facts: &'w Facts,
    names: &'w ToolNames,
) -> Result<Option<Message<'w>>, Untranslatable> {
    let (mut texts, mut thoughts, mut refusals, mut calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());

    for turn in turns {
        let mut text = String::new();
        for part in &turn.parts {
            match part {
                // The texts of a turn are pieces of one text, which other parts or citations split.
                Part::Text { text: more, .. } => text.push_str(more),
                Part::Refusal(words) if facts.openai_fields => refusals.push(words.as_ref()),
                Part::Refusal(words) => text.push_str(words),
                Part::Thinking { text, .. } if !text.is_empty() => thoughts.push(text.as_ref()),
                Part::Thinking { .. } | Part::WebSearch(_) => {}
                Part::ToolCall(call) => calls.push(write_call(call, names)),
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
        .map(|field| (field, thoughts.join("\n\n")));

    Ok(Some(Message {
        role: "assistant",
        content,
        refusal: (!refusals.is_empty()).then(|| refusals.concat()),
        thoughts: Thoughts(thoughts),
        tool_calls: calls,
        tool_call_id: None,
    }))
}

fn write_call<'w>(call: &'w ToolCall<'_>, names: &'w ToolNames) -> Call<'w> {
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
    }
}
