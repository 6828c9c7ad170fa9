//! Why a text is not JSON.

/// Nesting deeper than this is refused, as `serde_json` does.
pub const MAX_DEPTH: u32 = 127;

/// Why a text is not JSON. The message stands after a colon in an error for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text ends before the value does.
    #[error("the text ends too early")]
    Ends,
    /// The byte at this offset may not stand there.
    #[error("unexpected character at byte {0}")]
    Unexpected(usize),
    /// The value has more than [`MAX_DEPTH`] levels.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}
