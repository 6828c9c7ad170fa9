//! The fields and kinds of requests that are known to add nothing.

use std::borrow::Cow;

/// The text of a value that is a string; a text with escapes reads as `\`.
pub(super) fn string(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', inner.as_bytes())?;

    // No known text is written with escapes.
    if inner.as_bytes().get(end) == Some(&b'\\') {
        return Some("\\".into());
    }
    inner.get(..end).map(Into::into)
}

/// Whether a value is null or false.
pub(super) fn is_nothing(value: &str) -> bool {
    value.starts_with("null") || value.starts_with("false")
}

/// Whether a key, in whatever spelling, may name a picture, a sound, a film, a file or an address.
pub(super) fn names_a_thing_to_fetch(key: &str) -> bool {
    const PARTS: [&[u8]; 7] = [b"image", b"audio", b"video", b"file", b"media", b"url", b"uri"];
    let key = key.as_bytes();
    PARTS
        .iter()
        .any(|part| key.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part)))
}

/// Kinds of items, parts, tools, formats and choices that stand for no more than their own text.
pub(super) fn is_text(kind: &str) -> bool {
    matches!(
        kind,
        // Parts.
        "text" | "input_text" | "output_text" | "summary_text" | "reasoning_text" | "refusal" | "thinking"
            | "redacted_thinking" | "tool_use" | "direct" | "tool_result" | "content" | "encrypted_content" | "ephemeral"
            // Items.
            | "message" | "agent_message" | "reasoning" | "function_call" | "function_call_output" | "custom_tool_call"
            | "custom_tool_call_output" | "additional_tools" | "configuration_update"
            // Tools and their choice.
            | "function" | "custom" | "namespace" | "grammar" | "auto" | "any" | "none" | "required" | "tool"
            | "allowed_tools"
            // Formats and schemas.
            | "json_schema" | "json_object" | "object" | "array" | "string" | "number" | "integer" | "boolean" | "null"
            // Thinking, and parts that are left out of the prompt.
            | "enabled" | "disabled" | "adaptive" | "clear_thinking_20251015" | "clear_tool_uses_20250919"
            | "thinking_turns" | "tool_uses" | "input_tokens" | "all"
    )
}

/// Fields at the top of a request that add nothing to their own text, and change no limit.
pub(super) fn is_known(key: &str) -> bool {
    matches!(
        key,
        // The content.
        "model" | "messages" | "input" | "prompt" | "instructions" | "system" | "suffix" | "tools" | "tool_choice"
            | "functions" | "function_call" | "parallel_tool_calls" | "max_tool_calls" | "response_format" | "text"
            | "output_config" | "output_format" | "verbosity" | "prediction" | "context_management" | "truncation"
            // The length.
            | "max_tokens" | "max_completion_tokens" | "max_output_tokens" | "n" | "best_of" | "stop"
            | "stop_sequences"
            // The sampling.
            | "temperature" | "top_p" | "top_k" | "top_a" | "min_p" | "typical_p" | "seed" | "presence_penalty"
            | "frequency_penalty" | "repetition_penalty" | "logprobs" | "top_logprobs" | "echo"
            // Thinking.
            | "reasoning" | "reasoning_effort" | "thinking" | "enable_thinking" | "include_reasoning"
            | "chat_template_kwargs" | "chat_template_args"
            // Delivery, service and storage.
            | "stream" | "stream_options" | "include" | "usage" | "store" | "background" | "service_tier" | "speed"
            | "safety_identifier" | "prompt_cache_key" | "prompt_cache_retention" | "prompt_cache_options"
            | "cache_control" | "betas" | "anthropic_beta" | "anthropic_version" | "inference_geo"
            // Vectors.
            | "encoding_format" | "dimensions" | "input_type"
    )
}
