//! Who or what a provider's error is about: the gateway's own account there, or the model that was asked.

use super::provider_error::ProviderError;

/// Codes and types of an error about the gateway's account at the provider.
const ACCOUNT_CODES: [&str; 8] = [
    "insufficient_quota",
    "insufficient_balance",
    "invalid_api_key",
    "authentication_error",
    "permission_error",
    "billing_error",
    "billing_not_active",
    "account_deactivated",
];

/// Words of an error about the gateway's account at the provider.
const ACCOUNT_WORDS: [&str; 16] = [
    "api key",
    "api-key",
    "api_key",
    "apikey",
    "credential",
    "credentials",
    "authentication",
    "authenticate",
    "unauthenticated",
    "unauthorized",
    "account",
    "balance",
    "billing",
    "credit balance",
    "access token",
    "bearer token",
];

/// Codes of an error that only this model, or this provider, gives.
const TARGET_CODES: [&str; 6] = [
    "unsupported_parameter",
    "unsupported_value",
    "unsupported_model",
    "unknown_parameter",
    "model_not_found",
    "invalid_model",
];

/// Words of an error that only this model, or this provider, gives.
const TARGET_WORDS: [&str; 14] = [
    "unsupported",
    "not supported",
    "not support",
    "no longer support",
    "not enabled for",
    "deprecated for",
    "unknown name",
    "unknown variant",
    "unknown parameter",
    "extra inputs are not permitted",
    "unrecognized request argument",
    "does not exist or you do not have access",
    "invalid schema for",
    "not a multimodal model",
];

/// Words of a failure that the request itself brings about, whatever its status says.
const REQUEST_WORDS: [&str; 14] = [
    "cannot",
    "can not",
    "can't",
    "invalid",
    "illegal",
    "malformed",
    "must be",
    "missing",
    "required",
    "expected",
    "failed to parse",
    "too large",
    "too long",
    "too many tokens",
];

/// Words of a filter that refuses the contents: another model would not be right to answer.
const FILTER_WORDS: [&str; 5] = [
    "content_filter",
    "content filter",
    "content_policy",
    "content policy",
    "content management policy",
];

impl ProviderError {
    /// Whether the error is about the gateway's credential or account at the provider, which is not the client's business.
    /// `status` is the error's own, if it has one.
    pub fn is_about_our_account(&self, status: Option<u16>) -> bool {
        match status {
            Some(401..=403) => return true,
            None | Some(200 | 400 | 422 | 429) => {}
            Some(_) => return false,
        }
        if [&self.code, &self.kind]
            .into_iter()
            .flatten()
            .any(|code| ACCOUNT_CODES.contains(&code.as_str()))
        {
            return true;
        }

        let message = self.message.as_deref().unwrap_or_default();
        // A limit of calls names the account too; the client has to read it.
        let may_speak_of_it = status != Some(429) && self.param.is_none() && !begins_with_a_path(message);
        may_speak_of_it && {
            let message = without_quotes(&message.to_lowercase());
            ACCOUNT_WORDS.iter().any(|word| has_word(&message, word))
        }
    }

    /// Whether the error says that this model, or this provider, cannot do what the request asks for: another one may.
    pub fn is_about_target(&self) -> bool {
        let codes = || [&self.code, &self.kind].into_iter().flatten();
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();

        let filtered = |text: &str| FILTER_WORDS.iter().any(|word| text.contains(word));
        if filtered(&message) || codes().any(|code| filtered(code)) {
            return false;
        }
        codes().any(|code| TARGET_CODES.contains(&code.as_str()))
            || TARGET_WORDS.iter().any(|word| message.contains(word))
    }

    /// Whether a failure of the provider (5xx) seems to come from the request: then the client has to read the reason.
    pub fn blames_request(&self) -> bool {
        let codes = || [&self.code, &self.kind].into_iter().flatten();
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();

        self.param.is_some()
            || codes().any(|code| code.contains("invalid"))
            || self.is_about_target()
            || REQUEST_WORDS.iter().any(|word| message.contains(word))
    }
}

