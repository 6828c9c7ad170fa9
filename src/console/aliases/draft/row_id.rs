//! The identity of a row in a draft.

use std::fmt;
use std::str::FromStr;

use super::error::DraftError;
use crate::domain::Alias;

/// A row's identity in one editor: `a3` is the third alias of the saved version in evaluation order, `n1` the first new row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowId {
    /// The saved version's alias at this position, counted from 1.
    Saved(usize),
    /// A row that is not saved yet.
    New(u32),
}

impl RowId {
    /// The number of a new row; `None` for a saved one.
    pub(in crate::console) fn new_number(self) -> Option<u32> {
        match self {
            Self::New(number) => Some(number),
            Self::Saved(_) => None,
        }
    }

    /// The alias of the saved version that the row came from.
    pub(in crate::console) fn saved(self, aliases: &[Alias]) -> Option<&Alias> {
        match self {
            Self::Saved(position) => position.checked_sub(1).and_then(|at| aliases.get(at)),
            Self::New(_) => None,
        }
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saved(position) => write!(f, "a{position}"),
            Self::New(number) => write!(f, "n{number}"),
        }
    }
}

impl FromStr for RowId {
    type Err = DraftError;

    fn from_str(text: &str) -> Result<Self, DraftError> {
        let error = || DraftError(format!("row {text:?}"));
        let number = |digits: &str| digits.parse::<u32>().ok().filter(|&n| n < 1_000_000).ok_or_else(error);
        match text.split_at_checked(1) {
            Some(("a", digits)) => Ok(Self::Saved(number(digits)? as usize)),
            Some(("n", digits)) => Ok(Self::New(number(digits)?)),
            _ => Err(error()),
        }
    }
}
