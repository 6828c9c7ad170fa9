//! Writes the request for a provider that speaks chat.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Number;

use super::search::SearchOptions;
use super::write_format::{FormatOut, write_format};
use super::write_messages::{Message, messages};
use super::write_thinking::Thought;
use super::write_tools::{ChoiceOut, ToolOut, mixes_strict, tool_choice, write_tool};
use crate::domain::{Facts, FieldFact, LimitField};
use crate::wire::neutral::{Request, Thinking, ToolNames, Untranslatable};

/// Writes the request for a provider that takes what `facts` says; `model` is the provider's name of the model.
///
/// | what is asked | what is sent |
/// | --- | --- |
/// | `system` | one message first, `developer` or `system` as `facts` says, its texts joined by a blank line |
/// | turns of the system | the same role, where they stand |
/// | turns of the user | results of tools first, each as a `tool` message right after the calls; then the rest of the turn |
/// | pictures and documents in results | a message of the user after the results: this protocol takes text only there |
/// | a result that is an error | its text after `Error: `: there is no field for it |
/// | turns of the model that follow each other | one message: all calls have to stand together |
/// | only texts in a turn | one string, joined by a blank line: many hosts know no lists there |
/// | thoughts | `facts.thinking.back_field`, an empty text where they were lost; `<think>…</think>` before the text where the field is `content`; dropped where no field is named |
/// | signatures | that of a call in its `extra_content`, if the target reads it; others are dropped: this protocol has no field for them |
/// | a refusal of the model | `refusal` where `facts.openai_fields`, else text |
/// | a document as text | text after its name |
/// | a document at an address | refused: there is no field for it |
/// | marks for caching | dropped: they are Anthropic's |
/// | tools | functions, under the provider's names; `strict` as `facts.tools.strict` says |
/// | tools that take free text | functions with one text, `input`; their grammar stands in the description |
/// | a search of the web | `web_search_options`, where the facts state `fields.web_search_options` |
/// | choice, parallel calls | as they are; not without tools; permission for parallel calls is only sent where `facts.tools.parallel_field` |
/// | the token limit | `facts.limit_field`, at most `facts.max_tokens` |
/// | stop texts | as they are |
/// | temperature, `top_p`, `top_k`, penalties, seed | as `facts.fields` has them: left out, within bounds, under another name |
/// | thinking | `facts.thinking.switch`, for models that are known to think; efforts are those that the model knows |
/// | a schema | `json_schema`; where the model is known not to obey it, `json_object` and the schema in words |
/// | verbosity, user, service tier, cache key | where `facts.openai_fields` |
/// | a stream | with usage, where `facts.stream_options` |
///
/// # Errors
/// If the conversation has something that this protocol has no place for.
pub fn write_request<'w>(
    request: &'w Request<'_>,
    model: &str,
    facts: &Facts,
    names: &ToolNames,
) -> Result<Vec<u8>, Untranslatable> {
    let (format, instructions) = write_format(request.format.as_ref(), facts);
    let thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    let sampling = &request.sampling;
    let fitted = |name: &str, sent: Option<&Number>| sent.and_then(|sent| facts.field(name).fit(sent, thinks).of(sent));
    let has_own_seed = matches!(facts.field("seed"), FieldFact::Named(name) if name == "random_seed");
    let limit = request
        .max_tokens
        .map(|wanted| facts.max_tokens.map_or(wanted, |most| wanted.min(most)));
    let has_tools = !request.tools.is_empty();
    let mixed_strict = mixes_strict(&request.tools, facts);
    let openai = |text: &'w Option<Cow<'_, str>>| text.as_deref().filter(|_| facts.openai_fields);

    let request = ChatRequest {
        model,
        messages: messages(request, facts, names, instructions)?,
        tools: request
            .tools
            .iter()
            .map(|tool| write_tool(tool, facts, mixed_strict, names))
            .collect(),
        tool_choice: request
            .choice
            .as_ref()
            .filter(|_| has_tools)
            .map(|choice| tool_choice(choice, request, names)),
        parallel_tool_calls: request
            .parallel_tools
            .filter(|parallel| has_tools && (facts.tools.parallel_field || !parallel)),
        max_tokens: limit.filter(|_| facts.limit_field == LimitField::MaxTokens),
        max_completion_tokens: limit.filter(|_| facts.limit_field == LimitField::MaxCompletionTokens),
        stop: &request.stop,
        temperature: fitted("temperature", sampling.temperature),
        top_p: fitted("top_p", sampling.top_p),
        top_k: fitted("top_k", sampling.top_k),
        frequency_penalty: fitted("frequency_penalty", sampling.frequency_penalty),
        presence_penalty: fitted("presence_penalty", sampling.presence_penalty),
        seed: fitted("seed", sampling.seed).filter(|_| !has_own_seed),
        random_seed: fitted("seed", sampling.seed).filter(|_| has_own_seed),
        thought: Thought::new(request.thinking, facts),
        response_format: format,
        web_search_options: request.web_search.as_ref().map(SearchOptions::of),
        verbosity: openai(&request.verbosity),
        user: openai(&request.user),
        service_tier: openai(&request.service_tier),
        prompt_cache_key: openai(&request.prompt_cache_key),
        stream: request.stream.then_some(true),
        stream_options: (request.stream && facts.stream_options && !request.withholds_usage)
            .then_some(StreamOptions { include_usage: true }),
    };

    serde_json::to_vec(&request)
        .map_err(|_| Untranslatable::impossible("messages", "The request cannot be written as JSON."))
}

#[derive(Serialize)]
struct ChatRequest<'w> {
    model: &'w str,
    messages: Vec<Message<'w>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<ToolOut<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ChoiceOut<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop: &'w [Cow<'w, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    random_seed: Option<Number>,
    #[serde(flatten)]
    thought: Thought,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<FormatOut<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_search_options: Option<SearchOptions<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}
