//! What one call used: the record that every request which reached a provider leaves.

use crate::domain::catalog::ProviderId;
use crate::domain::money::Price;
use crate::domain::money::Tokens;
use crate::domain::values::{AccountId, AliasName, ApiKeyId, Match, PicoUsd, RequestId, Timestamp};

/// Who counted the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum UsageSource {
    /// The provider's own numbers.
    Provider,
    /// Our estimate, since the provider said nothing.
    Estimated,
    /// Nothing was used: the call failed at the provider.
    None,
}

impl UsageSource {
    /// As the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Estimated => "estimated",
            Self::None => "none",
        }
    }
}

/// How a call came out, as the ledger sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum CallState {
    /// The answer was finished, and charged.
    Settled,
    /// The answer was cut short, and charged as far as it went.
    Partial,
    /// The gateway that made the call ended in the middle of it. Nobody knows what was used; nothing is charged.
    Unknown,
    /// The call failed at the provider: what was reserved for it is free again, and nothing is charged.
    Released,
}

impl CallState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Settled, Self::Partial, Self::Unknown, Self::Released];

    /// As the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
            Self::Released => "released",
        }
    }
}

/// One try to get an answer from a provider, where there was more than one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attempt {
    /// Who was called.
    pub provider: ProviderId,
    /// The real model's id.
    pub model: String,
    /// HTTP status of the answer; `None` if none came.
    pub status: Option<u16>,
    /// The error's code; `None` if it went well.
    pub error: Option<String>,
    /// Milliseconds that it took.
    pub took_ms: u32,
}

/// One metered call.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRecord {
    /// Unique; writing a record twice leaves one.
    pub id: RequestId,
    /// Whose key.
    pub account: AccountId,
    /// Which key.
    pub key: ApiKeyId,
    /// The key's revision that the request was resolved with.
    pub key_revision: i64,
    /// When the request arrived.
    pub at: Timestamp,
    /// The name that the client sent; a placeholder if it was not printable.
    pub requested: String,
    /// The alias that caught it.
    pub alias: Option<(AliasName, Match)>,
    /// The real model's id.
    pub model: String,
    /// Who served it.
    pub provider: ProviderId,
    /// The client's protocol, for example `openai-chat`.
    pub protocol: String,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// HTTP status of the answer; 499 if the client left before it.
    pub status: u16,
    /// The error's code, if it failed.
    pub error: Option<String>,
    /// Tokens by kind.
    pub tokens: Tokens,
    /// Who counted them.
    pub source: UsageSource,
    /// How it came out.
    pub state: CallState,
    /// What was reserved for it before it was sent.
    pub held: PicoUsd,
    /// The price list in force for it; `None` if nothing is charged.
    pub price: Option<Price>,
    /// The provider's service tier that it was charged by, if not the usual one, for example `priority`.
    pub tier: Option<String>,
    /// Searches of the web that the provider counted.
    pub searches: u64,
    /// What it cost: the target's price.
    pub cost: PicoUsd,
    /// Milliseconds from arrival to the end.
    pub latency_ms: u32,
    /// Milliseconds from arrival to the answer's first byte.
    pub first_byte_ms: Option<u32>,
    /// Every try, the last one included, if the first did not go well; else empty.
    pub attempts: Vec<Attempt>,
    /// The client's program, from `User-Agent`, cut to 120 characters.
    pub agent: Option<String>,
}