/// Whether a message begins with the path of a field: `tools.0.input_schema: …`.
fn begins_with_a_path(message: &str) -> bool {
    let Some((start, _)) = message.split_once(':') else {
        return false;
    };
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    start.contains(['.', '[', '_']) && start.chars().all(is_of_path)
}

/// The text without its quoted parts, which repeat the request.
fn without_quotes(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;

    while let Some(at) = rest.find(['"', '\'', '`']) {
        let (before, quoted) = rest.split_at(at);
        left.push_str(before);

        let quote = quoted.get(..1).unwrap_or_default();
        let inner = quoted.get(1..).unwrap_or_default();
        // An apostrophe within a word opens nothing.
        let opens = !before.ends_with(char::is_alphanumeric);
        rest = match inner.find(quote) {
            Some(end) if opens => inner.get(end + 1..).unwrap_or_default(),
            _ => inner,
        };
    }

    left.push_str(rest);
    left
}

/// Whether the text has the word between others. `get_account_balance` is one word.
fn has_word(text: &str, word: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(is_inside) && !after.starts_with(is_inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str) -> ProviderError {
        ProviderError {
            message: Some(message.to_owned()),
            ..ProviderError::default()
        }
    }

    #[test]
    fn an_error_about_our_account_is_known_whatever_its_status() {
        for message in [
            "API key not valid. Please pass a valid API key.",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
            "This account has been disabled.",
            "Invalid authentication credentials",
            "Invalid Authentication: 'sk-…'",
        ] {
            assert!(error(message).is_about_our_account(Some(400)), "{message}");
            assert!(error(message).is_about_our_account(None), "{message}");
        }

        assert!(error("No.").is_about_our_account(Some(401)));
        let quota = ProviderError {
            code: Some("insufficient_quota".into()),
            ..error("You exceeded your current quota.")
        };
        assert!(quota.is_about_our_account(Some(429)));
    }

    #[test]
    fn an_error_about_the_clients_own_words_is_not_about_our_account() {
        for message in [
            "Invalid schema for function 'get_account_balance': no type.",
            "tools.0.custom.name: the account is no name",
            "The tool get_account_balance has no result.",
            "Missing required parameter: \"billing\".",
            "The accounting was wrong.",
        ] {
            assert!(!error(message).is_about_our_account(Some(400)), "{message}");
        }

        let named = ProviderError {
            param: Some("metadata".into()),
            ..error("The account is no text.")
        };
        assert!(!named.is_about_our_account(Some(400)));
        assert!(!error("The billing service is down.").is_about_our_account(Some(500)));
        assert!(!error("Rate limit of your account reached.").is_about_our_account(Some(429)));
    }

    #[test]
    fn a_failure_that_comes_from_the_request_is_known() {
        for message in [
            "Cannot use both json_schema and grammar",
            "image input is not supported - hint: you may need to provide the mmproj",
            "input (4002 tokens) is too large to process.",
        ] {
            assert!(error(message).blames_request(), "{message}");
        }
        for message in ["busy", "Overloaded", "Internal server error"] {
            assert!(!error(message).blames_request(), "{message}");
        }
    }

    #[test]
    fn an_error_that_another_model_would_not_give_is_known() {
        for message in [
            "Unsupported parameter: 'stop' is not supported with this model.",
            "Thinking mode does not support this tool_choice",
            "Logprobs are not enabled for this model",
            "metadata: Extra inputs are not permitted",
            "image input is not supported",
        ] {
            assert!(error(message).is_about_target(), "{message}");
        }

        for message in [
            "Missing required parameter: 'messages'.",
            "The response was filtered by the content management policy, which is not supported.",
        ] {
            assert!(!error(message).is_about_target(), "{message}");
        }
    }
}
