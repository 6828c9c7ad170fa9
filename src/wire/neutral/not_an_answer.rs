//! An answer of a provider that cannot be read.

/// The provider's bytes are JSON, but no answer of its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not one of this protocol")]
pub struct NotAnAnswer;
