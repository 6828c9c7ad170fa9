//! The steps of an explanation: each rule in turn, and its result.

use crate::domain::aliases::alias::Alias;
use crate::domain::aliases::decision::Outcome;
use crate::domain::aliases::resolve::{Resolution, Trace};
use crate::domain::catalog::Catalog;
use crate::domain::format::visible;
use crate::domain::values::AliasName;

/// One step of an explanation: a rule, the alias that it compared, and its result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// The alias that the rule looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasName>,
    /// The finding in words.
    pub text: String,
    /// The result.
    pub mark: Mark,
}

/// The rules, in the order in which they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// An exact alias of that name.
    Exact,
    /// The longest prefix alias that the name starts with.
    Prefix,
    /// The name goes on unchanged.
    Passthrough,
    /// The check of the resulting model in the catalog and against the key's permissions.
    Then,
}

impl Rule {
    /// The rule as the test box writes it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Prefix => "Prefix",
            Self::Passthrough => "Passthrough",
            Self::Then => "Then",
        }
    }
}

/// The result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// This step decides.
    Wins,
    /// A longer prefix decides.
    Shorter,
    /// An earlier rule decides, or nothing is left to check.
    NotReached,
    /// Nothing matched.
    NoMatch,
    /// The check passed.
    Yes,
    /// The check failed.
    No,
}

impl Mark {
    /// The result as the test box writes it; empty where the text says it all.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Wins => "WINS",
            Self::Shorter => "shorter",
            Self::NotReached => "not reached",
            Self::NoMatch => "",
            Self::Yes => "✔",
            Self::No => "✘",
        }
    }
}

pub fn steps(trace: &Trace<'_>, outcome: &Outcome, catalog: &Catalog) -> Vec<Step> {
    let asked = visible(trace.requested);
    let step = |rule, alias: Option<&Alias>, text: String, mark| Step {
        rule,
        alias: alias.map(|a| a.name.clone()),
        text,
        mark,
    };
    let mut steps = vec![match trace.exact {
        Some(alias) => step(Rule::Exact, Some(alias), "the same name".into(), Mark::Wins),
        None => step(Rule::Exact, None, format!("no alias is named {asked}"), Mark::NoMatch),
    }];
    let length = trace.requested.chars().count();
    steps.extend(trace.prefixes.iter().map(|candidate| {
        let mark = match (trace.exact, candidate.wins) {
            (Some(_), _) => Mark::NotReached,
            (None, true) => Mark::Wins,
            (None, false) => Mark::Shorter,
        };
        let text = format!("{} of {length} characters", candidate.length);
        step(Rule::Prefix, Some(candidate.alias), text, mark)
    }));

    if trace.prefixes.is_empty() {
        steps.push(match trace.exact {
            Some(_) => step(Rule::Prefix, None, String::new(), Mark::NotReached),
            None => step(
                Rule::Prefix,
                None,
                format!("no prefix alias starts {asked}"),
                Mark::NoMatch,
            ),
        });
    }

    steps.push(match trace.resolution {
        Resolution::Alias(_) => step(Rule::Passthrough, None, String::new(), Mark::NotReached),
        Resolution::Passthrough(_) => step(Rule::Passthrough, None, "the name goes on unchanged".into(), Mark::Wins),
    });
    let known = catalog.get(trace.resolution.model()).is_some();
    steps.push(match outcome {
        Outcome::NotFound if known => step(Rule::Then, None, "switched on".into(), Mark::No),
        Outcome::NotFound => step(Rule::Then, None, "in catalog".into(), Mark::No),
        Outcome::Runs(_) | Outcome::NotAllowed(_) => step(Rule::Then, None, "in catalog".into(), Mark::Yes),
    });
    let allowed = match outcome {
        Outcome::Runs(_) => Mark::Yes,
        Outcome::NotAllowed(_) => Mark::No,
        Outcome::NotFound => Mark::NotReached,
    };
    steps.push(step(Rule::Then, None, "allowed for this key".into(), allowed));

    steps
}
