//! Errors as clients read them, in the shape of their protocol.

use std::borrow::Cow;

use serde::Serialize;

/// Every error that the gateway itself can answer: one row of the contract's table each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not what the endpoint takes.
    InvalidJson,
    /// `messages` is missing or empty.
    InvalidMessages,
    /// `model` is missing.
    MissingModel,
    /// The model cannot do this here.
    UnsupportedParameter,
    /// Two different keys in one request.
    ConflictingApiKeys,
    /// No key.
    MissingApiKey,
    /// No such key.
    InvalidApiKey,
    /// The key is switched off.
    ApiKeyInactive,
    /// The key's time is over.
    ApiKeyExpired,
    /// The key's account or owner is switched off.
    UserInactive,
    /// The account's balance is too small.
    InsufficientBalance,
    /// The account never had any credit.
    NoWallet,
    /// A spend limit is reached, of the key or of its account.
    KeyLimitReached,
    /// The key may not use this model.
    ModelNotAllowed,
    /// The key may not be used from this address.
    AddressNotAllowed,
    /// No such model, or it is switched off.
    ModelNotFound,
    /// No such endpoint.
    NotFound,
    /// The client took too long to send its body.
    RequestTimeout,
    /// The body is too large.
    RequestTooLarge,
    /// The body is encoded in a way that is not decoded here.
    UnsupportedEncoding,
    /// WebSockets are not spoken here.
    UpgradeRequired,
    /// A limit per minute is reached, or the provider asked for fewer calls.
    RateLimitExceeded,
    /// The provider failed or answered nonsense.
    ProviderError,
    /// The provider did not answer in time.
    ProviderTimeout,
    /// No provider for the model can be called.
    ModelUnavailable,
    /// Too much is going on.
    Overloaded,
    /// The database does not answer.
    DbError,
    /// Our own mistake.
    InternalError,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 28] = [
        Self::InvalidJson,
        Self::InvalidMessages,
        Self::MissingModel,
        Self::UnsupportedParameter,
        Self::ConflictingApiKeys,
        Self::MissingApiKey,
        Self::InvalidApiKey,
        Self::ApiKeyInactive,
        Self::ApiKeyExpired,
        Self::UserInactive,
        Self::InsufficientBalance,
        Self::NoWallet,
        Self::KeyLimitReached,
        Self::ModelNotAllowed,
        Self::AddressNotAllowed,
        Self::ModelNotFound,
        Self::NotFound,
        Self::RequestTimeout,
        Self::RequestTooLarge,
        Self::UnsupportedEncoding,
        Self::UpgradeRequired,
        Self::RateLimitExceeded,
        Self::ProviderError,
        Self::ProviderTimeout,
        Self::ModelUnavailable,
        Self::Overloaded,
        Self::DbError,
        Self::InternalError,
    ];

    /// HTTP status, type and code.
    const fn row(self) -> (u16, &'static str, &'static str) {
        const INVALID: &str = "invalid_request_error";
        const AUTH: &str = "authentication_error";
        const BILLING: &str = "billing_error";
        match self {
            Self::InvalidJson => (400, INVALID, "invalid_json"),
            Self::InvalidMessages => (400, INVALID, "invalid_messages"),
            Self::MissingModel => (400, INVALID, "missing_model"),
            Self::UnsupportedParameter => (400, INVALID, "unsupported_parameter"),
            Self::ConflictingApiKeys => (400, INVALID, "conflicting_api_keys"),
            Self::MissingApiKey => (401, AUTH, "missing_api_key"),
            Self::InvalidApiKey => (401, AUTH, "invalid_api_key"),
            Self::ApiKeyInactive => (401, AUTH, "api_key_inactive"),
            Self::ApiKeyExpired => (401, AUTH, "api_key_expired"),
            Self::UserInactive => (401, AUTH, "user_inactive"),
            Self::InsufficientBalance => (402, BILLING, "insufficient_balance"),
            Self::NoWallet => (402, BILLING, "no_wallet"),
            Self::KeyLimitReached => (402, BILLING, "key_limit_reached"),
            Self::ModelNotAllowed => (403, "permission_error", "model_not_allowed"),
            Self::AddressNotAllowed => (403, "permission_error", "address_not_allowed"),
            Self::ModelNotFound => (404, INVALID, "model_not_found"),
            Self::NotFound => (404, INVALID, "not_found"),
            Self::RequestTimeout => (408, INVALID, "request_timeout"),
            Self::RequestTooLarge => (413, INVALID, "request_too_large"),
            Self::UnsupportedEncoding => (415, INVALID, "unsupported_encoding"),
            Self::UpgradeRequired => (426, INVALID, "upgrade_required"),
            Self::RateLimitExceeded => (429, "rate_limit_error", "rate_limit_exceeded"),
            Self::ProviderError => (502, "provider_error", "provider_error"),
            Self::ProviderTimeout => (504, "provider_error", "provider_timeout"),
            Self::ModelUnavailable => (503, "api_error", "model_unavailable"),
            Self::Overloaded => (503, "api_error", "overloaded"),
            Self::DbError => (500, "api_error", "db_error"),
            Self::InternalError => (500, "api_error", "internal_error"),
        }
    }

    /// HTTP status.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// As it is on the wire.
    pub const fn as_str(self) -> &'static str {
        self.row().2
    }
}

