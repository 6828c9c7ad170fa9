//! The record of one call. A request has one once its start is in the gateway's spool.

use super::request_use::RequestUse;
use crate::domain::catalog::ProviderId;
use crate::domain::money::{Price, Tokens};
use crate::domain::values::{AccountId, AliasName, ApiKeyId, Match, PicoUsd, RequestId, Timestamp};

/// The source of token counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum UsageSource {
    /// The provider's own counts.
    Provider,
    /// The gateway's estimate, since the provider reported nothing.
    Estimated,
    /// Nothing was used: the call failed at the provider.
    None,
}

impl UsageSource {
    /// The value as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Estimated => "estimated",
            Self::None => "none",
        }
    }
}

/// How a call ended, for the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum CallState {
    /// The answer was complete, and is charged.
    Settled,
    /// The answer was cut short, and is charged as far as it went.
    Partial,
    /// The gateway that made the call stopped in the middle of it. The usage is not known; nothing is charged.
    Unknown,
    /// The call failed at the provider. Its reservation is free again, and nothing is charged.
    Released,
}

impl CallState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Settled, Self::Partial, Self::Unknown, Self::Released];

    /// The value as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
            Self::Released => "released",
        }
    }
}

/// One attempt to get an answer from a provider, where there was more than one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attempt {
    /// The provider that was called.
    pub provider: ProviderId,
    /// The real model's id.
    pub model: String,
    /// HTTP status of the answer; `None` if none came.
    pub status: Option<u16>,
    /// The error's code; `None` if the attempt succeeded.
    pub error: Option<String>,
    /// Milliseconds that it took.
    pub took_ms: u32,
}

/// One metered call.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageRecord {
    /// Unique; writing a record twice leaves one.
    pub id: RequestId,
    /// The account that owns the key.
    pub account: AccountId,
    /// The key of the request.
    pub key: ApiKeyId,
    /// The revision of the key with whose aliases the request was resolved.
    pub key_revision: i64,
    /// When the request arrived.
    pub at: Timestamp,
    /// The name that the client sent; a placeholder if it was not printable.
    pub requested: String,
    /// The alias that matched the name.
    pub alias: Option<(AliasName, Match)>,
    /// The real model's id.
    pub model: String,
    /// The provider that served it.
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
    /// Where the token counts come from.
    pub source: UsageSource,
    /// How the call ended.
    pub state: CallState,
    /// The amount that was reserved before the call.
    pub held: PicoUsd,
    /// The price list in force for it; `None` if nothing is charged.
    pub price: Option<Price>,
    /// The provider's service tier that it was charged by, if not the usual one, for example `priority`.
    pub tier: Option<String>,
    /// Searches of the web that the provider counted.
    pub searches: u64,
    /// The cost of the call, by `price`.
    pub cost: PicoUsd,
    /// Milliseconds from arrival to the end.
    pub latency_ms: u32,
    /// Milliseconds from arrival to the answer's first byte.
    pub first_byte_ms: Option<u32>,
    /// Every attempt, including the last one, if the first one failed; else empty.
    pub attempts: Vec<Attempt>,
    /// What was changed in the request to fit it to the model that was asked last, and what in its answer: tokens with `, `
    /// between them, at most [`UsageRecord::ADAPTED`] bytes; `None` if nothing was.
    pub adapted: Option<String>,
    /// What the request used; `None` in records from before this was noted.
    pub used: Option<RequestUse>,
    /// The client's program, from `User-Agent`, cut to 120 characters.
    pub agent: Option<String>,
}

impl UsageRecord {
    /// The most bytes of [`UsageRecord::adapted`].
    pub const ADAPTED: usize = 1_000;
}
