//! The endpoints whose requests name a model.

use super::error::Surface;
use crate::domain::Protocol;

/// An endpoint whose requests name a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /v1/chat/completions`
    Chat,
    /// `POST /v1/completions`
    Completions,
    /// `POST /v1/responses`
    Responses,
    /// `POST /v1/messages`
    Messages,
    /// `POST /v1/messages/count_tokens`
    CountTokens,
    /// `POST /v1/embeddings`
    Embeddings,
}

impl Operation {
    /// Every endpoint, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Chat,
        Self::Completions,
        Self::Responses,
        Self::Messages,
        Self::CountTokens,
        Self::Embeddings,
    ];

    /// The path of its URL.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "/v1/chat/completions",
            Self::Completions => "/v1/completions",
            Self::Responses => "/v1/responses",
            Self::Messages => "/v1/messages",
            Self::CountTokens => "/v1/messages/count_tokens",
            Self::Embeddings => "/v1/embeddings",
        }
    }

    /// The shape of errors for its clients.
    pub const fn surface(self) -> Surface {
        match self {
            Self::Messages | Self::CountTokens => Surface::Anthropic,
            _ => Surface::Openai,
        }
    }

    /// The protocol of providers that get a request as it came. `None` for completions, which are translated for every
    /// provider, and for embeddings, which go to OpenAI's kind of provider only.
    pub const fn native(self) -> Option<Protocol> {
        match self {
            Self::Chat => Some(Protocol::OpenaiChat),
            Self::Responses => Some(Protocol::OpenaiResponses),
            Self::Messages | Self::CountTokens => Some(Protocol::AnthropicMessages),
            Self::Completions | Self::Embeddings => None,
        }
    }

    /// The client's protocol, as usage records name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "openai-chat",
            Self::Completions => "openai-completions",
            Self::Responses => "openai-responses",
            Self::Messages | Self::CountTokens => "anthropic-messages",
            Self::Embeddings => "openai-embeddings",
        }
    }
}
