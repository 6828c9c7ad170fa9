//! Reads a client's request for `POST /v1/responses` into the neutral form.

use std::borrow::Cow;

use serde_json::Value;

use super::effort::effort;
use super::read_items::Input;
use super::{read_search, read_tools};
use crate::wire::neutral::{Format, Node, Request, Role, Sampling, Turn, Untranslatable, tier_of_any};

/// Reads a client's request.
///
/// | field | what becomes of it |
/// | --- | --- |
/// | `instructions` | the first system text |
/// | `input` | a text is one turn of the user; items: see below |
/// | `tools`, `tool_choice`, `parallel_tool_calls` | see below |
/// | `max_output_tokens`, `temperature`, `top_p`, `stream` | the same |
/// | `reasoning.effort` | the same; `none` is no thinking |
/// | `reasoning.summary`, `generate_summary` | thoughts are shown as text |
/// | `text.format`, `text.verbosity` | the same |
/// | `safety_identifier`, else `user` | the user |
/// | `service_tier`, `prompt_cache_key` | the same |
/// | `previous_response_id`, `conversation`, `prompt`, `background: true` | refused: nothing is kept here |
/// | `generate: false`, `prompt_cache_options.prewarm` | refused: every call here makes an answer |
/// | `top_logprobs` above 0, `include: message.output_text.logprobs` | refused: other protocols' answers have none |
/// | `store` | dropped; the answer says `store: false` |
/// | `include`, otherwise | dropped: encrypted thoughts always come, the rest is about tools that only OpenAI runs |
/// | `max_tool_calls` | the most searches of the web; the answer repeats it |
/// | `metadata`, `truncation` | dropped; the answer repeats them |
/// | `client_metadata`, `stream_options`, `reasoning.context`, `reasoning.mode`, `context_management`, `moderation`, `image`, `access_programs`, `background_options`, `prompt_cache_options`, `prompt_cache_retention`, anything else | dropped |
///
/// | item of `input` | what becomes of it |
/// | --- | --- |
/// | `message` of `developer` or `system` | before the conversation: the system; within it: a turn of the system |
/// | `message` of `user` or `assistant` | a turn; consecutive items of the assistant are one |
/// | `agent_message` (Codex: what another agent says) | a turn of the user |
/// | `reasoning` | thoughts with their signature: `content`, else `summary`, and `encrypted_content` |
/// | `function_call`, `custom_tool_call` | a call in the assistant's turn |
/// | `function_call_output`, `custom_tool_call_output` | a result in the user's turn |
/// | `additional_tools`, `tool_search_output` | its tools, as if they stood in `tools` |
/// | `configuration_update` | its effort replaces `reasoning.effort` |
/// | `web_search_call` | the addresses that it found, as text of the assistant; dropped if it names none |
/// | `tool_search_call`, `mcp_list_tools` | dropped: their results stand in the items after them |
/// | `item_reference`, `compaction`, `compaction_trigger` | refused: only OpenAI can read what they stand for |
/// | any other | refused: it tells the model something in a form that only OpenAI's models know |
///
/// | part of a message | what becomes of it |
/// | --- | --- |
/// | `input_text`, `output_text`, `text`, `refusal` | the same |
/// | `input_image` | a picture, with its `detail` |
/// | `input_file` | a document: `file_data` or `file_url` |
/// | `input_audio` | sound |
/// | `encrypted_content` (Codex: what a model tells another agent) | text, unless OpenAI encrypted it: then refused |
/// | `file_id` in any | refused: the file lies at OpenAI |
/// | `prompt_cache_breakpoint` in any | dropped |
///
/// | tool | what becomes of it |
/// | --- | --- |
/// | `function`, `custom` | the same |
/// | `namespace` | its tools, each with the group's name; the first one's description begins with the group's |
/// | `web_search…` | a search of the web that the provider makes |
/// | `image_generation`, `code_interpreter`, `tool_search`, `programmatic_tool_calling` | dropped: OpenAI runs them, clients offer them by habit, and an answer without them is one |
/// | `file_search`, `mcp` | refused: an answer that does not look at the client's data is another answer |
/// | `local_shell`, `shell`, `apply_patch`, `computer…` | refused: the client runs them by calls that only OpenAI's models know; a function does the same |
/// | any other | refused |
/// | `defer_loading`, `allowed_callers`, `output_schema`, `async` | dropped: every tool is shown at once |
///
/// | `tool_choice` | what becomes of it |
/// | --- | --- |
/// | `auto`, `none`, `required` | the same |
/// | `function`, `custom` | the same |
/// | `allowed_tools` | the other tools are left out, its `mode` stays |
/// | a tool that was dropped or refused | refused |
///
/// # Errors
/// If the request is not one, or asks for something that no other protocol can give.
pub fn read_request(body: &Value) -> Result<Request<'_>, Untranslatable> {
    let root = Node::root(body);
    root.object()?;
    refuse_the_impossible(&root)?;

    let mut input = Input::default();
    if let Some(instructions) = root.get("instructions") {
        input.system_text(instructions.text()?);
    }
    input.read(&root.need("input")?)?;
    let (mut tools, mut web_search) = (Vec::new(), None);
    if let Some(list) = root.get("tools") {
        tools = read_tools::tools(&list)?;
        web_search = read_search::tool(&list)?;
    }
    if let Some(search) = &mut web_search {
        search.max_uses = root.count_at("max_tool_calls")?;
    }
    tools.append(&mut input.tools);

    let mut request = Request {
        tools,
        web_search,
        parallel_tools: root.flag_at("parallel_tool_calls")?,
        max_tokens: root.count_at("max_output_tokens")?,
        sampling: Sampling {
            temperature: root.number_at("temperature")?,
            top_p: root.number_at("top_p")?,
            ..Sampling::default()
        },
        user: root
            .text_at("safety_identifier")?
            .or(root.text_at("user")?)
            .map(Into::into),
        service_tier: root.text_at("service_tier")?.map(tier_of_any),
        prompt_cache_key: root.text_at("prompt_cache_key")?.map(Into::into),
        stream: root.flag_at("stream")?.unwrap_or(false),
        ..Request::default()
    };

    if let Some(choice) = root.get("tool_choice") {
        request.choice = match read_search::choice(&choice, request.web_search.as_ref()) {
            Some(wanted) => Some(wanted),
            None => {
                request.web_search = request.web_search.filter(|_| read_search::is_allowed(&choice));
                read_tools::choice(&choice, &mut request.tools, request.web_search.is_some())?
            }
        };
    }
    if let Some(reasoning) = root.get("reasoning") {
        request.thinking = effort(&reasoning)?;
        request.show_thinking = shows(&reasoning, "summary")? || shows(&reasoning, "generate_summary")?;
    }
    request.thinking = input.thinking.or(request.thinking);
    if let Some(text) = root.get("text") {
        request.verbosity = text.text_at("verbosity")?.map(Into::into);
        if let Some(wanted) = text.get("format") {
            request.format = format(&wanted)?;
        }
    }

    (request.system, request.turns) = (input.system, input.turns);
    // Other protocols require a conversation: without one, the items that are instructions become a turn.
    if request.turns.is_empty() {
        let parts = request.system.split_off(input.instructions.min(request.system.len()));
        if parts.is_empty() {
            return Err(root
                .need("input")?
                .wanted("a string or a list with at least one message"));
        }
        request.turns.push(Turn {
            role: Role::System,
            parts,
        });
    }

    Ok(request)
}

