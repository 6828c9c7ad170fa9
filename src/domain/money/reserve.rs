//! How much the gateway reserves for a call before it sends it.

/// How much the gateway reserves for a call whose cost is not known in advance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reserve {
    /// The likely cost of such a call. Calls in flight can exceed a limit by what they cost beyond that.
    #[default]
    Soft,
    /// The most that the call can cost. No limit is ever exceeded, but a call without a token limit of its own reserves a lot.
    Strict,
}
