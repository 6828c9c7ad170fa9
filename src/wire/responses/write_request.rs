//! A request, for the provider.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Number, Value};

use super::text_format::{Text, short};
use super::write_items::{self, Item};
use crate::wire::neutral::{
    Capabilities, Choice, Effort, Part, Request, Thinking, Tool, ToolKind, ToolNames, Untranslatable,
};

/// The least `max_output_tokens` that OpenAI takes.
const LEAST_TOKENS: u64 = 16;

/// Writes a request for `model`.
///
/// | of the request | what becomes of it |
/// | --- | --- |
/// | the system | `instructions`, an empty line between two texts |
/// | turns of the system | messages of `developer` |
/// | text, pictures, documents, sound | `input_text` (`output_text` from the assistant), `input_image`, `input_file`, `input_audio`; a document of plain text is text |
/// | thoughts | a `reasoning` item if their seal is of this protocol, else dropped: no other can be read here |
/// | calls, results | `function_call`, `function_call_output`, or `custom_…`; an id beyond 64 characters becomes its SHA-256 |
/// | a tool that failed | its output begins with `Error: ` |
/// | tools, choice, several at once | the same, flat; `strict` is said to be off unless it is on, for here it is on by default |
/// | token limit | `max_output_tokens`, at least 16 and at most what the model can |
/// | `temperature`, `top_p` | the same, where the model takes them |
/// | `top_k`, penalties, `seed` | dropped: hints for drawing words that this protocol does not know |
/// | stop texts | refused: an answer that runs on is another answer |
/// | effort, budget | `reasoning.effort`, the nearest that the model knows; no thinking: `none`, or else the least |
/// | thoughts to be shown | `reasoning.summary: auto` |
/// | format, verbosity | `text.format`, `text.verbosity` |
/// | who asks, cache key | `safety_identifier`, `prompt_cache_key`, as their SHA-256 beyond 64 characters, where OpenAI's own fields are taken |
/// | service tier | the same, where OpenAI's own fields are taken |
/// | Anthropic's marks for its cache | dropped: OpenAI caches by itself |
/// | – | `store: false`; `include: ["reasoning.encrypted_content"]` if the model thinks |
///
/// # Errors
/// If the request has something that this protocol has no place for.
pub fn write_request(
    request: &Request<'_>,
    model: &str,
    capabilities: &Capabilities,
    names: &ToolNames,
) -> Result<Vec<u8>, Untranslatable> {
    if !request.stop.is_empty() {
        return Err(Untranslatable::impossible(
            "stop",
            "Texts that end the answer cannot be given to this model.",
        ));
    }
    let thinks = capabilities
        .thinks
        .unwrap_or_else(|| request.thinking.is_some_and(|thinking| thinking != Thinking::Off));
    let tools: Vec<_> = request.tools.iter().map(|tool| WrittenTool::of(tool, names)).collect();
    let openai = capabilities.openai_fields;
    let sampling = |number: Option<&'_ Number>| number.filter(|_| capabilities.sampling).cloned();
    let body = Body {
        model,
        instructions: instructions(&request.system),
        input: write_items::items(&request.turns, names)?,
        tool_choice: request
            .choice
            .as_ref()
            .filter(|_| !tools.is_empty())
            .map(|choice| WrittenChoice::of(choice, request, names)),
        parallel_tool_calls: request.parallel_tools.filter(|_| !tools.is_empty()),
        tools,
        max_output_tokens: request
            .max_tokens
            .map(|wanted| wanted.min(capabilities.max_tokens.unwrap_or(wanted)).max(LEAST_TOKENS)),
        temperature: sampling(request.sampling.temperature),
        top_p: sampling(request.sampling.top_p),
        reasoning: thinks
            .then(|| Reasoning::of(request, capabilities))
            .filter(|it| it.effort.is_some() || it.summary.is_some()),
        text: Text::of(request, openai),
        include: if thinks { &["reasoning.encrypted_content"] } else { &[] },
        safety_identifier: request.user.as_deref().filter(|_| openai).map(short),
        prompt_cache_key: request.prompt_cache_key.as_deref().filter(|_| openai).map(short),
        service_tier: request.service_tier.as_deref().filter(|_| openai),
        store: false,
        stream: request.stream,
    };
    serde_json::to_vec(&body).map_err(|error| Untranslatable::impossible("input", error.to_string()))
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<Cow<'a, str>>,
    input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<WrittenTool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<WrittenChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    include: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_identifier: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    store: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

fn instructions<'a>(system: &'a [Part<'a>]) -> Option<Cow<'a, str>> {
    let texts: Vec<&str> = system
        .iter()
        .filter_map(|part| match part {
            Part::Text { text, .. } if !text.is_empty() => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    match texts.as_slice() {
        [] => None,
        [one] => Some(Cow::Borrowed(one)),
        several => Some(several.join("\n\n").into()),
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WrittenTool<'a> {
    Function {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        parameters: Cow<'a, Value>,
        strict: bool,
    },
    Custom {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        format: Option<&'a Value>,
    },
}

impl<'a> WrittenTool<'a> {
    fn of(tool: &'a Tool<'a>, names: &'a ToolNames) -> Self {
        let name = names.provider(tool.namespace.as_deref(), &tool.name);
        let description = tool.description.as_deref();
        match tool.kind {
            ToolKind::Function { parameters, strict } => {
                let none = || Cow::Owned(serde_json::json!({"type": "object", "properties": {}}));
                let parameters = parameters.map_or_else(none, Cow::Borrowed);
                Self::Function {
                    name,
                    description,
                    parameters,
                    strict: strict.unwrap_or(false),
                }
            }
            ToolKind::Custom { format } => Self::Custom {
                name,
                description,
                format,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum WrittenChoice<'a> {
    Mode(&'static str),
    Tool {
        #[serde(rename = "type")]
        kind: &'static str,
        name: &'a str,
    },
}

impl<'a> WrittenChoice<'a> {
    fn of(choice: &'a Choice<'a>, request: &Request<'_>, names: &'a ToolNames) -> Self {
        match choice {
            Choice::Auto => Self::Mode("auto"),
            Choice::Never => Self::Mode("none"),
            Choice::Any => Self::Mode("required"),
            Choice::Tool(name) => {
                let custom = |tool: &Tool<'_>| tool.name == *name && matches!(tool.kind, ToolKind::Custom { .. });
                let kind = if request.tools.iter().any(custom) {
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

#[derive(Serialize)]
struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
}

impl Reasoning {
    fn of(request: &Request<'_>, capabilities: &Capabilities) -> Self {
        let nearest = |effort: Effort| capabilities.nearest_effort(effort).map(Effort::as_str);
        let effort = request.thinking.and_then(|thinking| match thinking {
            Thinking::Off => {
                let known = capabilities.efforts.as_ref()?;
                if !capabilities.must_think && known.iter().any(|effort| effort == "none") {
                    Some("none")
                } else {
                    nearest(Effort::Minimal)
                }
            }
            Thinking::Adaptive => None,
            Thinking::Effort(effort) => nearest(effort),
            Thinking::Budget(tokens) => nearest(Effort::of_budget(tokens)),
        });
        Self {
            effort,
            summary: (request.show_thinking && effort != Some("none")).then_some("auto"),
        }
    }
}
