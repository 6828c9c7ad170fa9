//! Service tiers: ways to be served that have prices of their own.

/// A way of serving calls that has prices of its own. A catalog file names the tiers that have some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceTier {
    /// The usual tier, at a model's usual prices. No catalog file names it.
    #[serde(skip)]
    Standard,
    /// Answered within a day, cheaper.
    Batch,
    /// Answered when there is room, cheaper.
    Flex,
    /// Answered before others, dearer.
    Priority,
    /// Anthropic's fast mode, dearer.
    Fast,
    /// OpenAI's capacity that is paid in advance.
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
