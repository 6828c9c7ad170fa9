//! Merges of three sides, by hand and at random.

use proptest::prelude::*;

use super::*;
use crate::domain::samples::{alias, any_aliases};

fn all(lines: &[&str]) -> Vec<Alias> {
    lines.iter().map(|line| alias(line)).collect()
}

#[test]
fn different_aliases_come_together_and_say_whose_they_are() {
    let base = all(&["a = lab/1", "b = lab/1", "gone = lab/1", "dropped = lab/1"]);
    let theirs = all(&["a = lab/2", "b = lab/1", "new* = lab/9", "dropped = lab/1"]);
    let mine = all(&["b = lab/3", "a = lab/1", "gone = lab/1", "extra = lab/5"]);

    let merged = merge(&base, &theirs, &mine);

    assert_eq!(
        merged.rows,
        [
            MergedRow::Mine(alias("b = lab/3")),
            MergedRow::Theirs(alias("a = lab/2")),
            MergedRow::Mine(alias("extra = lab/5")),
            MergedRow::Theirs(alias("new* = lab/9")),
        ]
    );
    assert_eq!(merged.removed_by_them, all(&["gone = lab/1"]));
    assert!(!merged.identical && !merged.has_conflicts());
}

#[test]
fn the_same_alias_touched_differently_is_a_conflict() {
    let base = all(&["a = lab/1", "b = lab/1", "c = lab/1"]);
    let theirs = all(&["a = lab/2", "c* = lab/1", "d = lab/1"]);
    let mine = all(&["a = lab/3", "b = lab/9", "d = lab/2"]);

    let merged = merge(&base, &theirs, &mine);

    let conflict = |mine: Option<&str>, theirs: Option<&str>| MergedRow::Conflict {
        mine: mine.map(alias),
        theirs: theirs.map(alias),
    };
    assert_eq!(
        merged.rows,
        [
            conflict(Some("a = lab/3"), Some("a = lab/2")),
            conflict(Some("b = lab/9"), None),
            conflict(Some("d = lab/2"), Some("d = lab/1")),
            conflict(None, Some("c* = lab/1")),
        ]
    );
    assert_eq!(merged.aliases(), None);
    assert_eq!(merged.rows[3].name().map(AliasName::as_str), Some("c"));
}

#[test]
fn the_name_that_answers_carry_is_part_of_an_alias() {
    let base = all(&["a = lab/1", "b = lab/1"]);
    let theirs = all(&["a = lab/1 keep-name", "b = lab/1 keep-name"]);
    let mine = all(&["a = lab/2", "b = lab/1"]);

    let merged = merge(&base, &theirs, &mine);

    assert_eq!(
        merged.rows,
        [
            MergedRow::Conflict {
                mine: Some(mine[0].clone()),
                theirs: Some(theirs[0].clone())
            },
            MergedRow::Theirs(theirs[1].clone()),
        ]
    );
}

#[test]
fn the_same_change_twice_is_nothing_to_do() {
    let base = all(&["a = lab/1", "b = lab/1"]);
    let changed = all(&["c* = lab/2", "a = lab/2"]);
    let reordered = all(&["a = lab/2", "c* = lab/2"]);

    assert!(merge(&base, &changed, &reordered).identical);
}

fn sorted(mut aliases: Vec<Alias>) -> Vec<Alias> {
    aliases.sort_by(Alias::evaluation_order);
    aliases
}

/// Three sides that share most of their names.
fn sides() -> impl Strategy<Value = [Vec<Alias>; 3]> {
    let keep = proptest::collection::vec(any::<(bool, bool, bool)>(), Alias::LIMIT);
    (any_aliases(), any_aliases(), keep).prop_map(|(some, other, keep)| {
        let pick = |take: fn(&(bool, bool, bool)) -> bool| -> Vec<Alias> {
            let mut out: Vec<Alias> = Vec::new();
            for (at, alias) in some.iter().enumerate() {
                let mut alias = alias.clone();
                if keep.get(at).is_some_and(take) {
                    if let Some(change) = other.get(at) {
                        alias.target = change.target.clone();
                        alias.matching = change.matching;
                        alias.keep_name = change.keep_name;
                        alias.adapt = change.adapt;
                    } else {
                        continue;
                    }
                }
                out.push(alias);
            }
            out
        };
        [pick(|bits| bits.0), pick(|bits| bits.1), pick(|bits| bits.2)]
    })
}

proptest! {
    #[test]
    fn when_only_one_side_changed_its_version_stands([base, other, _] in sides()) {
        let mine = merge(&base, &base, &other);
        prop_assert_eq!(mine.aliases(), Some(other.clone()));

        let theirs = merge(&base, &other, &base);
        prop_assert_eq!(theirs.aliases().map(sorted), Some(sorted(other.clone())));
        prop_assert!(merge(&base, &other, &other).identical);
    }

    #[test]
    fn a_conflict_is_exactly_what_both_touched_differently([base, theirs, mine] in sides()) {
        let merged = merge(&base, &theirs, &mine);
        let find = |side: &[Alias], name: &AliasName| side.iter().find(|alias| alias.name == *name).cloned();
        for name in base.iter().chain(&theirs).chain(&mine).map(|alias| &alias.name) {
            let (old, their, my) = (find(&base, name), find(&theirs, name), find(&mine, name));
            let row = merged.rows.iter().find(|row| row.name() == Some(name)).cloned();
            let conflict = old != their && old != my && their != my;
            prop_assert_eq!(matches!(row, Some(MergedRow::Conflict { .. })), conflict);
            if !conflict {
                // The side that touched it decides.
                let expected = if my == old { their } else { my };
                let got = row.and_then(|row| match row {
                    MergedRow::Same(alias) | MergedRow::Mine(alias) | MergedRow::Theirs(alias) => Some(alias),
                    MergedRow::Conflict { .. } => None,
                });
                prop_assert_eq!(got, expected);
            }
        }
    }

    #[test]
    fn both_sides_see_the_same_merge([base, theirs, mine] in sides()) {
        let (ours, their) = (merge(&base, &theirs, &mine), merge(&base, &mine, &theirs));
        prop_assert_eq!(ours.aliases().map(sorted), their.aliases().map(sorted));
        prop_assert_eq!(ours.identical, their.identical);
    }
}
