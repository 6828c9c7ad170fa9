//! Reads a client's request for `POST /v1/messages` into the neutral form.

use serde_json::Value;

use super::{read_content, read_format, read_search, read_thinking, read_tools};
use crate::wire::neutral::{Node, ON_DEMAND, Request, Role, Sampling, Turn, Untranslatable};

/// Reads the body of `POST /v1/messages`.
///
/// | field | what becomes of it |
/// |---|---|
/// | `model`, `stream` | `model` is not read here: the gateway has chosen the model already; `stream` is kept |
/// | `messages`, `system` | the conversation: see the table of blocks below |
/// | `system[]` that begins with `x-anthropic-billing-header:` | dropped: Claude Code's note to Anthropic's billing, which changes with every request |
/// | `max_tokens` | the token limit; required; 0 (fill the cache, answer nothing) is refused |
/// | `temperature`, `top_p`, `top_k`, `stop_sequences` | kept |
/// | `tools`, `tool_choice` | kept: see the table of tools below |
/// | `tool_choice.disable_parallel_tool_use` | one call at a time |
/// | `thinking: disabled` | no thinking, whatever `output_config.effort` says |
/// | `output_config.effort` | how hard to think, also beside `thinking: adaptive` or `enabled` |
/// | `thinking: adaptive`, `between_tools` | thinking as the model likes |
/// | `thinking: enabled` with `budget_tokens` | thinking within the budget |
/// | `thinking.display: omitted` | thoughts need not be shown |
/// | `output_config.format`, `output_format` (older) | the schema of the answer; strict if it is closed and all of its fields are required, as OpenAI wants of a strict one |
/// | `output_config.task_budget` | dropped: no other protocol has one |
/// | `metadata.user_id` | the user |
/// | `service_tier` | `auto` is kept, `standard_only` becomes `default` |
/// | `inference_geo` | refused: another provider cannot promise where it computes |
/// | `thread` | refused: the conversation would be at Anthropic |
/// | `cache_control`, `context_management`, `compaction`, `container`, `mcp_servers`, `speed`, `diagnostics`, `fallbacks`, `billing_policy`, `user_profile_id`, `workspace_id` | dropped: they steer Anthropic's own machinery |
/// | anything else | dropped |
///
/// # Errors
/// If the body is not as Anthropic wants it, or asks for what only Anthropic has.
pub fn read_request(body: &Value) -> Result<Request<'_>, Untranslatable> {
    let root = Node::root(body);
    root.object()?;
    refuse_the_impossible(&root)?;

    let max_tokens = root.need("max_tokens")?;
    if max_tokens.count()? == 0 {
        return Err(max_tokens.impossible("filling a cache without an answer is possible at Anthropic only."));
    }

    let turns = root
        .need("messages")?
        .list()?
        .map(|turn| read_turn(&turn))
        .collect::<Result<Vec<_>, _>>()?;
    if turns.is_empty() {
        return Err(root.need("messages")?.wanted("a list with at least one message"));
    }

    let tools = read_tools::tools(&root)?;
    let search = read_search::tool(&root)?;
    let (choice, parallel_tools) = match read_search::choice(&root, search.as_ref()) {
        Some(choice) => (Some(choice), read_tools::parallel(&root)?),
        None => read_tools::choice(&root, &tools)?,
    };
    let (thinking, show_thinking) = read_thinking::thinking(&root)?;
    let stop = match root.get("stop_sequences") {
        Some(list) => list
            .list()?
            .map(|text| Ok(text.text()?.into()))
            .collect::<Result<_, Untranslatable>>()?,
        None => Vec::new(),
    };

    Ok(Request {
        system: match root.get("system") {
            Some(system) => read_content::system(&system)?,
            None => Vec::new(),
        },
        turns,
        tools,
        choice,
        call_of_answer: None,
        parallel_tools,
        max_tokens: Some(max_tokens.count()?),
        stop,
        sampling: Sampling {
            temperature: root.number_at("temperature")?,
            top_p: root.number_at("top_p")?,
            top_k: root.number_at("top_k")?,
            ..Sampling::default()
        },
        thinking,
        show_thinking,
        format: read_format::format(&root)?,
        verbosity: None,
        user: match root.get("metadata") {
            Some(metadata) => metadata.text_at("user_id")?.map(Into::into),
            None => None,
        },
        cut_at: Vec::new(),
        web_search: search,
        withholds_usage: false,
        withholds_signatures: false,
        service_tier: service_tier(&root)?.map(Into::into),
        prompt_cache_key: None,
        stream: root.flag_at("stream")?.unwrap_or(false),
    })
}

fn refuse_the_impossible(root: &Node<'_, '_>) -> Result<(), Untranslatable> {
    for (key, why) in [
        ("inference_geo", "another provider cannot promise where it computes."),
        (
            "thread",
            "conversations that Anthropic keeps cannot be continued elsewhere; send the messages.",
        ),
    ] {
        if let Some(node) = root.get(key) {
            return Err(node.impossible(why));
        }
    }

    Ok(())
}

fn read_turn<'a>(turn: &Node<'a, '_>) -> Result<Turn<'a>, Untranslatable> {
    let node = turn.need("role")?;
    let role = match node.text()? {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        _ => return Err(node.wanted("'user', 'assistant' or 'system'")),
    };
    Ok(Turn {
        role,
        parts: read_content::turn(&turn.need("content")?, role)?,
    })
}

fn service_tier(root: &Node<'_, '_>) -> Result<Option<&'static str>, Untranslatable> {
    let Some(node) = root.get("service_tier") else {
        return Ok(None);
    };
    match node.text()? {
        "auto" | ON_DEMAND => Ok(Some("auto")),
        "standard_only" => Ok(Some("default")),
        _ => Err(node.wanted("'auto' or 'standard_only'")),
    }
}
