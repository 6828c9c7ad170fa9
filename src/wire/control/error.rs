//! Why the gateway cannot handle a body.

use crate::wire::json::JsonError;

/// The longest model name that the gateway takes, in bytes.
pub const MAX_MODEL: usize = 256;

/// Why the gateway cannot handle a body. The message is for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The body is not a JSON object.
    #[error("The request body is not a valid JSON object: {0}.")]
    Json(#[from] JsonError),
    /// The body is not UTF-8.
    #[error("The request body is not valid UTF-8.")]
    Utf8,
    /// The body has a control key twice.
    #[error("The request body has '{0}' more than once.")]
    Duplicate(&'static str),
    /// A control key has a value of the wrong kind.
    #[error("'{key}' must be {wanted}.")]
    Kind {
        /// The key of the request.
        key: &'static str,
        /// The kind of value that it should have, with its article.
        wanted: &'static str,
    },
    /// A control key is spelled in other letters, such as `Model`. Some providers read it as the key, others ignore it.
    #[error("The request body spells '{0}' in another way. Write it in small letters.")]
    Spelling(&'static str),
    /// The model's name is longer than [`MAX_MODEL`].
    #[error("'model' is longer than {MAX_MODEL} bytes.")]
    LongModel,
    /// The request names no model.
    #[error("Name the model to use in 'model'.")]
    MissingModel,
    /// The request has no message.
    #[error("'messages' must be a list with at least one message.")]
    Messages,
    /// The content that the endpoint works on is missing; this is its key.
    #[error("'{0}' is missing.")]
    Content(&'static str),
}

impl ControlError {
    /// The key that the error is about.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Json(_) | Self::Utf8 => None,
            Self::Duplicate(key) | Self::Kind { key, .. } | Self::Spelling(key) => Some(key),
            Self::LongModel | Self::MissingModel => Some("model"),
            Self::Messages => Some("messages"),
            Self::Content(key) => Some(key),
        }
    }
}
