//! What a provider's refusal of a request says about the one thing in it that it does not take.

use super::overflow::Overflow;
use super::provider_error::ProviderError;

/// The least answer, in tokens, that is worth asking for again after a refusal of a longer one.
const LEAST_ANSWER: u64 = 1_024;

/// Codes of a refusal of one field.
const FIELD_CODES: [&str; 4] = [
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "extra_forbidden",
];

/// Words of a refusal of one field.
const FIELD_WORDS: [&str; 16] = [
    "unsupported parameter",
    "unsupported value",
    "is unsupported",
    "not supported",
    "not support",
    "no longer support",
    "unknown parameter",
    "unknown name",
    "unknown field",
    "unrecognized request argument",
    "unrecognized field",
    "unrecognized parameter",
    "extra inputs are not permitted",
    "additional properties are not allowed",
    "unexpected keyword argument",
    "is deprecated for",
];

/// Words of a refusal of the signatures of thoughts.
const SIGNATURE_WORDS: [&str; 5] = [
    "invalid signature in thinking block",
    "invalid `signature` in `thinking`",
    "bound to a different conversation",
    "invalid_encrypted_content",
    "encrypted content could not be verified",
];

/// Words of a refusal of a forced tool beside thinking.
const FORCED_TOOL_WORDS: [&str; 5] = [
    "thinking may not be enabled when tool_choice forces",
    "tool_choice 'specified' is incompatible with thinking",
    "does not support being set to required or object in thinking mode",
    "tool_choice is not supported in thinking mode",
    "deepseek-reasoner does not support this tool_choice",
];

/// The one thing in a request that a provider does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// One of these top-level fields, the likeliest first: it is not known, or not in this value.
    Field(Vec<String>),
    /// Signatures of thoughts that the provider did not make, or made for another conversation.
    Signatures,
    /// A tool is forced while the model thinks.
    ForcedTool,
    /// The longest answer that is asked for does not fit beside the prompt; this many tokens are left for it.
    Limit(u64),
}

impl Complaint {
    /// Reads a refusal with the status 400 or 422; `None` if it does not say what to change. `overflow` is the refusal as one
    /// of a prompt that is too long.
    pub fn read(error: &ProviderError, overflow: Option<&Overflow>) -> Option<Self> {
        if let Some(overflow) = overflow {
            let left = overflow.left_for_answer()?;
            return (left >= LEAST_ANSWER).then_some(Self::Limit(left));
        }

        let message = error.message.as_deref().unwrap_or_default();
        let lower = message.to_lowercase();
        let codes = || [&error.code, &error.kind].into_iter().flatten();
        let speaks = |words: &[&str]| words.iter().any(|word| lower.contains(word));

        if speaks(&SIGNATURE_WORDS) || codes().any(|code| code == "invalid_encrypted_content") {
            return Some(Self::Signatures);
        }
        if speaks(&FORCED_TOOL_WORDS) {
            return Some(Self::ForcedTool);
        }
        if speaks(&FIELD_WORDS) || codes().any(|code| FIELD_CODES.contains(&code.as_str())) {
            let names = names(error.param.as_deref(), message);
            return (!names.is_empty()).then_some(Self::Field(names));
        }
        None
    }
}

/// The names of top-level fields that a refusal speaks of: its own `param`, what stands in quotes, what stands before a colon
/// at the start, and the word after a colon at the end.
fn names(param: Option<&str>, message: &str) -> Vec<String> {
    let quoted = message.split(['\'', '"', '`']).skip(1).step_by(2);
    let head = message.split_once(':').map(|(head, _)| head);
    let tail = message.rsplit_once(": ").map(|(_, tail)| tail.trim_end_matches('.'));
    let first_word = message.split_whitespace().next();

    let mut names = Vec::new();
    for text in param
        .into_iter()
        .chain(quoted)
        .chain(head)
        .chain(tail)
        .chain(first_word)
    {
        let name = text.trim().trim_start_matches("body.");
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if is_name && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &serde_json::Value) -> Option<Complaint> {
        let error = ProviderError::of(body);
        let overflow = Overflow::read(Some(400), &error);
        Complaint::read(&error, overflow.as_ref())
    }

    fn of(message: &str) -> Option<Complaint> {
        read(&json!({"error": {"message": message}}))
    }

    #[test]
    fn a_refusal_names_the_field_that_its_provider_does_not_take() {
        for (body, field) in [
            (
                json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                    "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}}),
                "max_tokens",
            ),
            (
                json!({"error": {"message": "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
                    "param": "temperature", "code": "unsupported_value"}}),
                "temperature",
            ),
            (
                json!([{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name \"store\": Cannot find field.", "status": "INVALID_ARGUMENT"}}]),
                "store",
            ),
            (
                json!({"error": {"message": "Unrecognized request argument supplied: prompt_cache_key"}}),
                "prompt_cache_key",
            ),
            (
                json!({"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted", "input": 9}]}}),
                "max_completion_tokens",
            ),
            (
                json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}),
                "seed",
            ),
            (
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "context_management: Extra inputs are not permitted"}}),
                "context_management",
            ),
            (
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "`temperature` is deprecated for this model."}}),
                "temperature",
            ),
            (
                json!({"error": {"message": "property 'logit_bias' is unsupported", "type": "invalid_request_error"}}),
                "logit_bias",
            ),
            (
                json!({"error": "Model grok-4 does not support parameter presencePenalty. `presence_penalty` is not supported"}),
                "presence_penalty",
            ),
        ] {
            match read(&body) {
                Some(Complaint::Field(names)) => {
                    assert_eq!(names.first().map(String::as_str), Some(field), "{names:?}")
                }
                other => panic!("{other:?} of {body}"),
            }
        }
    }

    #[test]
    fn refused_signatures_and_forced_tools_are_known() {
        for message in [
            "messages.3.content.0: Invalid `signature` in `thinking` block",
            "messages.1.content.0.thinking: Invalid signature in thinking block",
            "The thinking block is bound to a different conversation.",
            "The encrypted content could not be verified.",
        ] {
            assert_eq!(of(message), Some(Complaint::Signatures), "{message}");
        }
        let coded = json!({"error": {"message": "Verification failed", "code": "invalid_encrypted_content"}});
        assert_eq!(read(&coded), Some(Complaint::Signatures));

        for message in [
            "Thinking may not be enabled when tool_choice forces tool use.",
            "tool_choice 'specified' is incompatible with thinking enabled",
            "The tool_choice parameter does not support being set to required or object in thinking mode",
        ] {
            assert_eq!(of(message), Some(Complaint::ForcedTool), "{message}");
        }
    }

    #[test]
    fn a_limit_that_does_not_fit_beside_the_prompt_is_lowered_only_if_enough_is_left() {
        let told = |prompt: u64, limit: u64| {
            of(&format!(
                "input length and `max_tokens` exceed context limit: {prompt} + {limit} > 200000, decrease input length or `max_tokens` and try again"
            ))
        };

        assert_eq!(told(150_000, 64_000), Some(Complaint::Limit(50_000)));
        assert_eq!(told(199_500, 64_000), None);
        assert_eq!(of("prompt is too long: 210000 tokens > 200000 maximum"), None);
    }

    #[test]
    fn other_refusals_say_nothing_that_can_be_mended() {
        for message in [
            "",
            "Something is wrong.",
            "image input is not supported",
            "Invalid value for 'n'.",
        ] {
            assert!(!matches!(
                of(message),
                Some(Complaint::Signatures | Complaint::ForcedTool | Complaint::Limit(_))
            ));
        }
        assert_eq!(of("Something is wrong: seed"), None);
    }
}
