//! Hints: advice about aliases that are valid. Pages and the command line print the same sentences.

mod naming;
mod target;

use std::collections::BTreeMap;
use std::fmt;

pub(in crate::domain) use naming::without_version;

use super::alias::Alias;
use super::draft::Fix;
use super::resolve::AliasSet;
use crate::domain::catalog::{Catalog, Model, ModelId};
use crate::domain::values::{AliasName, Timestamp};

/// A hint about an alias. It never prevents saving.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hint {
    /// The subject of the hint.
    pub kind: HintKind,
    /// How serious it is.
    pub severity: Severity,
    /// The whole text of the hint.
    pub text: String,
    /// All model ids that the hint is about, to show on demand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<ModelId>,
    /// A change that removes the hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// The text, after its badge if it has one.
impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(badge) = self.kind.badge() {
            write!(f, "{badge}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// The subject of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HintKind {
    /// The alias hides real models of the same name or beginning.
    Shadow,
    /// The alias changes nothing: its name is its target.
    NoEffect,
    /// Longer prefixes take some of its names.
    Overlap,
    /// It matches more names than its owner may expect.
    BroadPrefix,
    /// An exact name that the client's next version will no longer send.
    LooksLikeVersion,
    /// The target is being withdrawn, or has been.
    Deprecated,
    /// The target is no longer in the catalog.
    Removed,
    /// The target, or its provider, is switched off.
    SwitchedOff,
    /// The key may not call the target.
    NotAllowed,
    /// The target differs from the saved one.
    TargetChanged,
    /// No request matched for a long time.
    Unused,
}

impl HintKind {
    /// The text of a badge, of one or two words; `None` if the row gets no badge.
    pub const fn badge(self) -> Option<&'static str> {
        match self {
            Self::Removed => Some("Removed"),
            Self::SwitchedOff => Some("Switched off"),
            Self::NotAllowed => Some("Not allowed"),
            Self::Deprecated => Some("Retiring"),
            _ => None,
        }
    }
}

/// How serious a hint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Requests through the alias fail.
    Error,
    /// Worth a look.
    Warning,
    /// Good to know.
    Quiet,
}

/// The facts that hints are made from, besides the aliases themselves.
#[derive(Clone, Copy, Debug)]
pub struct HintContext<'a> {
    /// Every model.
    pub catalog: &'a Catalog,
    /// The only models that the key may call; `None` allows all.
    pub allowed: Option<&'a [ModelId]>,
    /// The aliases as they are stored.
    pub saved: &'a [Alias],
    /// When they were last saved.
    pub saved_at: Option<Timestamp>,
    /// The names that the client sent in the last 7 days, and how often.
    pub sent: &'a [(String, i64)],
    /// When a request last matched each alias; an alias that none ever matched is not among them.
    pub last_match: &'a [(AliasName, Timestamp)],
    /// Now.
    pub now: Timestamp,
}

impl<'a> HintContext<'a> {
    /// A context of the catalog alone.
    pub fn new(catalog: &'a Catalog, now: Timestamp) -> Self {
        Self {
            catalog,
            allowed: None,
            saved: &[],
            saved_at: None,
            sent: &[],
            last_match: &[],
            now,
        }
    }

    fn may_call(&self, model: &Model) -> bool {
        self.catalog.is_callable(model) && self.allowed.is_none_or(|allowed| allowed.contains(&model.id))
    }
}

/// The hints for each alias, in the order of `aliases`; those of one alias with the most serious first.
///
/// ```
/// use crossmodel::domain::{Alias, Catalog, HintContext, Match, Timestamp, hints};
/// let alias = Alias::new("lab/m".parse().unwrap(), Match::Exact, "lab/m".parse().unwrap());
/// let catalog = Catalog::default();
/// let found = hints(&[alias], &HintContext::new(&catalog, Timestamp::from_millis(0)));
/// let lines: Vec<String> = found[0].iter().map(|hint| hint.to_string()).collect();
/// assert_eq!(lines, ["Removed: Requests fail with model_not_found.", "This alias changes nothing."]);
/// ```
pub fn hints(aliases: &[Alias], context: &HintContext<'_>) -> Vec<Vec<Hint>> {
    let set = AliasSet::new(aliases.to_vec());
    let hidden = naming::caught(&set, context.catalog);
    aliases
        .iter()
        .map(|alias| {
            let hidden = hidden.get(&alias.name).map_or(&[][..], Vec::as_slice);
            let mut found: Vec<Hint> = [
                target::standing(alias, context),
                naming::no_effect(alias),
                naming::reach(alias, hidden, &set, context),
                naming::version(alias, aliases),
                target::changed(alias, context),
                unused(alias, context),
                naming::overlap(alias, aliases),
            ]
            .into_iter()
            .flatten()
            .collect();
            found.sort_by_key(|hint| hint.severity);
            found
        })
        .collect()
}

/// Catalog ids by the alias that catches them.
type Caught = BTreeMap<AliasName, Vec<ModelId>>;

const MONTH: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);

/// Only for saved aliases, and only if a month has passed since the last save or match.
fn unused(alias: &Alias, context: &HintContext<'_>) -> Option<Hint> {
    if !context.saved.contains(alias) {
        return None;
    }
    let matched = context
        .last_match
        .iter()
        .find(|(name, _)| *name == alias.name)
        .map(|(_, at)| *at);
    let idle_since = matched.or(context.saved_at)?;
    (context.now.since(idle_since) >= MONTH)
        .then(|| hint(HintKind::Unused, Severity::Quiet, "No request matched in 30 days."))
}

fn hint(kind: HintKind, severity: Severity, text: impl Into<String>) -> Hint {
    Hint {
        kind,
        severity,
        text: text.into(),
        ids: Vec::new(),
        fix: None,
    }
}

#[cfg(test)]
mod tests;
