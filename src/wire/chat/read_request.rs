//! Reads a client's request for `POST /v1/chat/completions` into the neutral form.

use std::borrow::Cow;

use serde_json::Value;

use super::read_messages::messages;
use super::read_thinking::{asks_to_show, thinking};
use super::read_tools::{choice, tools};
use super::search;
use crate::wire::neutral::{Format, Node, Request, Role, Sampling, Turn, Untranslatable, tier_of_any};

/// Reads a client's request.
///
/// | field | what becomes of it |
/// | --- | --- |
/// | `model` | not read here: the gateway has chosen the model already |
/// | `input` in the place of `messages` | read as a request to Responses, with the fields of chat beside it |
/// | `messages` of `system` and `developer` at the start | `system`; if there is nothing else, a turn of the user |
/// | the same later on | turns of the system |
/// | `messages` of `user`, `assistant`, `tool` | turns; results that follow each other are one turn of the user; `name` is dropped |
/// | `messages` of `function`, `function_call` | refused: retired in 2023, and without the ids that others need |
/// | parts `text`, `image_url`, `input_audio`, `file` with data | parts; `cache_control`, as LiteLLM's and OpenRouter's clients send it, is kept |
/// | Mistral's parts `document_url`, `file_url`, `thinking`, `input_audio` as a text | a document, thoughts, sound |
/// | parts `file` with `file_id`, `audio` of the assistant | refused: files and sounds kept by a provider are out of reach |
/// | `reasoning_content`, `reasoning`, `reasoning_text`, `thinking_blocks` of the assistant | thoughts, with their signatures |
/// | `tools` of `function` and `custom` | tools, also without the object around them, as Responses has them |
/// | `web_search_options` | a search of the web that the provider makes |
/// | other `tools`, `functions`, `function_call` | refused |
/// | `tool_choice` | kept; `allowed_tools` leaves only those tools |
/// | `parallel_tool_calls` | kept |
/// | `max_completion_tokens`, else `max_tokens` | the token limit |
/// | `stop`, `temperature`, `top_p`, `top_k`, `frequency_penalty`, `presence_penalty`, `seed` | kept |
/// | `reasoning_effort` | thinking; else `reasoning` (OpenRouter), `thinking` (DeepSeek, LiteLLM), `enable_thinking`, `chat_template_kwargs.enable_thinking` (Qwen) |
/// | `response_format` | the format |
/// | `verbosity`, `service_tier`, `prompt_cache_key` | kept; the tier `on_demand` is `auto` |
/// | `user`, else `safety_identifier` | the user |
/// | `stream` | kept; `stream_options.include_usage` decides what the answer shows, not what is asked for |
/// | `n` above 1, `logprobs`, `top_logprobs` above 0 | refused: others cannot do that, and the caller would count on it |
/// | `logit_bias` | dropped: the numbers of tokens mean nothing to another model |
/// | `modalities` with `audio` | refused |
/// | `store`, `metadata`, `prediction`, `moderation`, `prompt_cache_options`, `prompt_cache_retention` | dropped: they change nothing in the answer |
/// | anything else | dropped |
///
/// # Errors
/// If the request is not as the protocol wants it, or asks for what no other protocol can give.
pub fn read_request(body: &Value) -> Result<Request<'_>, Untranslatable> {
    let body = Node::root(body);
    body.object()?;
    refuse_the_impossible(&body)?;

    let mut request = Request {
        tools: tools(&body)?,
        web_search: search::read(&body)?,
        parallel_tools: body.flag_at("parallel_tool_calls")?,
        max_tokens: limit(&body)?,
        stop: stop(&body)?,
        sampling: sampling(&body)?,
        thinking: thinking(&body)?,
        show_thinking: asks_to_show(&body),
        format: format(&body)?,
        verbosity: body.text_at("verbosity")?.map(Cow::from),
        user: body.text_at("user")?.map(Cow::from),
        service_tier: body.text_at("service_tier")?.map(tier_of_any),
        prompt_cache_key: body.text_at("prompt_cache_key")?.map(Cow::from),
        stream: body.flag_at("stream")?.unwrap_or(false),
        ..Request::default()
    };
    if request.user.is_none() {
        request.user = body.text_at("safety_identifier")?.map(Cow::from);
    }

    choice(&body, &mut request)?;
    messages(&body.need("messages")?, &mut request)?;
    if request.turns.is_empty() {
        ask_by_system(&body, &mut request)?;
    }

    Ok(request)
}

