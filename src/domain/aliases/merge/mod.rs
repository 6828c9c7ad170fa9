//! Merges the aliases of one key that two people edited at the same time, alias by alias.

use crate::domain::aliases::alias::Alias;
use crate::domain::values::AliasName;

/// The result of [`merge`]. *My* side is the draft that is being saved, *their* side is the stored one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The merged aliases: mine in my order, then what only they have.
    pub rows: Vec<MergedRow>,
    /// Aliases that they removed and I did not touch; not among `rows`.
    pub removed_by_them: Vec<Alias>,
    /// My aliases equal the stored ones: there is nothing to save.
    pub identical: bool,
}

/// One alias of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergedRow {
    /// The same on both sides.
    Same(Alias),
    /// I added or changed it; they did not touch it.
    Mine(Alias),
    /// They added or changed it; I did not touch it.
    Theirs(Alias),
    /// Both touched it, differently. `None` means removed; at least one side has it.
    Conflict {
        /// As I want it.
        mine: Option<Alias>,
        /// As it is stored.
        theirs: Option<Alias>,
    },
}

impl MergedRow {
    /// The alias's name.
    pub fn name(&self) -> Option<&AliasName> {
        match self {
            Self::Same(alias) | Self::Mine(alias) | Self::Theirs(alias) => Some(alias),
            Self::Conflict { mine, theirs } => mine.as_ref().or(theirs.as_ref()),
        }
        .map(|alias| &alias.name)
    }
}

impl Merge {
    /// Whether a person has to choose between two versions of an alias.
    pub fn has_conflicts(&self) -> bool {
        self.rows.iter().any(|row| matches!(row, MergedRow::Conflict { .. }))
    }

    /// The merged aliases; `None` if there is a conflict.
    pub fn aliases(&self) -> Option<Vec<Alias>> {
        self.rows
            .iter()
            .map(|row| match row {
                MergedRow::Same(alias) | MergedRow::Mine(alias) | MergedRow::Theirs(alias) => Some(alias.clone()),
                MergedRow::Conflict { .. } => None,
            })
            .collect()
    }
}

/// Merges my draft with the aliases that another person saved meanwhile (theirs), given the aliases that both started from.
/// Names are unique on each side; a renamed alias counts as one removed and one added.
///
/// ```
/// use crossmodel::domain::{Alias, Match, merge};
/// let alias = |name: &str, target: &str| Alias::new(name.parse().unwrap(), Match::Exact, target.parse().unwrap());
/// let base = [alias("a", "lab/1"), alias("b", "lab/1")];
/// let theirs = [alias("a", "lab/2"), alias("b", "lab/1")];
/// let mine = [alias("a", "lab/1"), alias("b", "lab/3")];
/// let merged = merge(&base, &theirs, &mine);
/// assert_eq!(merged.aliases(), Some(vec![alias("a", "lab/2"), alias("b", "lab/3")]));
/// ```
pub fn merge(base: &[Alias], theirs: &[Alias], mine: &[Alias]) -> Merge {
    let find = |side: &[Alias], name: &AliasName| side.iter().find(|alias| alias.name == *name).cloned();
    let mut not_mine: Vec<&Alias> = theirs
        .iter()
        .filter(|alias| find(mine, &alias.name).is_none())
        .collect();
    not_mine.sort_by(|a, b| Alias::evaluation_order(a, b));
    let names = mine.iter().chain(not_mine).map(|alias| &alias.name);
    let mut rows = Vec::new();
    let mut removed_by_them = Vec::new();

    for name in names {
        let (old, their, my) = (find(base, name), find(theirs, name), find(mine, name));
        match (my, their) {
            (Some(my), their) if Some(&my) == their.as_ref() => rows.push(MergedRow::Same(my)),
            // I did not touch it: theirs counts.
            (my, their) if my == old => match (their, old) {
                (Some(their), _) => rows.push(MergedRow::Theirs(their)),
                (None, old) => removed_by_them.extend(old),
            },
            // They did not touch it: mine counts.
            (my, their) if their == old => rows.extend(my.map(MergedRow::Mine)),
            (mine, theirs) => rows.push(MergedRow::Conflict { mine, theirs }),
        }
    }

    let identical = theirs.len() == mine.len() && rows.iter().all(|row| matches!(row, MergedRow::Same(_)));
    Merge {
        rows,
        removed_by_them,
        identical,
    }
}

#[cfg(test)]
mod tests;
