//! Writes the request for a provider that speaks Anthropic's protocol.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Number, Value, json};

use super::block::Block;
use super::write_thinking::{self, Mode};
use super::write_tools::{self, Tools, WrittenSearch};
use super::write_turns::{self, Message};
use crate::domain::{AnswerFormats, Effort, Facts};
use crate::wire::neutral::{Format, JSON_ONLY, Request, ToolNames, Untranslatable, schema_in_words};

/// The answer's limit if neither the client nor the catalog has one. Anthropic requires a limit, and this is the largest
/// that every Claude model since the first of the Messages API takes.
const MAX_TOKENS: u64 = 4096;

/// The longest `metadata.user_id`, in characters.
const LONGEST_USER: usize = 256;

#[derive(Debug, Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Tools::is_empty")]
    tools: Tools<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<write_tools::WrittenChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Mode>,
    #[serde(skip_serializing_if = "OutputConfig::is_empty")]
    output_config: OutputConfig,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Debug, Default, Serialize)]
struct OutputConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Value>,
}

impl OutputConfig {
    const fn is_empty(&self) -> bool {
        self.effort.is_none() && self.format.is_none()
    }
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    user_id: &'a str,
}

/// Writes the body of `POST /v1/messages`.
///
/// | of the request | what is sent |
/// |---|---|
/// | system, turns | `system`, `messages`: see the table of turns below |
/// | token limit | `max_tokens`, at most what the model can give; none: what the model can give, or 4,096 if that is not known |
/// | stop texts | `stop_sequences`; the gateway itself looks for blank ones, which Anthropic refuses |
/// | tools, choice | `tools`, `tool_choice`: see the table of tools below |
/// | thinking | `thinking`, `output_config.effort`: see the table of thinking below |
/// | thinking, and a tool has to be called | thinking is left out: Anthropic refuses both together |
/// | thinking within a budget, and the calls being answered have no thoughts of Claude's before them | thinking is left out: Anthropic wants them |
/// | temperature, `top_p`, `top_k` | dropped if the model takes none, or thinks; temperature is 1 at most; `top_p` only without temperature: newer models refuse both |
/// | penalties, seed, verbosity | dropped: there is none |
/// | a schema of the answer | `output_config.format`; a tool that has to be called for models without it, or words in `system` where none can be forced |
/// | some JSON object | a sentence at the end of `system` |
/// | user | `metadata.user_id`; dropped if it has an `@` (Anthropic refuses addresses of people) or more than 256 characters |
/// | service tier | `auto` and `priority` become `auto`, `default` becomes `standard_only`; others are dropped |
/// | prompt cache key | `cache_control` at the top: the client expects its prompts to be found again; not if it has marks of its own |
/// | stream | `stream` |
///
/// # Errors
/// If the request asks for what Anthropic has no place for.
pub fn write_request(
    request: &Request<'_>,
    model: &str,
    facts: &Facts,
    names: &ToolNames,
) -> Result<Vec<u8>, Untranslatable> {
    let mut conversation = write_turns::conversation(request, facts, names)?;
    let max_tokens = max_tokens(request, facts);

    let mut output_config = OutputConfig::default();
    let mut forced = None;
    match &request.format {
        Some(Format::Schema { schema, .. }) if facts.schema.formats == AnswerFormats::JsonSchema => {
            output_config.format = Some(json!({"type": "json_schema", "schema": schema}));
        }
        Some(Format::Schema { schema, .. } | Format::InWords { schema }) => match can_be_forced(schema, facts) {
            true => forced = Some(schema.as_ref()),
            false => conversation.system.push(Block::text(schema_in_words(schema))),
        },
        Some(Format::Json) => conversation.system.push(Block::text(JSON_ONLY)),
        None => {}
    }

    let (tools, tool_choice) = write_tools::tools(request, names, &conversation.called(), forced)?;

    let mut thinking = write_thinking::written(request.thinking, facts, max_tokens);
    let budget = matches!(thinking.mode, Some(Mode::Enabled { .. }));
    let is_forced = tool_choice.as_ref().is_some_and(write_tools::WrittenChoice::is_forced);
    if is_forced || (budget && conversation.last_calls_lack_thoughts()) {
        thinking.mode = thinking.mode.filter(|mode| *mode == Mode::Disabled);
    }
    output_config.effort = thinking.effort.map(Effort::as_str);
    let thinks = thinking.mode.is_some_and(|mode| mode != Mode::Disabled);
    let fitted = |name: &str, sent: Option<&Number>| {
        let sent = sent.filter(|_| !thinks)?;
        facts.field(name).fit(sent, thinks).of(sent)
    };
    let temperature = fitted("temperature", request.sampling.temperature);
    let marked = conversation.is_marked() || request.tools.iter().any(|tool| tool.cache.is_some());

    let body = Body {
        model,
        max_tokens,
        system: conversation.system,
        messages: conversation.messages,
        tools: Tools {
            tools,
            search: request.web_search.as_ref().map(WrittenSearch::of),
        },
        tool_choice,
        thinking: thinking.mode,
        output_config,
        stop_sequences: stop_sequences(request),
        top_p: fitted("top_p", request.sampling.top_p).filter(|_| temperature.is_none()),
        temperature,
        top_k: fitted("top_k", request.sampling.top_k),
        metadata: metadata(request),
        service_tier: service_tier(request),
        cache_control: (request.prompt_cache_key.is_some() && !marked).then(|| json!({"type": "ephemeral"})),
        stream: request.stream,
    };

    serde_json::to_vec(&body).map_err(|error| Untranslatable::invalid("messages", error.to_string()))
}

/// Whether a tool can be forced whose arguments are the answer.
fn can_be_forced(schema: &Value, facts: &Facts) -> bool {
    let is_object = schema.get("type").is_none_or(|kind| kind == "object");
    is_object && facts.tools.choice.iter().any(|choice| choice == "named")
}

fn max_tokens(request: &Request<'_>, facts: &Facts) -> u64 {
    match (request.max_tokens, facts.max_tokens) {
        (Some(asked), Some(most)) => asked.min(most),
        (Some(tokens), None) | (None, Some(tokens)) => tokens,
        (None, None) => MAX_TOKENS,
    }
}

fn stop_sequences<'a>(request: &'a Request<'_>) -> Vec<&'a str> {
    let texts = request.stop.iter().map(Cow::as_ref);
    texts.filter(|text| !text.trim().is_empty()).collect()
}

fn metadata<'a>(request: &'a Request<'_>) -> Option<Metadata<'a>> {
    let user = request.user.as_deref();
    let user = user.filter(|user| !user.is_empty() && !user.contains('@') && user.chars().count() <= LONGEST_USER);
    user.map(|user_id| Metadata { user_id })
}

fn service_tier(request: &Request<'_>) -> Option<&'static str> {
    match request.service_tier.as_deref() {
        Some("auto" | "priority") => Some("auto"),
        Some("default") => Some("standard_only"),
        _ => None,
    }
}
