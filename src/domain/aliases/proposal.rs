//! Proposes aliases for the names that clients sent.

use std::collections::{BTreeMap, BTreeSet};

use super::hints::without_version;
use crate::domain::values::{AliasName, Match};

/// An alias without a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The sent name, or the beginning that several sent names share.
    pub name: AliasName,
    /// A prefix, if several sent names share it.
    pub matching: Match,
}

/// For each sent name, the alias that would match it: a prefix, if two or more of the names differ only in the version at
/// their end, else the name itself. A name that no alias can have, such as one with capitals, is not in the answer.
///
/// ```
/// use crossmodel::domain::{Match, propose_aliases};
/// let sent = ["claude-haiku-4-5-20251001", "claude-haiku-4-5", "gpt-5.5"];
/// let proposed = propose_aliases(sent);
/// assert_eq!((proposed[sent[0]].name.as_str(), proposed[sent[0]].matching), ("claude-haiku", Match::Prefix));
/// assert_eq!((proposed["gpt-5.5"].name.as_str(), proposed["gpt-5.5"].matching), ("gpt-5.5", Match::Exact));
/// ```
pub fn propose_aliases<'a>(sent: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, Proposal> {
    let mut families: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in sent {
        families.entry(family(name)).or_default().insert(name);
    }

    let mut proposed = BTreeMap::new();
    for (common, names) in families {
        let prefix = (names.len() > 1).then(|| common.parse().ok()).flatten();
        for name in names {
            let prefix = prefix.clone().map(|name| Proposal {
                name,
                matching: Match::Prefix,
            });
            let exact = || {
                Some(Proposal {
                    name: name.parse().ok()?,
                    matching: Match::Exact,
                })
            };
            if let Some(proposal) = prefix.or_else(exact) {
                proposed.insert(name, proposal);
            }
        }
    }

    proposed
}

/// A name without any date or version at its end.
fn family(name: &str) -> &str {
    std::iter::successors(Some(name), |name| without_version(name))
        .last()
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::aliases::alias::Alias;
    use crate::domain::aliases::resolve::AliasSet;

    fn lines(sent: &[&str]) -> Vec<String> {
        let star = |matching| if matching == Match::Prefix { "*" } else { "" };
        propose_aliases(sent.iter().copied())
            .into_iter()
            .map(|(name, it)| format!("{name}: {}{}", it.name, star(it.matching)))
            .collect()
    }

    #[test]
    fn names_of_one_family_get_its_prefix() {
        assert_eq!(
            lines(&["claude-haiku-4-5-20251001", "claude-haiku-4-5", "claude-opus-4-8"]),
            [
                "claude-haiku-4-5: claude-haiku*",
                "claude-haiku-4-5-20251001: claude-haiku*",
                "claude-opus-4-8: claude-opus-4-8"
            ]
        );
        assert_eq!(lines(&["fast", "fast-v2"]), ["fast: fast*", "fast-v2: fast*"]);
        assert_eq!(
            lines(&["gpt-4o-2024-08-06", "gpt-4o-2024-05-13"]),
            ["gpt-4o-2024-05-13: gpt-4o*", "gpt-4o-2024-08-06: gpt-4o*"]
        );
    }

    #[test]
    fn a_name_on_its_own_is_proposed_as_it_is() {
        assert_eq!(
            lines(&["claude-haiku-4-5", "claude-haiku-4-5"]),
            ["claude-haiku-4-5: claude-haiku-4-5"]
        );
        assert_eq!(
            lines(&["gpt-5.5", "gpt-4.1"]),
            ["gpt-4.1: gpt-4.1", "gpt-5.5: gpt-5.5"],
            "gpt says too little"
        );
    }

    #[test]
    fn what_no_alias_can_be_called_is_left_out() {
        assert!(lines(&["Claude-Opus", "\"><img src=x onerror=1>", "", &"x".repeat(65)]).is_empty());
        let long = ["x".repeat(64) + "-1", "x".repeat(64) + "-2"];
        assert_eq!(
            lines(&[&long[0], &long[1]]).len(),
            2,
            "too long themselves, but not what they share"
        );
    }

    proptest! {
        #[test]
        fn every_proposed_alias_catches_its_name(
            sent in proptest::collection::vec("[ab]{4,5}(-[0-9]{1,2}){0,2}(-20[0-9]{6})?|[A-Za-z0-9 ._:/-]{0,70}", 0..12),
        ) {
            let proposed = propose_aliases(sent.iter().map(String::as_str));
            for (name, proposal) in &proposed {
                let alias = Alias::new(proposal.name.clone(), proposal.matching, "lab/m".parse().unwrap());
                prop_assert!(AliasSet::new(vec![alias]).resolve(name).alias().is_some(), "{} {:?}", name, proposal);
                if proposal.matching == Match::Prefix {
                    let same = proposed.values().filter(|other| *other == proposal).count();
                    prop_assert!(same > 1, "{} alone", proposal.name);
                }
            }
            for name in &sent {
                prop_assert!(proposed.contains_key(name.as_str()) || name.parse::<AliasName>().is_err(), "{}", name);
            }
        }

        #[test]
        fn the_order_of_the_names_does_not_matter(
            mut sent in proptest::collection::vec("[ab]{4}(-[0-9]){0,2}", 0..8),
        ) {
            let owned = |sent: &[String]| {
                let proposed = propose_aliases(sent.iter().map(String::as_str));
                proposed.into_iter().map(|(name, it)| (name.to_owned(), it)).collect::<Vec<_>>()
            };
            let before = owned(&sent);
            sent.reverse();

            prop_assert_eq!(before, owned(&sent));
        }
    }
}
