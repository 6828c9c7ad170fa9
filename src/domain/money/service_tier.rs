//! Service tiers: a provider's ways to serve a call, each with prices of its own.

/// A way of serving calls that has prices of its own. A catalog file names the tiers that have some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceTier {
    /// The usual tier, at a model's usual prices. No catalog file names it.
    #[serde(skip)]
    Standard,
    /// The provider answers within a day, for a lower price.
    Batch,
    /// The provider answers when it has room, for a lower price.
    Flex,
    /// The provider answers before other calls, for a higher price.
    Priority,
    /// Anthropic's fast mode, for a higher price.
    Fast,
    /// OpenAI's capacity that a customer has paid for in advance.
    Scale,
}

impl ServiceTier {
    /// Every tier.
    pub const ALL: [Self; 6] = [
        Self::Standard,
        Self::Batch,
        Self::Flex,
        Self::Priority,
        Self::Fast,
        Self::Scale,
    ];

    /// The tier as providers and records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Fast => "fast",
            Self::Scale => "scale",
        }
    }

    /// The tier that an answer names. `None` if it is not a known tier: `auto`, for example, names no tier.
    ///
    /// ```
    /// use crossmodel::domain::ServiceTier;
    /// assert_eq!(ServiceTier::named("default"), Some(ServiceTier::Standard));
    /// assert_eq!(ServiceTier::named("flex"), Some(ServiceTier::Flex));
    /// assert_eq!(ServiceTier::named("auto"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        match name {
            // OpenAI's, Anthropic's, Anthropic's in requests, and Groq's word for it.
            "default" | "standard" | "standard_only" | "on_demand" => Some(Self::Standard),
            "batch" => Some(Self::Batch),
            "flex" => Some(Self::Flex),
            "priority" => Some(Self::Priority),
            "fast" => Some(Self::Fast),
            "scale" => Some(Self::Scale),
            _ => None,
        }
    }
}
