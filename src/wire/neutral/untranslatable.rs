//! The error that a request cannot be translated into another protocol.

use std::borrow::Cow;

/// The provider's protocol has no place for a part of the request, or the request breaks the client's own protocol. The
/// message is for the client and names the part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Untranslatable {
    /// The path of the part, such as `messages[2].content[0].type`.
    pub param: Cow<'static, str>,
    /// A sentence for the client.
    pub message: String,
    /// Whether the request breaks its own protocol. Otherwise it is valid, but this model's provider cannot take it.
    pub invalid: bool,
}

impl Untranslatable {
    /// The request breaks its own protocol.
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: param.into(),
            message: message.into(),
            invalid: true,
        }
    }

    /// The provider's protocol has no place for the part.
    pub fn impossible(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: param.into(),
            message: message.into(),
            invalid: false,
        }
    }
}
