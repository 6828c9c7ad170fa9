//! A request for a provider that speaks chat.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Number, Value, json};

use super::free_text;
use super::write_messages::{Message, messages};
use super::write_thinking::Thought;
use crate::wire::neutral::{
    Capabilities, Choice, Format, MaxTokensField, Request, Tool, ToolKind, ToolNames, Untranslatable,
};

/// Writes the request for a provider that takes what `capabilities` says; `model` is the provider's name of the model.
///
/// | what is asked | what is sent |
/// | --- | --- |
/// | `system` | one message first, `developer` or `system` as `capabilities` says, its texts joined by a blank line |
/// | turns of the system | the same role, where they stand |
/// | turns of the user | results of tools first, each as a `tool` message right after the calls; then what the person said |
/// | pictures and documents in results | a message of the user after the results: this protocol takes text only there |
/// | a result that is an error | its text after `Error: `: there is no field for it |
/// | turns of the model that follow each other | one message: all calls have to stand together |
/// | only texts in a turn | one string, joined by a blank line: many hosts know no lists there |
/// | thoughts | `capabilities.thinking_back`, an empty text where they were lost; dropped where no field is named |
/// | seals | dropped: this protocol has none of its own |
/// | a refusal of the model | `refusal` where `capabilities.openai_fields`, else text |
/// | a document as text | text after its name |
/// | a document at an address | refused: there is no field for it |
/// | marks for caching | dropped: they are Anthropic's |
/// | tools | functions, under the provider's names; `strict` only where `capabilities.openai_fields` |
/// | tools that take free text | functions with one text, `input`; their grammar is told in the description |
/// | choice, parallel calls | as they are; not without tools; "may be parallel" is only said where `capabilities.openai_fields` |
/// | the token limit | `capabilities.max_tokens_field`, at most `capabilities.max_tokens` |
/// | stop texts, penalties, seed | as they are; penalties not where sampling is not taken |
/// | temperature, `top_p`, `top_k` | where `capabilities.sampling`; `top_k` only where `capabilities.top_k` |
/// | thinking | `capabilities.thinking`, for models that are known to think; efforts are those that the model knows |
/// | a schema | `json_schema`; where the model is known not to obey it, `json_object` and the schema in words |
/// | verbosity, user, service tier, cache key | where `capabilities.openai_fields` |
/// | a stream | with usage, where `capabilities.stream_options` |
///
/// # Errors
/// If the conversation has something that this protocol has no place for.
pub fn write_request(
    request: &Request<'_>,
    model: &str,
    capabilities: &Capabilities,
    names: &ToolNames,
) -> Result<Vec<u8>, Untranslatable> {
    let (format, instructions) = format(request.format.as_ref(), capabilities);
    let sampling = Some(&request.sampling).filter(|_| capabilities.sampling);
    let limit = request
        .max_tokens
        .map(|wanted| capabilities.max_tokens.map_or(wanted, |most| wanted.min(most)));
    let has_tools = !request.tools.is_empty();
    let request = ChatRequest {
        model,
        messages: messages(request, capabilities, names, instructions)?,
        tools: request
            .tools
            .iter()
            .map(|tool| write_tool(tool, capabilities, names))
            .collect(),
        tool_choice: request
            .choice
            .as_ref()
            .filter(|_| has_tools)
            .map(|choice| tool_choice(choice, request, names)),
        parallel_tool_calls: request
            .parallel_tools
            .filter(|parallel| has_tools && (capabilities.openai_fields || !parallel)),
        max_tokens: limit.filter(|_| capabilities.max_tokens_field == MaxTokensField::MaxTokens),
        max_completion_tokens: limit.filter(|_| capabilities.max_tokens_field == MaxTokensField::MaxCompletionTokens),
        stop: &request.stop,
        temperature: sampling.and_then(|sampling| sampling.temperature),
        top_p: sampling.and_then(|sampling| sampling.top_p),
        top_k: sampling
            .and_then(|sampling| sampling.top_k)
            .filter(|_| capabilities.top_k),
        frequency_penalty: sampling.and_then(|sampling| sampling.frequency_penalty),
        presence_penalty: sampling.and_then(|sampling| sampling.presence_penalty),
        seed: request.sampling.seed,
        thought: Thought::new(request.thinking, capabilities),
        response_format: format,
        verbosity: request.verbosity.as_deref().filter(|_| capabilities.openai_fields),
        user: request.user.as_deref().filter(|_| capabilities.openai_fields),
        service_tier: request.service_tier.as_deref().filter(|_| capabilities.openai_fields),
        prompt_cache_key: request
            .prompt_cache_key
            .as_deref()
            .filter(|_| capabilities.openai_fields),
        stream: request.stream.then_some(true),
        stream_options: (request.stream && capabilities.stream_options)
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
    temperature: Option<&'w Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<&'w Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<&'w Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<&'w Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<&'w Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<&'w Number>,
    #[serde(flatten)]
    thought: Thought,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<FormatOut<'w>>,
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

#[derive(Serialize)]
struct ToolOut<'w> {
    r#type: &'static str,
    function: FunctionOut<'w>,
}

#[derive(Serialize)]
struct FunctionOut<'w> {
    name: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'w, str>>,
    parameters: Cow<'w, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

fn write_tool<'w>(tool: &'w Tool<'_>, capabilities: &Capabilities, names: &'w ToolNames) -> ToolOut<'w> {
    let description = tool.description.as_deref();
    let (parameters, strict, description) = match &tool.kind {
        ToolKind::Function { parameters, strict } => {
            // A function without parameters may leave them out at OpenAI; many hosts then fail.
            let parameters = parameters.map_or_else(
                || Cow::Owned(json!({"type": "object", "properties": {}})),
                Cow::Borrowed,
            );
            (parameters, *strict, description.map(Cow::Borrowed))
        }
        ToolKind::Custom { format } => {
            let told = [description.map(str::to_owned), format.and_then(free_text::grammar)];
            let told: Vec<String> = told.into_iter().flatten().collect();
            let description = (!told.is_empty()).then(|| Cow::Owned(told.join("\n\n")));
            (Cow::Owned(free_text::schema()), None, description)
        }
    };
    let name = names.provider(tool.namespace.as_deref(), &tool.name);
    let strict = strict.filter(|_| capabilities.openai_fields);
    ToolOut {
        r#type: "function",
        function: FunctionOut {
            name,
            description,
            parameters,
            strict,
        },
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum ChoiceOut<'w> {
    Word(&'static str),
    Tool { r#type: &'static str, function: Named<'w> },
}

#[derive(Serialize)]
struct Named<'w> {
    name: &'w str,
}

fn tool_choice<'w>(choice: &'w Choice<'_>, request: &Request<'_>, names: &'w ToolNames) -> ChoiceOut<'w> {
    match choice {
        Choice::Auto => ChoiceOut::Word("auto"),
        Choice::Never => ChoiceOut::Word("none"),
        Choice::Any => ChoiceOut::Word("required"),
        Choice::Tool(name) => {
            let tool = request.tools.iter().find(|tool| tool.name == *name);
            let name = names.provider(tool.and_then(|tool| tool.namespace.as_deref()), name);
            ChoiceOut::Tool {
                r#type: "function",
                function: Named { name },
            }
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FormatOut<'w> {
    JsonObject,
    JsonSchema { json_schema: SchemaOut<'w> },
}

#[derive(Serialize)]
struct SchemaOut<'w> {
    name: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'w str>,
    schema: &'w Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// The answer's shape, and what the model is to be told of it.
fn format<'w>(format: Option<&'w Format<'_>>, capabilities: &Capabilities) -> (Option<FormatOut<'w>>, Option<String>) {
    match format {
        None => (None, None),
        Some(Format::Json) => (Some(FormatOut::JsonObject), None),
        Some(Format::Schema { schema, .. }) if capabilities.schemas == Some(false) => {
            let told =
                format!("Answer with one JSON object and nothing else. It must match this JSON schema:\n{schema}");
            (Some(FormatOut::JsonObject), Some(told))
        }
        Some(Format::Schema {
            name,
            description,
            schema,
            strict,
        }) => {
            let json_schema = SchemaOut {
                // Anthropic's formats have no name; here it is required.
                name: name.as_deref().unwrap_or("structured_output"),
                description: description.as_deref(),
                schema,
                strict: strict.filter(|_| capabilities.openai_fields),
            };
            (Some(FormatOut::JsonSchema { json_schema }), None)
        }
    }
}
