//! The reasons for the end of an answer.

/// The reason for the end of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// The model finished its answer.
    #[default]
    End,
    /// The model wrote a stop text.
    Sequence,
    /// The token limit was reached, or the context was full.
    Length,
    /// The model waits for the results of tools.
    Tools,
    /// The model, or a filter of the provider, refused.
    Refusal,
}

impl Stop {
    /// The reason, corrected for providers that report an ordinary end after calls of tools.
    #[must_use]
    pub fn with_tools(self, called: bool) -> Self {
        if called && self == Self::End { Self::Tools } else { self }
    }
}
