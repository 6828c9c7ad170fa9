//! What a request asks for that more than one rule looks at, whatever its protocol.

use serde_json::{Map, Value};

use super::field_sets::THINKING;
use super::plan::RequestView;
use crate::domain::Effort;
use crate::wire::control::TopField;
use crate::wire::neutral::Thinking;
use crate::wire::operation::Operation;
use crate::wire::{chat, messages};

/// How a request asks its model to think; `None` if it does not say, or in no known way.
pub(super) fn thinking(request: RequestView<'_>) -> Option<Thinking> {
    let fields = thinking_fields(request);
    if fields.is_empty() {
        return None;
    }

    match request.control.operation() {
        Operation::Messages | Operation::CountTokens => messages::asked_thinking(&Value::Object(fields)),
        Operation::Responses => match fields.get("reasoning")?.get("effort")?.as_str()? {
            "none" => Some(Thinking::Off),
            word => Effort::parse(word).map(Thinking::Effort),
        },
        Operation::Chat | Operation::Completions | Operation::Embeddings => chat::asked_thinking(&fields),
    }
}

/// The fields of a request that ask for thoughts.
pub(super) fn thinking_fields(request: RequestView<'_>) -> Map<String, Value> {
    let members = &request.control.members;
    if members.fields().and(THINKING).is_empty() {
        return Map::new();
    }

    let asking = members.list().iter().filter_map(|member| {
        let field = member.field.filter(|field| THINKING.has(*field))?;
        let value = serde_json::from_str(member.value().of(request.body)).ok()?;
        Some((field.as_str().to_owned(), value))
    });
    asking.collect()
}

/// Whether a request offers tools.
pub(super) fn has_tools(request: RequestView<'_>) -> bool {
    let tools = request.control.members.value(TopField::Tools);
    tools.is_some_and(|at| {
        let list = at.of(request.body);
        list != "null" && list.bytes().any(|byte| byte == b'{')
    })
}
