//! Why an answer ended.

/// Why an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// The model was done.
    #[default]
    End,
    /// A stop text came.
    Sequence,
    /// The most tokens were reached, or the context was full.
    Length,
    /// The model waits for its tools.
    Tools,
    /// The model, or a filter of the provider, refused.
    Refusal,
}

impl Stop {
    /// The same, but for providers that call it an end although tools were called.
    #[must_use]
    pub fn with_tools(self, called: bool) -> Self {
        if called && self == Self::End { Self::Tools } else { self }
    }
}
