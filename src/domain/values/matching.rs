//! How an alias matches the name that a client sent.

use std::fmt;
use std::str::FromStr;

/// How an alias matches the name that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// The requested name equals the alias name.
    Exact,
    /// The requested name starts with the alias name.
    Prefix,
}

impl Match {
    /// `exact` or `prefix`, as on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
        }
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Match {
    type Err = MatchError;
    fn from_str(text: &str) -> Result<Self, MatchError> {
        match text {
            "exact" => Ok(Self::Exact),
            "prefix" => Ok(Self::Prefix),
            _ => Err(MatchError),
        }
    }
}

/// The text is neither `exact` nor `prefix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose exact or prefix")]
pub struct MatchError;
