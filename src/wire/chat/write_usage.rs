//! Token counts as chat answers show them.

use serde::Serialize;

use crate::domain::Tokens;

/// The `usage` of an answer.
#[derive(Debug, Serialize)]
pub(in crate::wire) struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    prompt_tokens_details: Prompt,
    completion_tokens_details: Completion,
}

#[derive(Debug, Serialize)]
struct Prompt {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

#[derive(Debug, Serialize)]
struct Completion {
    reasoning_tokens: u64,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            prompt_tokens: tokens.prompt,
            completion_tokens: tokens.completion,
            total_tokens: tokens.prompt.saturating_add(tokens.completion),
            prompt_tokens_details: Prompt {
                cached_tokens: tokens.cache_read,
                cache_write_tokens: tokens.cache_write,
            },
            completion_tokens_details: Completion {
                reasoning_tokens: tokens.reasoning,
            },
        }
    }
}
