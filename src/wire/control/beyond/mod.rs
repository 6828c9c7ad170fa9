//! What a request may make a provider read or write beyond what stands in it.
//!
//! This names what is known to add nothing; everything else counts as adding. So a field that was invented yesterday makes
//! a reservation too large, never too small. It looks at every member of the body, and is for reservations that have to be
//! enough: others can do without.

use std::borrow::Cow;

use crate::wire::json::{Member, Members, unquote};
use crate::wire::operation::Operation;

/// What a request may add.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// The model may read more than the bytes of the body: pictures, files, what the provider kept of earlier calls, what its
    /// own tools find.
    pub reads: bool,
    /// The limits of the request may not hold for what is written.
    pub writes: bool,
}

impl Beyond {
    /// Of `body`, a request to `operation` that is known to be JSON.
    pub(super) fn of(body: &str, operation: Operation) -> Self {
        let mut look = Look::new(operation);
        let mut members = Members::of(body);
        while let Some(member) = members.next() {
            if look.at(&member) == Next::Skip {
                members.pass_over();
            }
        }
        look.item_ended();
        Self {
            reads: look.beyond.reads | look.thoughts.is_some(),
            writes: look.beyond.writes,
        }
    }
}

/// Whether to look into a member's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Enter,
    Skip,
}

struct Look {
    operation: Operation,
    beyond: Beyond,
    /// Whether we are in the `input` of a request to Responses.
    in_input: bool,
    /// The item of it that we are in, and whether it says what it is. One that does not is the name of one that is kept.
    item: Option<(usize, bool)>,
    /// Thoughts without their text: the object that says so, until it turns out to carry them sealed.
    thoughts: Option<usize>,
    /// The last object with something sealed in it.
    sealed: Option<usize>,
}

impl Look {
    const fn new(operation: Operation) -> Self {
        Self {
            operation,
            beyond: Beyond {
                reads: false,
                writes: false,
            },
            in_input: false,
            item: None,
            thoughts: None,
            sealed: None,
        }
    }

    fn at(&mut self, member: &Member<'_>) -> Next {
        let Some(key) = unquote(member.key) else {
            self.beyond = Beyond {
                reads: true,
                writes: true,
            };
            return Next::Skip;
        };
        if member.depth == 1 {
            return self.at_top(&key, member.value);
        }
        if self.in_input && member.depth == 3 && self.item.is_none_or(|(object, _)| object != member.object) {
            self.item_ended();
            self.item = Some((member.object, false));
        }
        let item = self.item.as_mut().filter(|(object, _)| *object == member.object);
        if key.eq_ignore_ascii_case("type") {
            let kind = string(member.value);
            // The keys of a map may be called anything: only a text names a kind.
            if kind.is_none() {
                return Next::Enter;
            }
            self.beyond.reads |= !kind.as_deref().is_some_and(is_text);
            if let Some((_, named)) = item {
                *named = true;
            }
            if kind.as_deref() == Some("reasoning") && self.sealed != Some(member.object) {
                self.beyond.reads |= self.thoughts.replace(member.object).is_some();
            }
            return Next::Enter;
        }
        match &*key {
            "role" => {
                if let Some((_, named)) = item {
                    *named |= string(member.value).is_some();
                }
            }
            "encrypted_content" if string(member.value).is_some() => {
                if self.thoughts == Some(member.object) {
                    self.thoughts = None;
                }
                self.sealed = Some(member.object);
            }
            // Whatever stands in these is text to the model, and may have any key.
            "input" | "parameters" | "input_schema" | "output_schema" | "schema" => return Next::Skip,
            _ => self.beyond.reads |= !is_nothing(member.value) && names_a_thing_to_fetch(&key),
        }
        Next::Enter
    }

    fn at_top(&mut self, key: &str, value: &str) -> Next {
        self.item_ended();
        self.in_input = false;
        if is_nothing(value) {
            return Next::Enter;
        }
        match key {
            "input" => self.in_input = self.operation == Operation::Responses,
            // A stored one.
            "prompt" if value.starts_with('{') => self.beyond.reads = true,
            "metadata" | "client_metadata" | "logit_bias" | "user" => return Next::Skip,
            "previous_response_id" | "conversation" | "container" | "mcp_servers" | "web_search_options" => {
                self.beyond.reads = true;
            }
            _ if is_known(key) => {}
            _ => {
                self.beyond = Beyond {
                    reads: true,
                    writes: true,
                }
            }
        }
        Next::Enter
    }

    fn item_ended(&mut self) {
        self.beyond.reads |= self.item.take().is_some_and(|(_, named)| !named);
    }
}

/// The string that a value is.
fn string(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?;
    let end = memchr::memchr2(b'"', b'\\', inner.as_bytes())?;
    // Nothing that matters is written with escapes: such a text is none of those that are known.
    if inner.as_bytes().get(end) == Some(&b'\\') {
        return Some("\\".into());
    }
    inner.get(..end).map(Into::into)
}

/// Whether a value says that there is nothing.
fn is_nothing(value: &str) -> bool {
    value.starts_with("null") || value.starts_with("false")
}

/// Whether a key, in whatever spelling, may name a picture, a sound, a film, a file or an address.
fn names_a_thing_to_fetch(key: &str) -> bool {
    const PARTS: [&[u8]; 7] = [b"image", b"audio", b"video", b"file", b"media", b"url", b"uri"];
    let key = key.as_bytes();
    PARTS
        .iter()
        .any(|part| key.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part)))
}

/// Kinds of items, parts, tools, formats and choices that stand for no more than what is written in them.
fn is_text(kind: &str) -> bool {
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
            // Thinking, and what is left out of the prompt.
            | "enabled" | "disabled" | "adaptive" | "clear_thinking_20251015" | "clear_tool_uses_20250919"
            | "thinking_turns" | "tool_uses" | "input_tokens" | "all"
    )
}

/// Fields at the top of a request that add nothing to what stands in them, and change no limit.
fn is_known(key: &str) -> bool {
    matches!(
        key,
        // What it is about.
        "model" | "messages" | "input" | "prompt" | "instructions" | "system" | "suffix" | "tools" | "tool_choice"
            | "functions" | "function_call" | "parallel_tool_calls" | "max_tool_calls" | "response_format" | "text"
            | "output_config" | "output_format" | "verbosity" | "prediction" | "context_management" | "truncation"
            // How much of it.
            | "max_tokens" | "max_completion_tokens" | "max_output_tokens" | "n" | "best_of" | "stop"
            | "stop_sequences"
            // How it is drawn.
            | "temperature" | "top_p" | "top_k" | "top_a" | "min_p" | "typical_p" | "seed" | "presence_penalty"
            | "frequency_penalty" | "repetition_penalty" | "logprobs" | "top_logprobs" | "echo"
            // Thinking.
            | "reasoning" | "reasoning_effort" | "thinking" | "enable_thinking" | "include_reasoning"
            | "chat_template_kwargs" | "chat_template_args"
            // How it is sent, served and kept.
            | "stream" | "stream_options" | "include" | "usage" | "store" | "background" | "service_tier" | "speed"
            | "safety_identifier" | "prompt_cache_key" | "prompt_cache_retention" | "prompt_cache_options"
            | "cache_control" | "betas" | "anthropic_beta" | "anthropic_version" | "inference_geo"
            // Vectors.
            | "encoding_format" | "dimensions" | "input_type"
    )
}

#[cfg(test)]
mod tests;
