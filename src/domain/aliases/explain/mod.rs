//! Explains how a name is resolved, in the words that the test box, the command line and the errors share.

mod sentence;
mod step;

pub use step::{Mark, Rule, Step};

use self::sentence::{blank_edges, sentence, status_note};
use self::step::steps;
use super::alias::Alias;
use super::decision::{Outcome, decide};
use super::resolve::AliasSet;
use crate::domain::access::KeyStatus;
use crate::domain::catalog::{Catalog, Model, ModelId, takes_otherwise};
use crate::domain::format::{facts, visible};
use crate::domain::values::{AliasName, Match, Strictness};

/// The outcome of a request for a name, and every step to it. `crossmodel resolve --json` prints it as it is serialised.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// The requested name, unchanged.
    pub requested: String,
    /// Whether a request for it runs.
    pub outcome: ExplainedOutcome,
    /// The real id that the name leads to, whether it runs or not; empty if no name was given.
    pub model: String,
    /// The alias that decides, if one does.
    pub alias: Option<Alias>,
    /// The answer in a sentence or two.
    pub sentence: String,
    /// Every step of the resolution, in order.
    pub steps: Vec<Step>,
    /// Further notes for the reader.
    pub notes: Vec<String>,
    /// Catalog ids spelled like the name, the nearest first, if the name leads to no model; at most 3.
    pub nearest: Vec<ModelId>,
    /// The requested name, if an alias with that name is allowed and would make requests run.
    pub can_be_alias: Option<AliasName>,
    /// Price, context and inputs of the model that runs.
    pub facts: Option<String>,
    /// What that model takes otherwise than most, if there is something to tell.
    pub takes: Option<String>,
    /// The name in answers, if a request runs: the real id, or the requested name.
    pub answers_as: Option<String>,
}

/// The gateway's answer to such a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainedOutcome {
    /// No name was given.
    Empty,
    /// The model runs.
    Runs,
    /// `404 model_not_found`.
    ModelNotFound,
    /// `403 model_not_allowed`.
    ModelNotAllowed,
}

impl Explanation {
    /// The most bytes of a name; the gateway refuses longer ones.
    pub const MAX_REQUESTED: usize = 256;

    /// The rule that decided, in short: `exact`, `prefix claude-opus` or `passthrough`.
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

    /// A sentence about the name in answers; `None` where no alias decides or nothing runs.
    pub fn answer_note(&self) -> Option<String> {
        let (alias, name) = (self.alias.as_ref()?, visible(self.answers_as.as_ref()?));
        let which = if alias.keep_name {
            "the name asked for"
        } else {
            "the real id"
        };
        Some(format!("Answers carry the name {name}, {which}."))
    }

    /// A sentence about how much requests may be changed; `None` where the alias does not say so or nothing runs.
    pub fn adapt_note(&self) -> Option<&'static str> {
        let adapt = self.alias.as_ref().filter(|_| self.runs())?.adapt?;
        Some(match adapt {
            Strictness::Adapt => "Requests are fitted to the model.",
            Strictness::Strict => {
                "Requests are fitted to the model, and refused if something would be left out for that."
            }
            Strictness::Off => "Requests are sent as they come, also where the model does not take them so.",
        })
    }

    /// Whether a request runs.
    pub fn runs(&self) -> bool {
        self.outcome == ExplainedOutcome::Runs
    }
}

/// Resolves a name as the gateway does, and says why. [`decide`] decides; this function puts the decision in words.
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
        return nothing_to_explain(notes);
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
        takes: match &decision.outcome {
            Outcome::Runs(model) => takes(catalog, model),
            Outcome::NotFound | Outcome::NotAllowed(_) => None,
        },
        answers_as: match &decision.outcome {
            Outcome::Runs(_) if decision.resolution.keep_name() => Some(requested.to_owned()),
            Outcome::Runs(model) => Some(model.id.to_string()),
            Outcome::NotFound | Outcome::NotAllowed(_) => None,
        },
    }
}

fn takes(catalog: &Catalog, model: &Model) -> Option<String> {
    takes_otherwise(catalog.provider(&model.provider)?, model)
}

fn nothing_to_explain(notes: Vec<String>) -> Explanation {
    Explanation {
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
        takes: None,
        answers_as: None,
    }
}

#[cfg(test)]
mod tests;