/// The protocol whose error shape the caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `{"error":{"message","type","param","code"}}`
    Openai,
    /// `{"type":"error","error":{"type","message"},"request_id"}`
    Anthropic,
}

/// What a provider said of its own failure, as far as it is safe to pass on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderErrorDetail {
    /// Its short name.
    pub name: String,
    /// Its HTTP status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One error, before it takes a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Its type.
    pub kind: &'static str,
    /// Its code.
    pub code: Cow<'static, str>,
    /// For a person.
    pub message: String,
    /// The key of the request that it is about.
    pub param: Option<Cow<'static, str>>,
    /// What the provider said.
    pub provider: Option<Box<ProviderErrorDetail>>,
}

impl ApiError {
    /// An error of ours.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let (status, kind, name) = code.row();
        Self {
            status,
            kind,
            code: name.into(),
            message: message.into(),
            param: None,
            provider: None,
        }
    }

    /// The same, about a key of the request.
    #[must_use]
    pub fn about(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// The same, with what the provider said.
    #[must_use]
    pub fn by_provider(mut self, said: ProviderErrorDetail) -> Self {
        self.provider = Some(Box::new(said));
        self
    }

    /// The body of the answer.
    pub fn body(&self, surface: Surface, request_id: &str) -> String {
        let identity = match surface {
            Surface::Openai => serde_json::to_string(&Openai {
                error: OpenaiError {
                    message: &self.message,
                    kind: self.kind,
                    param: self.param.as_deref(),
                    code: &self.code,
                    provider: self.provider.as_deref(),
                },
            }),
            Surface::Anthropic => {
                let kind = if self.status == 404 {
                    "not_found_error"
                } else {
                    self.kind
                };
                serde_json::to_string(&Anthropic {
                    outer: "error",
                    error: AnthropicError {
                        kind,
                        message: &self.message,
                        provider: self.provider.as_deref(),
                    },
                    request_id,
                })
            }
        };
        identity.unwrap_or_default()
    }

    /// The event that ends a chat stream which broke. No `[DONE]` follows: the answer is not complete.
    ///
    /// There is no status beside it, so that what is no fault of the client's has OpenAI's own word for that as its type:
    /// clients such as opencode ask again after this one and give up after any other.
    pub fn chat_event(&self) -> String {
        let kind = if self.status >= 500 { "server_error" } else { self.kind };
        format!("data: {}\n\n", Self { kind, ..self.clone() }.body(Surface::Openai, ""))
    }

    /// The event that ends a stream of Anthropic's protocol which broke. No `message_stop` follows.
    pub fn messages_event(&self) -> String {
        format!("event: error\ndata: {}\n\n", self.body(Surface::Anthropic, ""))
    }

    /// The event that ends a stream of the Responses protocol which broke. No `response.completed` follows.
    pub fn responses_event(&self, number: u64) -> String {
        let event = ResponsesError {
            kind: "error",
            code: &self.code,
            message: &self.message,
            param: self.param.as_deref(),
            sequence_number: number,
        };
        format!(
            "event: error\ndata: {}\n\n",
            serde_json::to_string(&event).unwrap_or_default()
        )
    }
}

#[derive(Serialize)]
struct Openai<'a> {
    error: OpenaiError<'a>,
}

#[derive(Serialize)]
struct OpenaiError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a ProviderErrorDetail>,
}

