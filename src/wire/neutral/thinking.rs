//! Whether a model thinks before it answers, and how hard.

/// Whether to think before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// The model does not think.
    Off,
    /// The model decides how much.
    Adaptive,
    /// The model thinks with this effort.
    Effort(Effort),
    /// The model thinks with at most so many tokens (Anthropic's older models).
    Budget(u64),
}

/// How hard the model thinks, from the least to the most.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
}

impl Effort {
    /// All efforts, from the least to the most.
    pub const ALL: [Self; 6] = [
        Self::Minimal,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::XHigh,
        Self::Max,
    ];

    /// The effort as every protocol writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// Reads what [`Effort::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effort| effort.as_str() == text)
    }

    /// The budget in tokens for older Claude models.
    pub const fn budget(self) -> u64 {
        match self {
            Self::Minimal | Self::Low => 1024,
            Self::Medium => 2048,
            Self::High => 4096,
            Self::XHigh => 8192,
            Self::Max => 16384,
        }
    }

    /// The effort nearest to a budget in tokens.
    pub const fn of_budget(tokens: u64) -> Self {
        match tokens {
            4096.. => Self::High,
            2048.. => Self::Medium,
            1024.. => Self::Low,
            _ => Self::Minimal,
        }
    }
}
