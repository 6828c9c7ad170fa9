//! How much a request may be changed to fit it to its model.

use std::fmt;
use std::str::FromStr;

/// How much a request may be changed to fit it to its model. A request says so itself by a header; else the alias that led to
/// the model decides, else the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// What only steers the model may be left out or moved to the nearest that the target takes.
    #[default]
    Adapt,
    /// It may not: such a request is refused. Changes that keep the meaning whole are made.
    Strict,
    /// Nothing is changed.
    Off,
}

impl Strictness {
    /// Every value, the usual one first.
    pub const ALL: [Self; 3] = [Self::Adapt, Self::Strict, Self::Off];

    /// `adapt`, `strict` or `off`, as in headers, files and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adapt => "adapt",
            Self::Strict => "strict",
            Self::Off => "off",
        }
    }

    /// What happens to requests, for a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Adapt => "Fit to the model",
            Self::Strict => "Fit, but refuse what would be left out",
            Self::Off => "Send as they come",
        }
    }
}

impl fmt::Display for Strictness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Strictness {
    type Err = StrictnessError;

    fn from_str(text: &str) -> Result<Self, StrictnessError> {
        Self::ALL
            .into_iter()
            .find(|strictness| strictness.as_str() == text)
            .ok_or(StrictnessError)
    }
}

/// The text is neither `adapt` nor `strict` nor `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose adapt, strict or off")]
pub struct StrictnessError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_the_same_everywhere() {
        for strictness in Strictness::ALL {
            let word = strictness.as_str();

            assert_eq!(word.parse(), Ok(strictness));
            assert_eq!(serde_json::to_value(strictness).unwrap(), word);
        }
        assert_eq!("Strict".parse::<Strictness>(), Err(StrictnessError));
        assert_eq!(Strictness::default(), Strictness::Adapt);
    }
}