#[derive(Serialize)]
struct ResponsesError<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'a str,
    message: &'a str,
    param: Option<&'a str>,
    sequence_number: u64,
}

#[derive(Serialize)]
struct Anthropic<'a> {
    #[serde(rename = "type")]
    outer: &'static str,
    error: AnthropicError<'a>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct AnthropicError<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a ProviderErrorDetail>,
}

/// What an upstream's error body says: message, type, param and code, wherever it puts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// For a person.
    pub message: Option<String>,
    /// Its type.
    pub kind: Option<String>,
    /// The key of the request that it is about.
    pub param: Option<String>,
    /// Its code; numbers and statuses are not codes.
    pub code: Option<String>,
}

impl ProviderError {
    /// Longest message that is passed on, in characters.
    const LONGEST: usize = 1_000;

    /// Reads the error shapes of OpenAI, Anthropic, OpenRouter, Gemini (`error` an object), Mistral (at the top) and of
    /// small servers (`detail`, or `error` as text). Anything else says nothing.
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice::<serde_json::Value>(body)
            .map(|value| Self::of(&value))
            .unwrap_or_default()
    }

    /// The same of a value that was read already.
    pub fn of(value: &serde_json::Value) -> Self {
        // Gemini wraps its error in a list of one.
        let value = value.get(0).unwrap_or(value);
        let error = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
        let text = |key: &str| {
            error
                .get(key)
                .and_then(serde_json::Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let message = text("message")
            .or_else(|| value.get("error").and_then(serde_json::Value::as_str))
            .or_else(|| text("detail"))
            .or_else(|| {
                error
                    .pointer("/message/detail/0/msg")
                    .and_then(serde_json::Value::as_str)
            })
            .or_else(|| error.pointer("/detail/0/msg").and_then(serde_json::Value::as_str));
        let word = |key: &str| text(key).filter(|word| word.len() <= 64).map(str::to_owned);
        Self {
            message: message.map(Self::shortened),
            kind: word("type").filter(|kind| kind != "error"),
            param: word("param"),
            code: word("code"),
        }
    }

    /// A message as it is passed on: without control characters, and not longer than 1,000 characters.
    pub fn shortened(text: &str) -> String {
        text.chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .take(Self::LONGEST)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `tests/data/wire/errors.txt`: every error, in both shapes.
    #[test]
    fn every_error_has_its_shape() {
        let mut all = String::new();
        for code in Code::ALL {
            let error = ApiError::new(code, "What went wrong.");
            for surface in [Surface::Openai, Surface::Anthropic] {
                all.push_str(&format!("{} {}\n", error.status, error.body(surface, "req_cm_1")));
            }
        }
        let full = ApiError::new(Code::ProviderError, "It failed.")
            .about("messages")
            .by_provider(ProviderErrorDetail {
                name: "openai".into(),
                status: Some(500),
                message: Some("boom".into()),
            });
        all.push_str(&full.body(Surface::Openai, ""));
        all.push('\n');
        all.push_str(&full.body(Surface::Anthropic, "req_cm_1"));
        all.push('\n');

        assert_eq!(all, include_str!("../../tests/data/wire/errors.txt"));
    }

    #[test]
    fn providers_errors_are_understood_in_all_their_shapes() {
        for (body, message, code) in [
            (
                r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#,
                Some("m"),
                Some("c"),
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#,
                Some("m"),
                None,
            ),
            (r#"{"error":{"code":429,"message":"m","metadata":{}}}"#, Some("m"), None),
            (
                r#"{"object":"error","message":"m","type":"t","code":"1"}"#,
                Some("m"),
                Some("1"),
            ),
            (
                r#"{"object":"error","message":{"detail":[{"msg":"m"}]}}"#,
                Some("m"),
                None,
            ),
            (r#"{"detail":[{"msg":"m"}]}"#, Some("m"), None),
            (
                r#"[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]"#,
                Some("m"),
                None,
            ),
            (r#"{"error":"m"}"#, Some("m"), None),
            (r#"{"detail":"m"}"#, Some("m"), None),
            ("<html>", None, None),
            ("3", None, None),
        ] {
            let told = ProviderError::read(body.as_bytes());
            assert_eq!(
                (told.message.as_deref(), told.code.as_deref()),
                (message, code),
                "{body}"
            );
        }
    }
}
