//! The gateway's own errors, with their HTTP statuses.

/// An error of the gateway itself. [`Code::status`] and [`Code::as_str`] are what clients see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The body is not the JSON that the endpoint takes.
    InvalidJson,
    /// `messages` is missing or empty.
    InvalidMessages,
    /// `model` is missing.
    MissingModel,
    /// The request asks for something that this gateway cannot do with the model.
    UnsupportedParameter,
    /// The prompt is longer than the model's context window.
    ContextLengthExceeded,
    /// One request has two different keys.
    ConflictingApiKeys,
    /// The request has no key.
    MissingApiKey,
    /// The key does not exist.
    InvalidApiKey,
    /// The key is switched off.
    ApiKeyInactive,
    /// The key has expired.
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
    /// The model does not exist, or it is switched off.
    ModelNotFound,
    /// The path is no endpoint.
    NotFound,
    /// The client took too long to send its body.
    RequestTimeout,
    /// The body is too large.
    RequestTooLarge,
    /// The body has a content encoding that the gateway does not decode.
    UnsupportedEncoding,
    /// The client wants a WebSocket, which the gateway does not offer.
    UpgradeRequired,
    /// A limit per minute is reached, or the provider asked for fewer calls.
    RateLimitExceeded,
    /// The provider failed, or its answer makes no sense.
    ProviderError,
    /// The provider did not answer in time.
    ProviderTimeout,
    /// No provider for the model can be called.
    ModelUnavailable,
    /// The gateway has too many calls, or no memory for another body.
    Overloaded,
    /// The database does not answer.
    DbError,
    /// The gateway has a fault.
    InternalError,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 29] = [
        Self::InvalidJson,
        Self::InvalidMessages,
        Self::MissingModel,
        Self::UnsupportedParameter,
        Self::ContextLengthExceeded,
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

    /// The HTTP status, the type and the code of the error's body.
    pub(super) const fn row(self) -> (u16, &'static str, &'static str) {
        const INVALID: &str = "invalid_request_error";
        const AUTH: &str = "authentication_error";
        const BILLING: &str = "billing_error";
        match self {
            Self::InvalidJson => (400, INVALID, "invalid_json"),
            Self::InvalidMessages => (400, INVALID, "invalid_messages"),
            Self::MissingModel => (400, INVALID, "missing_model"),
            Self::UnsupportedParameter => (400, INVALID, "unsupported_parameter"),
            Self::ContextLengthExceeded => (400, INVALID, "context_length_exceeded"),
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

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The code as clients read it.
    pub const fn as_str(self) -> &'static str {
        self.row().2
    }
}
