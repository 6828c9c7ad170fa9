//! How much is reserved for a call before it is made.

/// How much is reserved for a call whose cost is not known before it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reserve {
    /// What a call like it may reasonably cost: a limit can be overrun by what calls in flight cost beyond that.
    #[default]
    Soft,
    /// The most that it can cost: no limit is ever overrun, but a call that names no limit of its own reserves a lot.
    Strict,
}
