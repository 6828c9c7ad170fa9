//! The rule against its table of cases and against a naive oracle.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::domain::access::KeyStatus;
use crate::domain::aliases::decision::{Outcome, decide};
use crate::domain::samples::{alias, any_aliases, catalog, model};

const TABLE: &str = include_str!("../../../../tests/data/resolve.txt");

#[test]
fn every_case_of_the_table() {
    let mut aliases: Vec<Alias> = Vec::new();
    let mut asked = 0;
    for (at, line) in TABLE
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    {
        if line == "key" {
            aliases.clear();
        } else if let Some(rest) = line.strip_prefix("alias ") {
            aliases.push(alias(rest));
        } else if let Some(rest) = line.strip_prefix("ask ") {
            let (name, rest) = rest.split_once(" -> ").unwrap();
            let (expected, rule) = rest.split_once("  ").unwrap();
            check(&aliases, &text(name), &text(expected), rule, at + 1);
            asked += 1;
        } else {
            panic!("line {}: {line}", at + 1);
        }
    }

    assert!(asked >= 40, "only {asked} cases");
}

fn text(written: &str) -> String {
    if written.starts_with('"') {
        serde_json::from_str(written).unwrap()
    } else {
        written.into()
    }
}

fn check(aliases: &[Alias], asked: &str, expected: &str, rule: &str, line: usize) {
    let set = AliasSet::new(aliases.to_vec());
    let trace = set.explain(asked);
    let got = match (trace.resolution, trace.case_only) {
        (Resolution::Alias(alias), _) if alias.matching == Match::Exact => "exact".into(),
        (Resolution::Alias(alias), _) => format!("prefix {}", alias.name),
        (Resolution::Passthrough(_), Some(alias)) => format!("passthrough case {}", alias.name),
        (Resolution::Passthrough(_), None) => "passthrough".into(),
    };
    assert_eq!(
        (trace.resolution.model(), got.as_str()),
        (expected, rule),
        "line {line}: {asked:?}"
    );
}

#[test]
fn rows_stand_in_evaluation_order() {
    let set = AliasSet::new(
        ["ab* = l/m", "b = l/m", "abc* = l/m", "aa* = l/m", "a = l/m"]
            .map(alias)
            .to_vec(),
    );
    let names: Vec<&str> = set.rows().iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "abc", "aa", "ab"]);
}

#[test]
fn prefixes_are_listed_even_if_an_exact_alias_decided() {
    let set = AliasSet::new(["claude = l/1", "cl* = l/2", "cla* = l/3"].map(alias).to_vec());
    let trace = set.explain("claude");
    let listed: Vec<(&str, usize, bool)> = trace
        .prefixes
        .iter()
        .map(|it| (it.alias.name.as_str(), it.length, it.wins))
        .collect();
    assert_eq!(listed, [("cla", 3, false), ("cl", 2, false)]);
}

/// The rule once more, as naively as it can be written. Which target, and through which alias.
fn oracle(aliases: &[Alias], asked: &str) -> (String, Option<Alias>) {
    let mut winner: Option<&Alias> = None;
    for alias in aliases {
        let name = alias.name.as_str().as_bytes();
        if alias.matching == Match::Exact && name == asked.as_bytes() {
            return (alias.target.to_string(), Some(alias.clone()));
        }
        let is_prefix = alias.matching == Match::Prefix && asked.bytes().take(name.len()).eq(name.iter().copied());
        if is_prefix && winner.is_none_or(|best| best.name.as_str().len() < name.len()) {
            winner = Some(alias);
        }
    }
    winner.map_or((asked.to_owned(), None), |alias| {
        (alias.target.to_string(), Some(alias.clone()))
    })
}

