//! Why a body cannot be decoded.

use super::name::Encoding;

/// Why bytes cannot be decoded. The message goes on after "The body": it is for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They are not in this encoding, or they were damaged.
    #[error("is not valid {0}")]
    Invalid(Encoding),
    /// They stop in the middle.
    #[error("is {0} that breaks off before its end")]
    Truncated(Encoding),
    /// They go on after the end.
    #[error("goes on after the end of its {0}")]
    Trailing(Encoding),
    /// They ask for more memory than is given to one body.
    #[error("is {0} with a window of more than 8 MiB")]
    Window(Encoding),
}