/// Refuses requests that need a memory between calls, and those that no other protocol's answer can satisfy.
fn refuse_the_impossible(root: &Node<'_, '_>) -> Result<(), Untranslatable> {
    refuse_stored_state(root)?;
    refuse_prewarming(root)?;
    refuse_logprobs(root)
}

fn refuse_stored_state(root: &Node<'_, '_>) -> Result<(), Untranslatable> {
    const NO_STATE: &str = "the gateway keeps no state between requests; send the whole conversation in 'input'.";
    for key in ["previous_response_id", "conversation"] {
        if let Some(node) = root.get(key) {
            return Err(node.impossible(NO_STATE));
        }
    }

    if let Some(prompt) = root.get("prompt") {
        return Err(prompt.impossible("a prompt that is stored at OpenAI cannot be read here; send it in 'input'."));
    }
    if let Some(background) = root
        .get("background")
        .filter(|node| node.value.as_bool() != Some(false))
    {
        background.flag()?;
        return Err(background.impossible("the gateway keeps no state between requests, so nothing runs later."));
    }

    if let Some(store) = root.get("store") {
        store.flag()?;
    }

    Ok(())
}

fn refuse_prewarming(root: &Node<'_, '_>) -> Result<(), Untranslatable> {
    let only_warms = |node: &Node<'_, '_>| node.impossible("every call of this model makes an answer.");
    if let Some(generate) = root.get("generate").filter(|node| node.value.as_bool() == Some(false)) {
        return Err(only_warms(&generate));
    }
    if let Some(options) = root.get("prompt_cache_options")
        && let Some(prewarm) = options.get("prewarm").filter(|node| node.value.as_bool() == Some(true))
    {
        return Err(only_warms(&prewarm));
    }

    Ok(())
}

fn refuse_logprobs(root: &Node<'_, '_>) -> Result<(), Untranslatable> {
    const NO_LOGPROBS: &str = "this model's answers have no probabilities of tokens.";
    if let Some(logprobs) = root.get("top_logprobs").filter(|node| node.value.as_u64() != Some(0)) {
        logprobs.count()?;
        return Err(logprobs.impossible(NO_LOGPROBS));
    }

    if let Some(include) = root.get("include") {
        for wanted in include.list()? {
            if wanted.text()? == "message.output_text.logprobs" {
                return Err(wanted.impossible(NO_LOGPROBS));
            }
        }
    }
    Ok(())
}

fn shows(reasoning: &Node<'_, '_>, key: &str) -> Result<bool, Untranslatable> {
    Ok(reasoning.text_at(key)?.is_some_and(|how| how != "none"))
}

fn format<'a>(node: &Node<'a, '_>) -> Result<Option<Format<'a>>, Untranslatable> {
    let kind = node.need("type")?;
    match kind.text()? {
        "text" => Ok(None),
        "json_object" => Ok(Some(Format::Json)),
        "json_schema" => {
            let schema = node.need("schema")?;
            schema.object()?;

            Ok(Some(Format::Schema {
                name: Some(node.need("name")?.text()?.into()),
                description: node.text_at("description")?.map(Into::into),
                schema: Cow::Borrowed(schema.value),
                strict: node.flag_at("strict")?,
            }))
        }
        _ => Err(kind.wanted("one of text, json_object and json_schema")),
    }
}
