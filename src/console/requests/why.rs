//! *Why this model?* The page answers with the aliases of that moment, and with today's where they differ.

use super::in_force::in_force;
use crate::console::format::When;
use crate::console::usage::address;
use crate::domain::{
    Alias, AliasSet, ApiKey, Catalog, ExplainedOutcome, Explanation, KeyStatus, Rule, Step, Timestamp, UsageRecord,
    explain, format,
};
use crate::store::{RequestDetail, SavedAliases};

/// Why a request ran its model.
#[derive(Clone, Debug)]
pub(super) struct Why {
    /// Which rule decided.
    pub sentence: String,
    /// The version of the aliases that the gateway used.
    pub rules: String,
    /// The steps of the resolution, in order.
    pub steps: Vec<Step>,
    pub notes: Vec<String>,
    /// What would happen today, if it differs.
    pub today: Option<String>,
    /// The test of that name in the key's editor; `None` if the key is gone.
    pub editor: Option<String>,
}

/// The key, its aliases and the catalog today.
pub(super) struct Today<'a> {
    pub key: Option<&'a ApiKey>,
    pub rules: &'a SavedAliases,
    pub catalog: &'a Catalog,
    pub now: Timestamp,
}

pub(super) fn why(detail: &RequestDetail, today: &Today<'_>) -> Why {
    let record = &detail.record;
    let (rules, known) = in_force(detail);
    let then = resolve(&rules.aliases, today, record);
    let resolved = if known { &then.model } else { &record.model };
    let editor = |key: &ApiKey| {
        let test = [("test", record.requested.as_str())];
        address(&format!("/keys/{}/aliases", key.id), &test)
    };

    Why {
        sentence: sentence(record, resolved),
        rules: version(&rules, today.now),
        notes: notes(record, resolved, known),
        today: differs(record, resolved, today),
        editor: today.key.map(editor),
        steps: if known {
            then.steps.into_iter().filter(|step| step.rule != Rule::Then).collect()
        } else {
            Vec::new()
        },
    }
}

fn sentence(record: &UsageRecord, resolved: &str) -> String {
    let (requested, model) = (format::visible(&record.requested), format::visible(resolved));
    match &record.alias {
        Some((name, matching)) => {
            format!("{requested} was caught by the {matching} alias {name}, which pointed at {model}.")
        }
        None => format!("No alias caught {requested}, so it went on as it was: {model}."),
    }
}

fn version(rules: &SavedAliases, now: Timestamp) -> String {
    if rules.version == 0 {
        return "Answered before any alias of this key was saved.".into();
    }
    let saver = rules.saved_by.as_deref().unwrap_or("an unknown person");
    let saved = rules
        .saved_at
        .map(|at| format!(", saved {} by {saver}", When::new(at, now).exact()));
    format!(
        "Answered with the rules of v{}{}.",
        rules.version,
        saved.unwrap_or_default()
    )
}

fn notes(record: &UsageRecord, resolved: &str, known: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !known {
        notes.push(
            "The saved versions of this key's aliases don't explain this answer; what the gateway noted stands above."
                .into(),
        );
    }
    if resolved != record.model {
        notes.push(format!(
            "Its provider failed, and {} was asked instead, as the order of providers says.",
            format::visible(&record.model)
        ));
    }
    notes
}

fn resolve(aliases: &[Alias], today: &Today<'_>, record: &UsageRecord) -> Explanation {
    let allowed = today.key.and_then(ApiKey::models);
    let status = today.key.map_or(KeyStatus::Active, |key| key.status(today.now));
    explain(
        &AliasSet::new(aliases.to_vec()),
        today.catalog,
        allowed.as_deref(),
        status,
        &record.requested,
    )
}

fn differs(record: &UsageRecord, resolved: &str, today: &Today<'_>) -> Option<String> {
    if today.key.is_none() {
        return Some("Today it would be refused: the key was deleted.".into());
    }

    let now = resolve(&today.rules.aliases, today, record);
    let model = format::visible(&now.model);

    match now.outcome {
        ExplainedOutcome::Runs | ExplainedOutcome::Empty if now.model == resolved => None,
        ExplainedOutcome::Runs | ExplainedOutcome::Empty => {
            Some(format!("Today it would go to {model} ({}).", now.rule()))
        }
        ExplainedOutcome::ModelNotFound => Some(format!(
            "Today it would go to {model}, which fails with model_not_found."
        )),
        ExplainedOutcome::ModelNotAllowed => Some(format!("Today it would go to {model}, which this key may not use.")),
    }
}
