//! Which betas a server takes: features that clients switch on in headers.

use serde::{Deserialize, Serialize};

use super::describe::{Described, FactKind, FactSpec};
use super::patch::replaced_whole;

/// What becomes of the betas that a client asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Betas {
    /// All of them, or none.
    Word(BetaWord),
    /// These go on.
    Listed(Vec<String>),
}

/// What becomes of all betas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaWord {
    /// They are left out.
    Drop,
    /// They go on.
    Pass,
}

replaced_whole!(Betas);

impl Default for Betas {
    fn default() -> Self {
        Self::Word(BetaWord::Drop)
    }
}

impl Described for Betas {
    fn describe(path: &str, about: &str, all: &mut Vec<FactSpec>) {
        all.push(FactSpec::new(path, about, FactKind::Betas));
    }
}

impl Betas {
    /// Whether every beta goes on.
    pub fn pass_all(&self) -> bool {
        *self == Self::Word(BetaWord::Pass)
    }

    /// Whether a beta goes on.
    pub fn pass(&self, beta: &str) -> bool {
        match self {
            Self::Word(word) => *word == BetaWord::Pass,
            Self::Listed(known) => known.iter().any(|known| known == beta),
        }
    }

    /// Whether a beta whose name begins so goes on.
    pub fn pass_any_of(&self, family: &str) -> bool {
        match self {
            Self::Word(word) => *word == BetaWord::Pass,
            Self::Listed(known) => known.iter().any(|known| known.starts_with(family)),
        }
    }
}
