//! Writes the request for a provider that speaks the Responses protocol.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Number;

use super::text_format::{Text, short};
use super::write_items::{self, Item};
use super::write_thinking::Reasoning;
use super::write_tools::{WrittenChoice, WrittenTool};
use crate::domain::Facts;
use crate::wire::neutral::{Format, Part, Request, Thinking, ToolNames, Untranslatable, schema_in_words};

/// The least `max_output_tokens` that OpenAI takes.
const LEAST_TOKENS: u64 = 16;

/// Writes a request for `model`.
///
/// | of the request | what becomes of it |
/// | --- | --- |
/// | the system | `instructions`, an empty line between two texts |
/// | turns of the system | messages of `developer` |
/// | text, pictures, documents, sound | `input_text` (`output_text` from the assistant), `input_image`, `input_file`, `input_audio`; a document of plain text is text |
/// | thoughts | a `reasoning` item if the target reads their signature, else dropped |
/// | calls, results | `function_call`, `function_call_output`, or `custom_…` where `facts.tools.custom`; an id beyond 64 characters becomes its SHA-256 |
/// | tools of free text without `facts.tools.custom` | functions with one text, `input`; their grammar stands in the description |
/// | a tool that failed | its output begins with `Error: ` |
/// | a search of the web | `web_search`, with its domains and its place; where OpenAI's own fields are taken also with how much it reads, and the most searches as `max_tool_calls` |
/// | tools, choice, several at once | the same, flat; `strict: false` is sent unless it is true, since it is on by default here |
/// | token limit | `max_output_tokens`, at least 16 and at most what the model can |
/// | `temperature`, `top_p` | the same, where the model takes them |
/// | `top_k`, penalties, `seed` | dropped: this protocol has no such fields |
/// | stop texts | not sent: the gateway ends the answer there |
/// | effort, budget | `reasoning.effort`, the nearest that the model knows; no thinking: `none`, or else the least |
/// | thoughts to be shown | `reasoning.summary: auto` |
/// | format, verbosity | `text.format`, `text.verbosity` |
/// | user, cache key | `safety_identifier`, `prompt_cache_key`, as their SHA-256 beyond 64 characters, where OpenAI's own fields are taken |
/// | service tier | the same, where OpenAI's own fields are taken |
/// | Anthropic's marks for its cache | dropped: OpenAI caches by itself |
/// | – | `store: false`; `include: ["reasoning.encrypted_content"]` if the model thinks, `web_search_call.action.sources` if it may search and OpenAI's own fields are taken |
///
/// # Errors
/// If the request has something that this protocol has no place for.
pub fn write_request(
    request: &Request<'_>,
    model: &str,
    facts: &Facts,
    names: &ToolNames,
) -> Result<Vec<u8>, Untranslatable> {
    let thinks = facts
        .thinking
        .thinks
        .unwrap_or_else(|| request.thinking.is_some_and(|thinking| thinking != Thinking::Off));
    let custom = facts.tools.custom;
    let search = request.web_search.as_ref();
    let tools = request.tools.iter().map(|tool| WrittenTool::of(tool, names, custom));
    let tools: Vec<_> = tools
        .chain(search.map(|search| WrittenTool::search(search, facts.openai_fields)))
        .collect();
    let openai = facts.openai_fields;
    let thinks_now = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    let fitted =
        |name: &str, sent: Option<&Number>| sent.and_then(|sent| facts.field(name).fit(sent, thinks_now).of(sent));

    let body = Body {
        model,
        instructions: instructions(request),
        input: write_items::items(&request.turns, names, custom)?,
        tool_choice: request
            .choice
            .as_ref()
            .filter(|_| !tools.is_empty())
            .map(|choice| WrittenChoice::of(choice, request, names, custom)),
        parallel_tool_calls: request.parallel_tools.filter(|_| !tools.is_empty()),
        tools,
        max_output_tokens: request
            .max_tokens
            .map(|wanted| wanted.min(facts.max_tokens.unwrap_or(wanted)).max(LEAST_TOKENS)),
        temperature: fitted("temperature", request.sampling.temperature),
        top_p: fitted("top_p", request.sampling.top_p),
        reasoning: if thinks { Reasoning::of(request, facts) } else { None },
        text: Text::of(request, openai),
        max_tool_calls: search.and_then(|search| search.max_uses).filter(|_| openai),
        include: [
            (thinks, "reasoning.encrypted_content"),
            (search.is_some() && openai, FOUND),
        ]
        .into_iter()
        .filter_map(|(wanted, what)| wanted.then_some(what))
        .collect(),
        safety_identifier: request.user.as_deref().filter(|_| openai).map(short),
        prompt_cache_key: request.prompt_cache_key.as_deref().filter(|_| openai).map(short),
        service_tier: request.service_tier.as_deref().filter(|_| openai),
        store: false,
        stream: request.stream,
    };

    serde_json::to_vec(&body).map_err(|error| Untranslatable::impossible("input", error.to_string()))
}

/// Asks for the addresses that searches have found.
const FOUND: &str = "web_search_call.action.sources";

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
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tool_calls: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    include: Vec<&'static str>,
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

fn instructions<'a>(request: &'a Request<'a>) -> Option<Cow<'a, str>> {
    let texts = request.system.iter().filter_map(|part| match part {
        Part::Text { text, .. } if !text.is_empty() => Some(Cow::Borrowed(text.as_ref())),
        _ => None,
    });
    let shape = match &request.format {
        Some(Format::InWords { schema }) => Some(Cow::Owned(schema_in_words(schema))),
        _ => None,
    };

    let mut texts: Vec<Cow<'a, str>> = texts.chain(shape).collect();
    match texts.len() {
        0 | 1 => texts.pop(),
        _ => Some(texts.join("\n\n").into()),
    }
}
