//! Where in the client's own body a part lies.

use serde_json::Value;

use super::medium::Medium;
use crate::wire::control::TopField;
use crate::wire::neutral::Untranslatable;

/// A client's body.
#[derive(Clone, Copy, Debug)]
pub struct ClientBody<'a>(pub &'a Value);

impl ClientBody<'_> {
    /// Whether it has this top-level field with a value that says something.
    pub(in crate::wire::adapt) fn says(self, field: TopField) -> bool {
        match self.0.get(field.as_str()) {
            None | Some(Value::Null) => false,
            Some(Value::Object(map)) => !map.is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        }
    }

    /// The refusal of a part of the newest words of the user. `before`: what else they have before it.
    pub(super) fn refusal(self, medium: Medium, before: &[Medium], lacking: Medium) -> Untranslatable {
        let path = self.path(medium, before);
        let reason = lacking.reason();
        let message = format!("'{path}': this model cannot take it: {reason}.");
        Untranslatable::impossible(path, message)
    }

    fn path(self, medium: Medium, before: &[Medium]) -> String {
        let nth = before.iter().filter(|other| kind(**other) == kind(medium)).count();
        let has_messages = self
            .0
            .get("messages")
            .is_some_and(|list| list.as_array().is_some_and(|list| !list.is_empty()));
        let list = if has_messages { "messages" } else { "input" };

        let messages = self
            .0
            .get(list)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        newest(messages)
            .and_then(|newest| messages.get(newest..).map(|own| (newest, own)))
            .and_then(|(newest, own)| {
                let parts = own.iter().enumerate().flat_map(|(index, message)| {
                    let content = message.get("content").and_then(Value::as_array).into_iter().flatten();
                    let parts = content
                        .enumerate()
                        .filter(|(_, part)| type_of(part).is_some_and(|own| is_of(own, medium)));
                    parts.map(move |(place, _)| format!("{list}[{}].content[{place}]", newest + index))
                });
                parts.into_iter().nth(nth)
            })
            .unwrap_or_else(|| list.to_owned())
    }
}

/// The first message of the user's after the model's last one before the newest words of the user.
fn newest(messages: &[Value]) -> Option<usize> {
    let role_is = |message: &Value, role: &str| message.get("role").is_some_and(|own| own == role);
    let last = messages.iter().rposition(|message| {
        let content = message.get("content").and_then(Value::as_array);
        let only_results = content.is_some_and(|parts| parts.iter().all(|part| type_of(part) == Some("tool_result")));
        role_is(message, "user") && !only_results
    })?;
    let is_of_model = |message: &Value| {
        let calls = ["function_call", "custom_tool_call", "reasoning"];
        role_is(message, "assistant") || type_of(message).is_some_and(|kind| calls.contains(&kind))
    };
    let before = messages.iter().take(last).rposition(is_of_model);
    Some(before.map_or(0, |before| before + 1))
}

fn type_of(value: &Value) -> Option<&str> {
    value.get("type")?.as_str()
}

const fn kind(medium: Medium) -> u8 {
    match medium {
        Medium::Picture | Medium::PictureAtAddress => 0,
        Medium::Document | Medium::DocumentAtAddress => 1,
        Medium::Sound => 2,
    }
}

fn is_of(own: &str, medium: Medium) -> bool {
    match medium {
        Medium::Picture | Medium::PictureAtAddress => matches!(own, "image_url" | "image" | "input_image"),
        Medium::Document | Medium::DocumentAtAddress => {
            matches!(own, "file" | "document" | "input_file" | "document_url" | "file_url")
        }
        Medium::Sound => own == "input_audio",
    }
}
