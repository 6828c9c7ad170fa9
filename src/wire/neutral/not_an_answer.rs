//! What a provider sent instead of an answer.

/// The provider's bytes are JSON, and yet no answer of the protocol that it is said to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not one of this protocol")]
pub struct NotAnAnswer;
