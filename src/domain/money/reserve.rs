//! How much the gateway reserves for a call before it sends it.

/// How much the gateway reserves for a call whose cost is not known in advance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reserve {
    /// The usual cost of such a call. If calls in flight cost more than that, they can exceed a limit by the
    /// difference.
    #[default]
    Soft,
    /// The most that the call can cost. No limit is ever exceeded, but a call without a token limit of its own reserves a lot.
    Strict,
}
