//! Service tiers, and what a provider counted of a call.

use super::tokens::Tokens;

/// A way to be served that has prices of its own. Catalog files name those that have some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceTier {
    /// The usual one, at a model's usual prices. No catalog file names it.
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
    /// OpenAI's capacity that is paid for ahead.
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

    /// As providers and records write it.
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

    /// The tier that an answer names. `None` if it names none that is known: `auto`, for one, says who chooses, not what.
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

/// What a provider says of how it served a call, beside tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceReport {
    /// The tier that it names; `None` if it names none.
    pub tier: Option<ServiceTier>,
    /// Whether it was in the fast mode, which Anthropic names apart from the tier; `None` if it does not say.
    pub fast: Option<bool>,
    /// Searches of the web that it made.
    pub searches: u64,
}

impl ServiceReport {
    /// This and what is said later. Counts only grow.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        Self {
            tier: later.tier.or(self.tier),
            fast: later.fast.or(self.fast),
            searches: self.searches.max(later.searches),
        }
    }

    /// The same, for a call that was put into another protocol, where no fast mode is asked for, and a tier only if
    /// `tier_is_asked`: what was lost on the way to the provider did not serve, unless it says so.
    #[must_use]
    pub fn unless_lost(self, tier_is_asked: bool) -> Self {
        let usual = Some(ServiceTier::Standard).filter(|_| !tier_is_asked);
        Self {
            tier: self.tier.or(usual),
            fast: self.fast.or(Some(false)),
            ..self
        }
    }

    /// The tier that counts: the one that is named, else the one that was `asked` for.
    fn by(self, asked: Option<ServiceTier>) -> Option<ServiceTier> {
        let asked_fast = asked == Some(ServiceTier::Fast);
        if self.fast.unwrap_or(asked_fast) {
            Some(ServiceTier::Fast)
        } else {
            self.tier.or(asked.filter(|_| !asked_fast))
        }
    }
}

/// All that a call is charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillableUsage {
    /// Tokens by kind.
    pub tokens: Tokens,
    /// Searches of the web.
    pub searches: u64,
    /// The tier that served it; `None` is the usual one.
    pub tier: Option<ServiceTier>,
}

impl BillableUsage {
    /// What the provider counted, by the tier that it names, else by the one that it was `asked` for.
    pub fn new(tokens: Tokens, served: ServiceReport, asked: Option<ServiceTier>) -> Self {
        Self {
            tokens,
            searches: served.searches,
            tier: served.by(asked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_decides_on_the_tier_and_silence_leaves_the_one_that_was_asked_for() {
        let tier = |tier: Option<ServiceTier>, asked| {
            BillableUsage::new(
                Tokens::default(),
                ServiceReport {
                    tier,
                    ..ServiceReport::default()
                },
                asked,
            )
            .tier
        };

        assert_eq!(tier(None, Some(ServiceTier::Flex)), Some(ServiceTier::Flex));
        assert_eq!(
            tier(Some(ServiceTier::Standard), Some(ServiceTier::Flex)),
            Some(ServiceTier::Standard)
        );
        assert_eq!(tier(Some(ServiceTier::Priority), None), Some(ServiceTier::Priority));
        assert_eq!(tier(None, None), None);
    }

    #[test]
    fn fast_is_named_apart_from_the_tier() {
        let tier = |fast, asked| {
            let served = ServiceReport {
                tier: Some(ServiceTier::Standard),
                fast,
                searches: 0,
            };
            BillableUsage::new(Tokens::default(), served, asked).tier
        };

        assert_eq!(tier(Some(true), None), Some(ServiceTier::Fast));
        assert_eq!(
            tier(None, Some(ServiceTier::Fast)),
            Some(ServiceTier::Fast),
            "the tier says nothing of it"
        );
        assert_eq!(tier(Some(false), Some(ServiceTier::Fast)), Some(ServiceTier::Standard));
        let silent = |fast| {
            BillableUsage::new(
                Tokens::default(),
                ServiceReport {
                    fast,
                    ..ServiceReport::default()
                },
                Some(ServiceTier::Fast),
            )
        };
        assert_eq!(
            (silent(None).tier, silent(Some(false)).tier),
            (Some(ServiceTier::Fast), None)
        );
    }

    #[test]
    fn what_was_lost_on_the_way_was_not_given_unless_the_provider_says_so() {
        let (silent, flex) = (
            ServiceReport::default(),
            ServiceReport {
                tier: Some(ServiceTier::Flex),
                ..ServiceReport::default()
            },
        );
        let tier = |served: ServiceReport, reached, asked| {
            BillableUsage::new(Tokens::default(), served.unless_lost(reached), Some(asked)).tier
        };

        assert_eq!(tier(silent, false, ServiceTier::Flex), Some(ServiceTier::Standard));
        assert_eq!(tier(silent, true, ServiceTier::Flex), Some(ServiceTier::Flex));
        assert_eq!(tier(silent, false, ServiceTier::Fast), Some(ServiceTier::Standard));
        assert_eq!(tier(silent, true, ServiceTier::Fast), None, "no other protocol has it");
        assert_eq!(tier(flex, false, ServiceTier::Priority), Some(ServiceTier::Flex));
    }

    #[test]
    fn a_tier_reads_back_as_it_is_written() {
        use ServiceTier::{Batch, Fast, Flex, Priority, Scale, Standard};
        for tier in [Standard, Batch, Flex, Priority, Fast, Scale] {
            assert_eq!(ServiceTier::named(tier.as_str()), Some(tier));
        }
        assert!(
            serde_json::from_str::<ServiceTier>("\"standard\"").is_err(),
            "the usual prices are no tier's"
        );
        assert_eq!(serde_json::from_str::<ServiceTier>("\"flex\"").unwrap(), Flex);
    }
}
