//! Why a name goes where it goes, in the words that the test box, the command line and the errors share.

use super::alias::Alias;
use super::decision::{Outcome, decide};
use super::resolve::{AliasSet, Resolution, Trace};
use crate::domain::access::KeyStatus;
use crate::domain::catalog::{Catalog, ModelId};
use crate::domain::format::{facts, visible};
use crate::domain::values::{AliasName, Match, is_invisible};

/// What a request for a name comes to, and every step on the way. Serialises as `crossmodel resolve --json` prints it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// What was asked for, unchanged.
    pub requested: String,
    /// Whether a request for it runs.
    pub outcome: ExplainedOutcome,
    /// The real id that the name stands for, whether it runs or not; empty if nothing was asked.
    pub model: String,
    /// The alias that decided.
    pub alias: Option<Alias>,
    /// The answer in a sentence or two.
    pub sentence: String,
    /// Everything that was looked at, in order.
    pub steps: Vec<Step>,
    /// What else the person should know.
    pub notes: Vec<String>,
    /// Catalog ids spelled like the name, if it leads nowhere; at most 3.
    pub nearest: Vec<ModelId>,
    /// The name, if an alias for it would help and may have it.
    pub can_be_alias: Option<AliasName>,
    /// Price, context and inputs of the model that runs.
    pub facts: Option<String>,
    /// The name that answers carry, if a request runs: the real id, or what was asked for.
    pub answers_as: Option<String>,
}

/// What the gateway would answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainedOutcome {
    /// Nothing was asked.
    Empty,
    /// The model runs.
    Runs,
    /// `404 model_not_found`.
    ModelNotFound,
    /// `403 model_not_allowed`.
    ModelNotAllowed,
}

/// One line of the reasons: which rule, what it looked at, what came of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Step {
    /// The rule.
    pub rule: Rule,
    /// The alias that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasName>,
    /// What was found.
    pub text: String,
    /// What came of it.
    pub mark: Mark,
}

/// The rules, in the order they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// An exact alias of that name.
    Exact,
    /// The longest prefix alias that the name starts with.
    Prefix,
    /// The name goes on unchanged.
    Passthrough,
    /// What the catalog and the key's permissions say of the result.
    Then,
}

impl Rule {
    /// As the test box writes it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::Prefix => "Prefix",
            Self::Passthrough => "Passthrough",
            Self::Then => "Then",
        }
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// This decided.
    Wins,
    /// A longer prefix decided.
    Shorter,
    /// An earlier rule decided, or nothing was left to ask.
    NotReached,
    /// Nothing matched.
    NoMatch,
    /// The check passed.
    Yes,
    /// The check failed.
    No,
}

impl Mark {
    /// As the test box writes it; empty where the text says it all.
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

impl Explanation {
    /// The most bytes of a name that is worth asking about: the gateway takes no longer ones.
    pub const MAX_REQUESTED: usize = 256;

    /// Which rule decided, in short: `exact`, `prefix claude-opus` or `passthrough`.
    pub fn rule(&self) -> String {
        match &self.alias {
            Some(Alias {
                matching: Match::Exact, ..
            }) => "exact".into(),
            Some(Alias {
                matching: Match::Prefix,
                name,
                ..
            }) => format!("prefix {name}"),
            None => "passthrough".into(),
        }
    }

    /// What an alias makes of the name in the answer, in a sentence; `None` where no alias decided or nothing runs.
    pub fn answer_note(&self) -> Option<String> {
        let (alias, name) = (self.alias.as_ref()?, visible(self.answers_as.as_ref()?));
        let which = if alias.keep_name {
            "the name asked for"
        } else {
            "the real id"
        };
        Some(format!("Answers carry the name {name}, {which}."))
    }