/// Names that clients send: an alias name with something more, less or in another case, a target, or anything.
fn asked() -> impl Strategy<Value = (Vec<Alias>, String)> {
    (any_aliases(), any::<Index>(), 0..6, "[ab./:-]{0,3}|.{0,8}").prop_map(|(aliases, which, how, extra)| {
        if aliases.is_empty() {
            return (aliases, extra);
        }
        let alias = which.get(&aliases);
        let name = alias.name.as_str();
        let asked = match how {
            0 => name.to_owned(),
            1 | 2 => format!("{name}{extra}"),
            3 => name.get(..name.len() - 1).unwrap_or_default().to_owned(),
            4 => format!("{}{extra}", name.to_uppercase()),
            _ => alias.target.to_string(),
        };
        (aliases, asked)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_resolver_equals_the_oracle((aliases, asked) in asked()) {
        let set = AliasSet::new(aliases.clone());
        let resolution = set.resolve(&asked);
        let (model, alias) = oracle(&aliases, &asked);
        prop_assert_eq!(resolution.model(), model);
        prop_assert_eq!(resolution.alias(), alias.as_ref());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_order_of_aliases_never_matters(
        (mut aliases, asked) in asked(),
        turn in any::<Index>(),
    ) {
        let one = AliasSet::new(aliases.clone());
        let by = if aliases.is_empty() { 0 } else { turn.index(aliases.len()) };
        aliases.rotate_left(by);
        aliases.reverse();
        let other = AliasSet::new(aliases);
        prop_assert_eq!(one.resolve(&asked), other.resolve(&asked));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn what_passes_through_is_the_same_bytes((aliases, asked) in asked()) {
        let set = AliasSet::new(aliases);
        if let Resolution::Passthrough(name) = set.resolve(&asked) {
            prop_assert!(std::ptr::eq(name, asked.as_str()));
        }
    }

    #[test]
    fn an_exact_alias_is_never_passed_over((aliases, which) in (any_aliases(), any::<Index>())) {
        prop_assume!(aliases.iter().any(|alias| alias.matching == Match::Exact));
        let exact: Vec<&Alias> = aliases.iter().filter(|alias| alias.matching == Match::Exact).collect();
        let wanted = which.get(&exact);
        let set = AliasSet::new(aliases.clone());
        prop_assert_eq!(set.resolve(wanted.name.as_str()), Resolution::Alias(wanted));
    }

    #[test]
    fn no_matching_prefix_is_longer_than_the_winner((aliases, asked) in asked()) {
        let set = AliasSet::new(aliases.clone());
        if let Resolution::Alias(winner) = set.resolve(&asked) && winner.matching == Match::Prefix {
            for other in aliases.iter().filter(|other| other.matching == Match::Prefix && other.name != winner.name) {
                let longer = other.name.as_str().len() >= winner.name.as_str().len();
                prop_assert!(!(longer && asked.starts_with(other.name.as_str())));
            }
        }
    }

    #[test]
    fn the_explanation_agrees_with_the_answer((aliases, asked) in asked(), allowed in any::<bool>()) {
        let set = AliasSet::new(aliases);
        let shop = catalog(vec![model("lab/a"), model("lab/b")]);
        let only = ["lab/a".parse().unwrap()];
        let allowed = allowed.then_some(&only[..]);

        let trace = set.explain(&asked);
        prop_assert_eq!(trace.resolution, set.resolve(&asked));
        let winners = trace.prefixes.iter().filter(|candidate| candidate.wins).count();
        let by_prefix = trace.resolution.alias().is_some_and(|alias| alias.matching == Match::Prefix);
        prop_assert_eq!(winners, usize::from(by_prefix));

        let decision = decide(&set, &shop, allowed, &asked);
        let why = crate::domain::aliases::explain::explain(&set, &shop, allowed, KeyStatus::Active, &asked);
        prop_assert_eq!(why.model.as_str(), if asked.is_empty() { "" } else { decision.resolution.model() });
        prop_assert_eq!(why.runs(), matches!(decision.outcome, Outcome::Runs(_)) && !asked.is_empty());
        prop_assert_eq!(why.alias.as_ref(), decision.resolution.alias());
    }
}
