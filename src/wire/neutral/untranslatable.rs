//! Why a request cannot be put into another protocol.

use std::borrow::Cow;

/// What the provider's protocol has no place for, or what is not as the client's own protocol wants it. The message is for
/// the caller, and says what and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Untranslatable {
    /// Where: a path such as `messages[2].content[0].type`.
    pub param: Cow<'static, str>,
    /// What.
    pub message: String,
    /// Whether the request is wrong in itself, rather than impossible for this model.
    pub invalid: bool,
}

impl Untranslatable {
    /// The request is not as its own protocol wants it.
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: param.into(),
            message: message.into(),
            invalid: true,
        }
    }

    /// The provider's protocol has no place for it.
    pub fn impossible(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            param: param.into(),
            message: message.into(),
            invalid: false,
        }
    }
}
