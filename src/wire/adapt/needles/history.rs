//! What the earlier turns of a request may have.

use super::needles;
use crate::domain::Protocol;

needles! {
    RESULT_OF_MESSAGES "tool_use_id",
    // Of `thinking` and `redacted_thinking`.
    THINKING "thinking\"",
    RESULT_OF_CHAT "tool_call_id",
    CALLS_OF_CHAT "tool_calls",
    ID "\"id\"",
    ENCRYPTED "encrypted_content",
}

/// Whether a body may have calls, or thoughts that the target checks where `checks_signatures`.
pub(in crate::wire::adapt) fn has_history(body: &[u8], protocol: Protocol, checks_signatures: bool) -> bool {
    match protocol {
        Protocol::AnthropicMessages => {
            RESULT_OF_MESSAGES.find(body).is_some() || (checks_signatures && THINKING.find(body).is_some())
        }
        Protocol::OpenaiChat | Protocol::Gemini => {
            RESULT_OF_CHAT.find(body).is_some() || CALLS_OF_CHAT.find(body).is_some()
        }
        Protocol::OpenaiResponses => ID.find(body).is_some() || ENCRYPTED.find(body).is_some(),
    }
}
