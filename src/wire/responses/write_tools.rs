//! The tools of a request for a provider, and the choice among them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::free_text;
use crate::wire::neutral::{Choice, Request, SearchLocation, SearchTool, Tool, ToolKind, ToolNames};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum WrittenTool<'a> {
    Function {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Cow<'a, str>>,
        parameters: Cow<'a, Value>,
        strict: bool,
    },
    Custom {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<Cow<'a, Value>>,
    },
    WebSearch {
        #[serde(skip_serializing_if = "Option::is_none")]
        filters: Option<Filters<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        user_location: Option<Location<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        search_context_size: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        external_web_access: Option<bool>,
    },
}

#[derive(Serialize)]
pub(super) struct Filters<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allowed_domains: &'a [Cow<'a, str>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    blocked_domains: &'a [Cow<'a, str>],
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "approximate")]
pub(super) struct Location<'a> {
    #[serde(flatten)]
    place: &'a SearchLocation<'a>,
}

impl<'a> WrittenTool<'a> {
    /// `openai`: the provider knows OpenAI's own fields.
    pub(super) fn search(search: &'a SearchTool<'a>, openai: bool) -> Self {
        let (allowed_domains, blocked_domains) = (&search.allowed_domains, &search.blocked_domains);
        let is_open = allowed_domains.is_empty() && blocked_domains.is_empty();
        Self::WebSearch {
            filters: (!is_open).then_some(Filters {
                allowed_domains,
                blocked_domains,
            }),
            user_location: search.location.as_ref().map(|place| Location { place }),
            search_context_size: search.context_size.as_deref().filter(|_| openai),
            external_web_access: search.stored_only.then_some(false),
        }
    }

    /// `custom`: the server knows tools with free text.
    pub(super) fn of(tool: &'a Tool<'a>, names: &'a ToolNames, custom: bool) -> Self {
        let name = names.provider(tool.namespace.as_deref(), &tool.name);
        let description = tool.description.as_deref();

        match &tool.kind {
            ToolKind::Function { parameters, strict } => {
                let none = || Cow::Owned(serde_json::json!({"type": "object", "properties": {}}));
                let parameters = parameters.as_ref().map_or_else(none, |own| Cow::Borrowed(own.as_ref()));
                Self::Function {
                    name,
                    description: description.map(Cow::Borrowed),
                    parameters,
                    strict: strict.unwrap_or(false),
                }
            }
            ToolKind::Custom { format } if !custom => {
                let texts = [description.map(str::to_owned), format.and_then(free_text::grammar)];
                let texts: Vec<String> = texts.into_iter().flatten().collect();
                Self::Function {
                    name,
                    description: (!texts.is_empty()).then(|| texts.join("\n\n").into()),
                    parameters: Cow::Owned(free_text::schema()),
                    strict: false,
                }
            }
            ToolKind::Custom { format } => Self::Custom {
                name,
                description,
                format: format.map(flat),
            },
        }
    }
}

/// The format of free text, with its grammar beside `type`. Chat has it one level deeper.
fn flat(format: &Value) -> Cow<'_, Value> {
    match (format, format.get("grammar")) {
        (Value::Object(whole), Some(Value::Object(grammar))) => {
            let mut flat = whole.clone();
            flat.shift_remove("grammar");
            flat.extend(grammar.clone());
            Cow::Owned(Value::Object(flat))
        }
        _ => Cow::Borrowed(format),
    }
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum WrittenChoice<'a> {
    Mode(&'static str),
    Hosted {
        #[serde(rename = "type")]
        kind: &'static str,
    },
    Tool {
        #[serde(rename = "type")]
        kind: &'static str,
        name: &'a str,
    },
}

impl<'a> WrittenChoice<'a> {
    pub(super) fn of(choice: &'a Choice<'a>, request: &Request<'_>, names: &'a ToolNames, custom: bool) -> Self {
        match choice {
            Choice::Auto => Self::Mode("auto"),
            Choice::Never => Self::Mode("none"),
            Choice::Any => Self::Mode("required"),
            Choice::WebSearch(_) if request.tools.is_empty() => Self::Mode("required"),
            Choice::WebSearch(_) => Self::Hosted { kind: "web_search" },
            Choice::Tool(name) => {
                let is_custom = |tool: &Tool<'_>| tool.name == *name && matches!(tool.kind, ToolKind::Custom { .. });
                let kind = if custom && request.tools.iter().any(is_custom) {
                    "custom"
                } else {
                    "function"
                };
                Self::Tool {
                    kind,
                    name: names.provider(None, name),
                }
            }
        }
    }
}
