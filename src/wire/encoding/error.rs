//! Why the gateway cannot decode a body.

use super::name::Encoding;

/// Why the gateway cannot decode a body. The message continues a sentence that begins with "The body", and is for the
/// client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not in this encoding, or they are damaged.
    #[error("is not valid {0}")]
    Invalid(Encoding),
    /// The bytes stop in the middle.
    #[error("is {0} that breaks off before its end")]
    Truncated(Encoding),
    /// The bytes go on after the end.
    #[error("goes on after the end of its {0}")]
    Trailing(Encoding),
    /// The bytes ask for more memory than one body may have.
    #[error("is {0} with a window of more than 8 MiB")]
    Window(Encoding),
}
