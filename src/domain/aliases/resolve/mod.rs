//! The rule that the product exists for: the real model that a requested name means.

use super::alias::Alias;
use crate::domain::values::{Match, Strictness};

/// A key's aliases, compiled for resolution. Build it once per change, resolve with it on every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasSet {
    /// In evaluation order: exact names from A to Z, then prefixes from the longest to the shortest.
    rows: Vec<Alias>,
    /// Where the prefixes begin in `rows`.
    prefixes_at: usize,
}

/// The model that a requested name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// An alias matched the name; its target runs.
    Alias(&'a Alias),
    /// No alias matched; the name goes on unchanged, byte for byte.
    Passthrough(&'a str),
}

impl<'a> Resolution<'a> {
    /// The real id that runs, if the catalog has it.
    pub fn model(&self) -> &'a str {
        match self {
            Self::Alias(alias) => alias.target.as_str(),
            Self::Passthrough(name) => name,
        }
    }

    /// The alias that matched the name.
    pub fn alias(&self) -> Option<&'a Alias> {
        match self {
            Self::Alias(alias) => Some(alias),
            Self::Passthrough(_) => None,
        }
    }

    /// Whether the answer carries the requested name, in place of [`Resolution::model`].
    pub fn keep_name(&self) -> bool {
        self.alias().is_some_and(|alias| alias.keep_name)
    }

    /// How much the request may be changed, if the alias says so; else its key does.
    pub fn adapt(&self) -> Option<Strictness> {
        self.alias()?.adapt
    }
}

/// A prefix alias that matched the requested name, and whether it won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedAlias<'a> {
    /// The alias.
    pub alias: &'a Alias,
    /// Its name's length in characters: the longest wins.
    pub length: usize,
    /// Whether this alias decides.
    pub wins: bool,
}

/// Every step of one resolution, to explain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<'a> {
    /// The requested name.
    pub requested: &'a str,
    /// The exact alias of that name, if there is one.
    pub exact: Option<&'a Alias>,
    /// Prefix aliases that match, the longest first. They count only if no exact alias matched; they are always listed.
    pub prefixes: Vec<CheckedAlias<'a>>,
    /// An alias that would match if the request were written in lower case; only when nothing matched as written.
    pub case_only: Option<&'a Alias>,
    /// The result.
    pub resolution: Resolution<'a>,
}

impl AliasSet {
    /// Compiles aliases, in any order. Names are unique in a key; of two with one name, the first in evaluation order decides.
    pub fn new(mut rows: Vec<Alias>) -> Self {
        rows.sort_by(Alias::evaluation_order);
        let prefixes_at = rows.partition_point(|row| row.matching == Match::Exact);
        Self { rows, prefixes_at }
    }

    /// The aliases in evaluation order.
    pub fn rows(&self) -> &[Alias] {
        &self.rows
    }

    /// Exact beats prefix; among prefixes the longest wins; otherwise the name passes through. Bytes are compared as
    /// they are, in one pass, and the result is never looked up among the aliases again.
    ///
    /// Two prefixes of equal length that match one name are the same text, so there is never a tie.
    ///
    /// ```
    /// use crossmodel::domain::{Alias, AliasSet, Match, Resolution};
    /// let alias = |name: &str, matching, target: &str| Alias::new(name.parse().unwrap(), matching, target.parse().unwrap());
    /// let set = AliasSet::new(vec![
    ///     alias("cross-model-basic", Match::Exact, "deepseek/deepseek-flash"),
    ///     alias("claude", Match::Prefix, "anthropic/claude-haiku-4-5"),
    ///     alias("claude-opus", Match::Prefix, "anthropic/claude-opus-4-8"),
    /// ]);
    /// assert_eq!(set.resolve("cross-model-basic").model(), "deepseek/deepseek-flash");
    /// assert_eq!(set.resolve("claude-opus-4-9").model(), "anthropic/claude-opus-4-8");
    /// assert_eq!(set.resolve("Claude"), Resolution::Passthrough("Claude"));
    /// ```
    pub fn resolve<'a>(&'a self, requested: &'a str) -> Resolution<'a> {
        match self
            .exact(requested)
            .or_else(|| self.matching_prefixes(requested).next())
        {
            Some(alias) => Resolution::Alias(alias),
            None => Resolution::Passthrough(requested),
        }
    }

    /// The same answer as [`AliasSet::resolve`], with every alias that was checked.
    pub fn explain<'a>(&'a self, requested: &'a str) -> Trace<'a> {
        let resolution = self.resolve(requested);
        let exact = self.exact(requested);
        let prefixes = self
            .matching_prefixes(requested)
            .enumerate()
            .map(|(n, alias)| CheckedAlias {
                alias,
                length: alias.name.as_str().len(),
                wins: exact.is_none() && n == 0,
            })
            .collect();
        let case_only = match resolution {
            Resolution::Alias(_) => None,
            Resolution::Passthrough(name) => self.matches_in_lowercase(name),
        };

        Trace {
            requested,
            exact,
            prefixes,
            case_only,
            resolution,
        }
    }

    /// The alias that would have matched if `requested` had been written in lower case, for the error that explains a miss.
    pub fn matches_in_lowercase(&self, requested: &str) -> Option<&Alias> {
        let lowercase = requested.to_lowercase();
        if lowercase == requested {
            return None;
        }
        self.exact(&lowercase)
            .or_else(|| self.matching_prefixes(&lowercase).next())
    }

    fn exact(&self, requested: &str) -> Option<&Alias> {
        let exact = self.rows.get(..self.prefixes_at)?;
        let at = exact.binary_search_by(|row| row.name.as_str().cmp(requested)).ok()?;
        exact.get(at)
    }

    fn matching_prefixes<'a>(&'a self, requested: &str) -> impl Iterator<Item = &'a Alias> {
        let prefixes = self.rows.get(self.prefixes_at..).unwrap_or_default();
        prefixes
            .iter()
            .filter(move |row| requested.starts_with(row.name.as_str()))
    }
}

#[cfg(test)]
mod tests;
