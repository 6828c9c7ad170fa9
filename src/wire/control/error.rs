//! Why a body cannot be handled.

use crate::wire::json::JsonError;

/// The longest model name that is looked at, in bytes.
pub const MAX_MODEL: usize = 256;

/// Why a body cannot be handled. The message is for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Not a JSON object.
    #[error("The request body is not a valid JSON object: {0}.")]
    Json(#[from] JsonError),
    /// Not UTF-8.
    #[error("The request body is not valid UTF-8.")]
    Utf8,
    /// A key that decides how the request is handled is there twice.
    #[error("The request body has '{0}' more than once.")]
    Duplicate(&'static str),
    /// A key has a value of the wrong kind.
    #[error("'{key}' must be {wanted}.")]
    Kind {
        /// The key.
        key: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A key that decides how the request is handled is there in letters that some providers take for it, and others not.
    #[error("The request body spells '{0}' in another way. Write it in small letters.")]
    Spelling(&'static str),
    /// The model's name is beyond [`MAX_MODEL`].
    #[error("'model' is longer than {MAX_MODEL} bytes.")]
    LongModel,
    /// No model is named.
    #[error("Name the model to use in 'model'.")]
    MissingModel,
    /// No message is there.
    #[error("'messages' must be a list with at least one message.")]
    Messages,
    /// What the endpoint works on is not there.
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