/// Reads the fields of chat of a request that is otherwise one to Responses, where `request` lacks them.
///
/// # Errors
/// As [`read_request`].
pub fn read_fields_beside<'a>(body: &'a Value, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    let body = Node::root(body);
    refuse_the_impossible(&body)?;

    request.stop = stop(&body)?;
    request.sampling = sampling(&body)?;
    request.show_thinking |= asks_to_show(&body);
    if request.max_tokens.is_none() {
        request.max_tokens = limit(&body)?;
    }
    if request.thinking.is_none() {
        request.thinking = thinking(&body)?;
    }
    if request.format.is_none() {
        request.format = format(&body)?;
    }
    if request.verbosity.is_none() {
        request.verbosity = body.text_at("verbosity")?.map(Cow::from);
    }
    Ok(())
}

/// The token limit: the newer of two names counts.
fn limit(body: &Node<'_, '_>) -> Result<Option<u64>, Untranslatable> {
    Ok(match body.count_at("max_completion_tokens")? {
        None => body.count_at("max_tokens")?,
        limit => limit,
    })
}

/// Makes the system text the user's turn. Some clients put their whole question there, and most protocols need a user who
/// asks.
fn ask_by_system<'a>(body: &Node<'a, '_>, request: &mut Request<'a>) -> Result<(), Untranslatable> {
    let parts = std::mem::take(&mut request.system);
    if parts.is_empty() {
        return Err(body
            .need("messages")?
            .wanted("a list with a message that says something"));
    }

    request.turns.push(Turn {
        role: Role::User,
        parts,
    });
    Ok(())
}

fn refuse_the_impossible(body: &Node<'_, '_>) -> Result<(), Untranslatable> {
    for (key, why) in [
        ("functions", "functions were retired by OpenAI; use 'tools'."),
        ("function_call", "functions were retired by OpenAI; use 'tool_choice'."),
    ] {
        if let Some(node) = body.get(key) {
            return Err(node.impossible(why));
        }
    }

    if let Some(n) = body.get("n").filter(|n| n.count() != Ok(1)) {
        n.count()?;
        return Err(n.impossible("this model gives one answer at a time; ask again for another."));
    }

    if let Some(node) = body.get("logprobs")
        && node.flag()?
    {
        return Err(node.impossible("this model's provider does not tell probabilities."));
    }
    if let Some(node) = body.get("top_logprobs")
        && node.count()? > 0
    {
        return Err(node.impossible("this model's provider does not tell probabilities."));
    }
    if let Some(node) = body.get("modalities") {
        for kind in node.list()? {
            if kind.text()? != "text" {
                return Err(kind.impossible("this model answers in text."));
            }
        }
    }

    Ok(())
}

/// Reads `stop`: one text or several.
pub(in crate::wire) fn stop<'a>(body: &Node<'a, '_>) -> Result<Vec<Cow<'a, str>>, Untranslatable> {
    let Some(stop) = body.get("stop") else {
        return Ok(Vec::new());
    };

    if let Some(text) = stop.value.as_str() {
        return Ok(vec![text.into()]);
    }

    let texts = stop.list().map_err(|_| stop.wanted("a string or a list of strings"))?;
    texts.map(|text| text.text().map(Cow::from)).collect()
}

/// Reads the settings of sampling: temperature, penalties and the like.
pub(in crate::wire) fn sampling<'a>(body: &Node<'a, '_>) -> Result<Sampling<'a>, Untranslatable> {
    Ok(Sampling {
        temperature: body.number_at("temperature")?,
        top_p: body.number_at("top_p")?,
        top_k: body.number_at("top_k")?,
        frequency_penalty: body.number_at("frequency_penalty")?,
        presence_penalty: body.number_at("presence_penalty")?,
        seed: body.number_at("seed")?,
    })
}

fn format<'a>(body: &Node<'a, '_>) -> Result<Option<Format<'a>>, Untranslatable> {
    let Some(format) = body.get("response_format") else {
        return Ok(None);
    };
    let kind = format.need("type")?;
    match kind.text()? {
        "text" => Ok(None),
        "json_object" => Ok(Some(Format::Json)),
        "json_schema" => {
            let described = format.need("json_schema")?;
            let schema = described.need("schema")?;
            schema.object()?;

            Ok(Some(Format::Schema {
                name: described.text_at("name")?.map(Cow::from),
                description: described.text_at("description")?.map(Cow::from),
                schema: Cow::Borrowed(schema.value),
                strict: described.flag_at("strict")?,
            }))
        }
        _ => Err(kind.wanted("one of text, json_object and json_schema")),
    }
}