    /// Whether a request runs.
    pub fn runs(&self) -> bool {
        self.outcome == ExplainedOutcome::Runs
    }
}

/// Resolves a name as the gateway would and says why. The answer is [`decide`]'s; this only puts it in words.
///
/// ```
/// use crossmodel::domain::{AliasSet, Catalog, KeyStatus, explain};
/// let why = explain(&AliasSet::default(), &Catalog::default(), None, KeyStatus::Active, "gpt-9");
/// assert_eq!(why.sentence, "gpt-9 isn't aliased and isn't in the catalog. Requests fail with model_not_found.");
/// ```
pub fn explain(
    aliases: &AliasSet,
    catalog: &Catalog,
    allowed: Option<&[ModelId]>,
    status: KeyStatus,
    requested: &str,
) -> Explanation {
    let mut notes = Vec::new();
    if let Some(note) = status_note(status) {
        notes.push(note.to_owned());
    }
    if requested.is_empty() {
        return Explanation {
            requested: String::new(),
            outcome: ExplainedOutcome::Empty,
            model: String::new(),
            alias: None,
            sentence: "Type a model name to see where it goes.".into(),
            steps: Vec::new(),
            notes,
            nearest: Vec::new(),
            can_be_alias: None,
            facts: None,
            answers_as: None,
        };
    }
    let trace = aliases.explain(requested);
    let decision = decide(aliases, catalog, allowed, requested);
    let alias = decision.resolution.alias();
    notes.extend(blank_edges(requested, alias.is_some()));
    let nowhere = alias.is_none() && decision.outcome == Outcome::NotFound;
    Explanation {
        requested: requested.to_owned(),
        outcome: match decision.outcome {
            Outcome::Runs(_) => ExplainedOutcome::Runs,
            Outcome::NotFound => ExplainedOutcome::ModelNotFound,
            Outcome::NotAllowed(_) => ExplainedOutcome::ModelNotAllowed,
        },
        model: decision.resolution.model().to_owned(),
        alias: alias.cloned(),
        sentence: sentence(&trace, &decision.outcome, catalog),
        steps: steps(&trace, &decision.outcome, catalog),
        notes,
        nearest: match &decision.outcome {
            Outcome::NotFound => catalog
                .nearest(decision.resolution.model(), 3)
                .into_iter()
                .cloned()
                .collect(),
            _ => Vec::new(),
        },
        can_be_alias: if nowhere { requested.parse().ok() } else { None },
        facts: match &decision.outcome {
            Outcome::Runs(model) | Outcome::NotAllowed(model) => Some(facts(model)),
            Outcome::NotFound => None,
        },
        answers_as: match &decision.outcome {
            Outcome::Runs(_) if decision.resolution.keep_name() => Some(requested.to_owned()),
            Outcome::Runs(model) => Some(model.id.to_string()),
            Outcome::NotFound | Outcome::NotAllowed(_) => None,
        },
    }
}

fn sentence(trace: &Trace<'_>, outcome: &Outcome, catalog: &Catalog) -> String {
    let asked = visible(trace.requested);
    let goes_to = visible(trace.resolution.model());
    let known = catalog.get(trace.resolution.model()).is_some();
    let mut text = match (trace.resolution, outcome) {
        (_, Outcome::NotAllowed(_)) => {
            format!("{asked} resolves to {goes_to}, but this key can't use it. Requests fail with 403.")
        }
        (Resolution::Alias(alias), Outcome::Runs(_)) => match alias.matching {
            Match::Exact => format!("{asked} runs {goes_to} (exact alias)."),
            Match::Prefix => format!("{asked} runs {goes_to} (prefix alias {}).", alias.name),
        },
        (Resolution::Alias(_), Outcome::NotFound) if known => {
            format!("{asked} points at {goes_to}, which is switched off. Requests fail.")
        }
        (Resolution::Alias(_), Outcome::NotFound) => {
            format!("{asked} points at {goes_to}, which is no longer in the catalog. Requests fail.")
        }
        (Resolution::Passthrough(_), Outcome::Runs(_)) => {
            format!("{asked} isn't aliased. It runs the catalog model {asked}.")
        }
        (Resolution::Passthrough(_), Outcome::NotFound) if known => {
            format!(
                "{asked} isn't aliased, and the catalog model {asked} is switched off. Requests fail with model_not_found."
            )
        }
        (Resolution::Passthrough(_), Outcome::NotFound) => {
            format!("{asked} isn't aliased and isn't in the catalog. Requests fail with model_not_found.")
        }
    };
    if let Some(alias) = trace.case_only {
        text.push_str(&format!(
            " Matching is case-sensitive. In lowercase it would match {}.",
            alias.name
        ));
    }
    text
}

fn steps(trace: &Trace<'_>, outcome: &Outcome, catalog: &Catalog) -> Vec<Step> {
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

fn status_note(status: KeyStatus) -> Option<&'static str> {
    match status {
        KeyStatus::Active => None,
        KeyStatus::Disabled => {
            Some("This key is disabled, so every request fails now. The result shows what would happen.")
        }
        KeyStatus::Expired => {
            Some("This key has expired, so every request fails now. The result shows what would happen.")
        }
    }
}

/// Nothing is trimmed, here or in the gateway, so blanks at either end are worth a word.
fn blank_edges(text: &str, matched: bool) -> Option<String> {
    let starts = text.chars().next().and_then(blank);
    let ends = text.chars().next_back().and_then(blank);
    let edges = match (starts, ends) {
        (Some(start), Some(end)) if start == end => format!("starts and ends with {start}"),
        (Some(start), Some(end)) => format!("starts with {start} and ends with {end}"),
        (Some(start), None) => format!("starts with {start}"),
        (None, Some(end)) => format!("ends with {end}"),
        (None, None) => return None,
    };
    let so = if matched {
        "It is part of the name."
    } else {
        "A client sending that won't match."
    };
    Some(format!("Your text {edges}. {so}"))
}

fn blank(c: char) -> Option<&'static str> {
    match c {
        ' ' => Some("a space"),
        '\t' => Some("a tab"),
        '\n' | '\r' => Some("a line break"),
        c if c.is_whitespace() || c.is_control() || is_invisible(c) => Some("an invisible character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
