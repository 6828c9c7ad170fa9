//! A tool, as Anthropic takes it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::wire::messages::forced;
use crate::wire::neutral::{Tool, ToolKind, ToolNames};

#[derive(Debug, Serialize)]
pub(in crate::wire::messages) struct WrittenTool<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    input_schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<&'a Value>,
}

impl<'a> WrittenTool<'a> {
    pub(super) fn of(tool: &'a Tool<'_>, names: &'a ToolNames) -> Self {
        let own = tool.description.as_deref();
        let (description, input_schema) = match &tool.kind {
            ToolKind::Function { parameters, .. } => (own.map(Cow::Borrowed), object_schema(parameters.as_deref())),
            ToolKind::Custom { format } => {
                let text =
                    json!({"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]});
                (free_text(own, *format), Cow::Owned(text))
            }
        };

        Self {
            name: names.provider(tool.namespace.as_deref(), &tool.name),
            description: description.filter(|text| !text.is_empty()),
            input_schema,
            cache_control: tool.cache,
        }
    }

    /// A tool of the history that the request no longer has. It takes any object.
    pub(super) fn anything(name: &'a str) -> Self {
        Self {
            name,
            description: None,
            input_schema: Cow::Owned(json!({"type": "object"})),
            cache_control: None,
        }
    }

    /// The tool whose arguments are the answer.
    pub(super) fn answer(schema: &'a Value) -> Self {
        Self {
            name: forced::NAME,
            description: Some(forced::DESCRIPTION.into()),
            input_schema: object_schema(Some(schema)),
            cache_control: None,
        }
    }
}

/// The description of a tool that takes free text, its grammar at the end.
fn free_text<'a>(own: Option<&'a str>, format: Option<&Value>) -> Option<Cow<'a, str>> {
    let grammar = format.and_then(|format| {
        // Responses has the grammar beside its type, chat one level deeper.
        let grammar = format.get("grammar").unwrap_or(format);
        Some((
            grammar.get("syntax").and_then(Value::as_str),
            grammar.get("definition")?.as_str()?,
        ))
    });
    let Some((syntax, definition)) = grammar else {
        return own.map(Cow::Borrowed);
    };

    let own = own.map_or_else(String::new, |text| format!("{text}\n\n"));
    let syntax = syntax.map_or_else(String::new, |syntax| format!("{syntax} "));
    Some(format!("{own}The input has to follow this {syntax}grammar:\n{definition}").into())
}

/// The schema of an object. Anthropic requires its `type`.
fn object_schema(schema: Option<&Value>) -> Cow<'_, Value> {
    match schema {
        Some(schema) if schema.get("type").is_some() => Cow::Borrowed(schema),
        Some(Value::Object(map)) => {
            let mut whole = serde_json::Map::new();
            whole.insert("type".to_owned(), "object".into());
            whole.extend(map.clone());
            Cow::Owned(Value::Object(whole))
        }
        _ => Cow::Owned(json!({"type": "object", "properties": {}})),
    }
}
