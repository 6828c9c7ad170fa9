//! Tools and the choice among them, as Anthropic wants them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use super::forced;
use crate::wire::neutral::{Choice, Request, Tool, ToolKind, ToolNames, Untranslatable};

/// One tool.
#[derive(Debug, Serialize)]
pub(super) struct Written<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    input_schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<&'a Value>,
}

/// `tool_choice`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WrittenChoice<'a> {
    Auto {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    Any {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    Tool {
        name: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    None,
}

impl WrittenChoice<'_> {
    /// Whether a tool has to be called. Anthropic refuses to think then.
    pub(super) const fn is_forced(&self) -> bool {
        matches!(self, Self::Any { .. } | Self::Tool { .. })
    }
}

/// Writes the tools and the choice.
///
/// | of the request | what is sent |
/// |---|---|
/// | a function | a tool; without a schema, or with one that has no `type`, an object is taken |
/// | `strict` | dropped: Anthropic allows few strict tools in one request, and refuses all if they are more |
/// | a tool for free text | a tool with one text, `input`; its grammar stands in the description |
/// | `parallel_tool_calls: false` | `disable_parallel_tool_use` |
/// | no tools, but calls in the history | those tools, taking anything, and a choice of none: Anthropic refuses calls of tools that it is not told of |
/// | a schema of the answer, where the model knows none (`schema`) | one more tool, which has to be called, or any tool if the client has some |
///
/// # Errors
/// If a tool has the name that is reserved for the answer in JSON.
pub(super) fn tools<'a>(
    request: &'a Request<'_>,
    names: &'a ToolNames,
    called: &[&'a str],
    schema: Option<&'a Value>,
) -> Result<(Vec<Written<'a>>, Option<WrittenChoice<'a>>), Untranslatable> {
    let mut tools: Vec<_> = request.tools.iter().map(|tool| write_tool(tool, names)).collect();
    if tools.iter().any(|tool| tool.name == forced::NAME) || called.contains(&forced::NAME) {
        return Err(Untranslatable::invalid(
            "tools",
            format!("The name '{}' is reserved.", forced::NAME),
        ));
    }
    let disable_parallel_tool_use = request.parallel_tools == Some(false);
    let own = !tools.is_empty();
    let mut choice = match request.choice.as_ref().filter(|_| own) {
        Some(Choice::Never) => Some(WrittenChoice::None),
        Some(Choice::Any) => Some(WrittenChoice::Any {
            disable_parallel_tool_use,
        }),
        Some(Choice::Tool(name)) => {
            let group = request
                .tools
                .iter()
                .find(|tool| tool.name == *name)
                .and_then(|tool| tool.namespace.as_deref());
            Some(WrittenChoice::Tool {
                name: names.provider(group, name),
                disable_parallel_tool_use,
            })
        }
        Some(Choice::Auto) => Some(WrittenChoice::Auto {
            disable_parallel_tool_use,
        }),
        None if own && disable_parallel_tool_use => Some(WrittenChoice::Auto {
            disable_parallel_tool_use,
        }),
        None => None,
    };
    if !own && !called.is_empty() {
        let anything = |name: &&'a str| Written {
            name,
            description: None,
            input_schema: Cow::Owned(json!({"type": "object"})),
            cache_control: None,
        };
        tools.extend(called.iter().map(anything));
        choice = Some(WrittenChoice::None);
    }
    if let Some(schema) = schema {
        tools.push(Written {
            name: forced::NAME,
            description: Some(forced::DESCRIPTION.into()),
            input_schema: object_schema(Some(schema)),
            cache_control: None,
        });
        choice = Some(match choice {
            // The client demands a tool of its own: the answer's shape is for another turn.
            Some(choice @ WrittenChoice::Tool { .. }) => choice,
            Some(WrittenChoice::None) => only_answer(),
            _ if own => WrittenChoice::Any {
                disable_parallel_tool_use,
            },
            _ => only_answer(),
        });
    }
    Ok((tools, choice))
}

const fn only_answer() -> WrittenChoice<'static> {
    WrittenChoice::Tool {
        name: forced::NAME,
        disable_parallel_tool_use: true,
    }
}

fn write_tool<'a>(tool: &'a Tool<'_>, names: &'a ToolNames) -> Written<'a> {
    let own = tool.description.as_deref();
    let (description, input_schema) = match &tool.kind {
        ToolKind::Function { parameters, .. } => (own.map(Cow::Borrowed), object_schema(*parameters)),
        ToolKind::Custom { format } => {
            let text = json!({"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]});
            (free_text(own, *format), Cow::Owned(text))
        }
    };
    Written {
        name: names.provider(tool.namespace.as_deref(), &tool.name),
        description: description.filter(|text| !text.is_empty()),
        input_schema,
        cache_control: tool.cache,
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

/// A schema of an object, as Anthropic wants one.
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
