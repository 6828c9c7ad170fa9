//! *Why this model?* Answered with the rules of that moment; and where today's rules say something else, that too.

use crate::console::format::When;
use crate::console::usage::address;
use crate::domain::{
    Alias, AliasSet, ApiKey, Catalog, ExplainedOutcome, Explanation, Rule, Step, Timestamp, UsageRecord, explain,
    format,
};
use crate::store::{RequestDetail, SavedAliases};
use std::time::Duration;

/// How long a gateway may go on with older rules if every notice of a change was lost.
const AT_THE_LATEST: Duration = Duration::from_secs(60);

/// The answer.
#[derive(Clone, Debug)]
pub(super) struct Why {
    /// Which rule decided.
    pub sentence: String,
    /// The rules that it was answered with.
    pub rules: String,
    /// What was looked at, in order.
    pub steps: Vec<Step>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// What would happen today, if it differs.
    pub today: Option<String>,
    /// The test of that name in the key's editor; `None` if the key is gone.
    pub editor: Option<String>,
}

/// What is known of the key today.
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
    let requested = format::visible(&record.requested);
    let resolved = if known {
        then.model.clone()
    } else {
        record.model.clone()
    };
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
    let model = format::visible(&resolved);
    let sentence = match &record.alias {
        Some((name, matching)) => {
            format!("{requested} was caught by the {matching} alias {name}, which pointed at {model}.")
        }
        None => format!("No alias caught {requested}, so it went on as it was: {model}."),
    };
    let saved = rules
        .saved_at
        .map(|at| format!(", saved {} by {}", When::new(at, today.now).exact(), saver(&rules)));
    Why {
        sentence,
        rules: match (rules.version, saved) {
            (0, _) => "Answered before any alias of this key was saved.".into(),
            (version, saved) => format!("Answered with the rules of v{version}{}.", saved.unwrap_or_default()),
        },
        steps: if known {
            then.steps.into_iter().filter(|step| step.rule != Rule::Then).collect()
        } else {
            Vec::new()
        },
        notes,
        today: differs(record, &resolved, today),
        editor: today.key.map(|key| {
            address(
                &format!("/keys/{}/aliases", key.id),
                &[("test", record.requested.as_str())],
            )
        }),
    }
}

/// The version that the answer came from, and whether it explains it. A gateway may not have heard of a save that is less
/// than a minute old, so an older version counts if it alone says what was noted.
fn in_force(detail: &RequestDetail) -> (SavedAliases, bool) {
    let record = &detail.record;
    let none = SavedAliases {
        version: 0,
        aliases: Vec::new(),
        saved_at: None,
        saved_by: None,
    };
    let first_known = detail.rules.last().is_none_or(|oldest| oldest.version == 1);
    let mut candidates: Vec<SavedAliases> = detail.rules.clone();
    candidates.extend(first_known.then(|| none.clone()));
    let mut replaced_at: Option<Timestamp> = None;
    for saved in &candidates {
        if replaced_at.is_some_and(|at| record.at.since(at) > AT_THE_LATEST) {
            break;
        }
        if agrees(&saved.aliases, record) {
            return (saved.clone(), true);
        }
        replaced_at = saved.saved_at;
    }
    (candidates.into_iter().next().unwrap_or(none), false)
}

/// Whether these aliases catch the name as it was noted.
fn agrees(aliases: &[Alias], record: &UsageRecord) -> bool {
    let set = AliasSet::new(aliases.to_vec());
    let resolution = set.resolve(&record.requested);
    let caught = resolution.alias().map(|alias| (&alias.name, alias.matching));
    let same_model = resolution.model() == record.model;
    // Another provider's model may have stepped in; then the attempts say so.
    let stepped_in = record
        .attempts
        .iter()
        .any(|attempt| attempt.model == resolution.model());
    caught == record.alias.as_ref().map(|(name, matching)| (name, *matching)) && (same_model || stepped_in)
}

fn resolve(aliases: &[Alias], today: &Today<'_>, record: &UsageRecord) -> Explanation {
    let allowed = today.key.and_then(ApiKey::models);
    let status = today
        .key
        .map_or(crate::domain::KeyStatus::Active, |key| key.status(today.now));
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

fn saver(saved: &SavedAliases) -> &str {
    saved.saved_by.as_deref().unwrap_or("somebody unknown")
}
