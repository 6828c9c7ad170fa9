//! The errors of a call to a provider, up to the end of its answer.

/// Why a call to a provider failed, or the rest of its answer did not come. The text continues a sentence about the
/// provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("its address is not one that may be called")]
    Denied,
    #[error("it could not be reached")]
    Unreachable,
    /// This machine failed, not the provider: it has no descriptor, memory or port left.
    #[error("this gateway could not open a connection")]
    Ours,
    #[error("it did not answer in time")]
    Timeout,
    #[error("it broke off its answer")]
    Broken,
    #[error("its answer is compressed in a way that cannot be undone here")]
    Undecodable,
    #[error("its answer took longer than an answer may take here")]
    Overlong,
    #[error("its answer is too large")]
    TooLarge,
    #[error("its answer is too large for the memory that is left here")]
    NoRoom,
}

impl HttpError {
    /// Whether a limit of this gateway cut the answer off. The provider goes on and charges for it.
    pub fn is_our_cut(self) -> bool {
        matches!(self, Self::Overlong | Self::TooLarge | Self::NoRoom)
    }
}
