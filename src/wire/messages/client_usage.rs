//! Token counts as a client of Anthropic's protocol reads them.

use serde::Serialize;

use crate::domain::Tokens;

/// The `usage` of an answer.
#[derive(Debug, Serialize)]
pub(super) struct ClientUsage {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation: Creation,
    output_tokens: u64,
    output_tokens_details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_tool_use: Option<Searches>,
}

#[derive(Debug, Serialize)]
struct Searches {
    web_search_requests: u64,
    /// The gateway tells of no pages that a provider fetches; Anthropic's clients need the field.
    web_fetch_requests: u64,
}

#[derive(Debug, Serialize)]
struct Creation {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

#[derive(Debug, Serialize)]
struct Details {
    thinking_tokens: u64,
}

impl ClientUsage {
    /// The counts in Anthropic's terms. Unknown counts are zeros, since clients need the fields.
    pub(super) fn new(tokens: Option<Tokens>) -> Self {
        let tokens = tokens.unwrap_or_default();
        Self {
            input_tokens: tokens
                .prompt
                .saturating_sub(tokens.cache_read)
                .saturating_sub(tokens.cache_write),
            cache_creation_input_tokens: tokens.cache_write,
            cache_read_input_tokens: tokens.cache_read,
            cache_creation: Creation {
                ephemeral_5m_input_tokens: tokens.cache_write.saturating_sub(tokens.cache_write_1h),
                ephemeral_1h_input_tokens: tokens.cache_write_1h,
            },
            output_tokens: tokens.completion,
            output_tokens_details: Details {
                thinking_tokens: tokens.reasoning,
            },
            server_tool_use: None,
        }
    }

    /// The counts of an answer with so many searches of the web.
    pub(super) fn searched(mut self, searches: u64) -> Self {
        self.server_tool_use = (searches > 0).then_some(Searches {
            web_search_requests: searches,
            web_fetch_requests: 0,
        });
        self
    }
}
