//! What a request used, without a word of it: so that one can tell which requests another model could take.

use std::fmt;

/// Something that a request may use, and that not every model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Feature {
    /// Tools that the model may call.
    Tools = 0,
    /// Pictures.
    Images = 1,
    /// Documents, such as PDF files.
    Documents = 2,
    /// Sound.
    Audio = 3,
    /// A JSON schema for the answer.
    Schema = 4,
    /// A field that says whether or how much to think.
    Thinking = 5,
    /// Marks for caching.
    CacheMarks = 6,
    /// Instructions within the conversation: a system or developer turn after another turn, or beside instructions at the
    /// top of the request.
    SystemTurns = 7,
}

impl Feature {
    /// Every feature, in the order of the bits.
    pub const ALL: [Self; 8] = [
        Self::Tools,
        Self::Images,
        Self::Documents,
        Self::Audio,
        Self::Schema,
        Self::Thinking,
        Self::CacheMarks,
        Self::SystemTurns,
    ];

    /// The feature in files, such as the export of requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Images => "images",
            Self::Documents => "documents",
            Self::Audio => "audio",
            Self::Schema => "schema",
            Self::Thinking => "thinking",
            Self::CacheMarks => "cache_marks",
            Self::SystemTurns => "system_turns",
        }
    }

    /// The feature on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Images => "pictures",
            Self::Documents => "documents",
            Self::Audio => "sound",
            Self::Schema => "a schema for the answer",
            Self::Thinking => "a setting for thinking",
            Self::CacheMarks => "marks for caching",
            Self::SystemTurns => "instructions within the conversation",
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u8
    }
}

/// What one request used.
///
/// It is kept as a whole number: bit 0 to 7 are the features in the order of [`Feature::ALL`], bits 16 to 21 the size class.
/// The other bits are 0, and free for more features.
///
/// ```
/// use crossmodel::domain::{Feature, RequestUse};
/// let used = RequestUse::of_size(5_000).with(Feature::Tools).with(Feature::Images);
/// assert_eq!(used.bits(), 0b0000_0011 | 12 << 16);
/// assert_eq!(RequestUse::of_bits(used.bits()), Some(used));
/// assert_eq!(used.tokens_at_least(), 4_096);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RequestUse(u32);

/// The first bit of the size class.
const SIZE: u32 = 16;
/// The bits of the size class.
const SIZES: u32 = 0b11_1111;

impl RequestUse {
    /// A request with about so many tokens in its prompt, tools included, that uses nothing special.
    #[must_use]
    pub const fn of_size(prompt_tokens: u64) -> Self {
        let class = match prompt_tokens.checked_ilog2() {
            Some(class) => class,
            None => 0,
        };
        Self(class << SIZE)
    }

    /// The same, and the request uses this too.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Self {
        Self(self.0 | feature.bit())
    }

    /// Whether the request uses this.
    pub const fn has(self, feature: Feature) -> bool {
        self.0 & feature.bit() != 0
    }

    /// What the request uses, in the order of [`Feature::ALL`].
    pub fn features(self) -> impl Iterator<Item = Feature> {
        Feature::ALL.into_iter().filter(move |&feature| self.has(feature))
    }

    /// The size class: the base-2 logarithm of the prompt's estimated tokens, rounded down; 0 also for an empty prompt.
    pub const fn size_class(self) -> u32 {
        self.0 >> SIZE & SIZES
    }

    /// The fewest tokens that a prompt of the size class has. It has less than twice as many.
    pub const fn tokens_at_least(self) -> u64 {
        1 << self.size_class()
    }

    /// The value as the store keeps it.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The value of a number that the store kept. Bits of features that only a newer program knows stay.
    pub fn of_bits(bits: impl TryInto<u32>) -> Option<Self> {
        bits.try_into().ok().map(Self)
    }
}

/// The features in files, with a blank between them.
impl fmt::Display for RequestUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, feature) in self.features().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{}", feature.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_has_a_bit_of_its_own_that_never_changes() {
        for (index, feature) in Feature::ALL.into_iter().enumerate() {
            let used = RequestUse::of_size(0).with(feature);

            assert_eq!(used.bits(), 1 << index, "{feature:?}");
            assert_eq!(used.features().collect::<Vec<_>>(), [feature]);
            assert_eq!(used.to_string(), feature.as_str());
        }
    }

    #[test]
    fn a_size_class_doubles_and_leaves_the_features_alone() {
        for (tokens, class) in [
            (0, 0),
            (1, 0),
            (2, 1),
            (1_023, 9),
            (1_024, 10),
            (200_000, 17),
            (u64::MAX, 63),
        ] {
            let used = RequestUse::of_size(tokens).with(Feature::SystemTurns);

            assert_eq!(used.size_class(), class, "{tokens}");
            assert!(used.tokens_at_least() <= tokens.max(1));
            assert_eq!(used.to_string(), "system_turns");
        }
    }

    #[test]
    fn a_number_from_a_newer_program_stays_and_a_negative_one_is_none() {
        let newer = RequestUse::of_bits(1_i64 << 15 | 1).unwrap();

        assert_eq!((newer.to_string().as_str(), newer.bits()), ("tools", 1 << 15 | 1));
        assert_eq!(RequestUse::of_bits(-1_i64), None);
        assert_eq!(RequestUse::of_bits(i64::MAX), None);
    }
}
