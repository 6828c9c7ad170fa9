//! Chooses the name that a client should ask for, and finds out where the names lead that it asks for by itself.

use super::guide::ClientGuides;
use crate::domain::{Alias, AliasSet, Catalog, Match, ModelId, Outcome, Resolution, decide};

/// For a key without an alias that runs.
const A_MODEL: &str = "openai/gpt-5.4-mini";

/// Where one name leads, for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameStatus {
    /// It runs this model, by this alias if any.
    Runs {
        model: String,
        by: Option<String>,
        keep_name: bool,
    },
    /// No alias catches it, and the catalog does not have it.
    Unknown,
    /// An alias catches it, but what it points at cannot be called.
    Dead { model: String },
}

/// A key's aliases beside the catalog.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    pub aliases: &'a AliasSet,
    pub catalog: &'a Catalog,
    pub allowed: Option<&'a [ModelId]>,
}

impl Names<'_> {
    /// Where a name leads.
    pub(super) fn status(&self, name: &str) -> NameStatus {
        let decision = decide(self.aliases, self.catalog, self.allowed, name);
        let model = decision.resolution.model().to_owned();
        match (&decision.outcome, decision.resolution) {
            (Outcome::Runs(_), resolution) => NameStatus::Runs {
                model,
                by: resolution.alias().map(starred),
                keep_name: resolution.keep_name(),
            },
            (_, Resolution::Alias(_)) | (Outcome::NotAllowed(_), _) => NameStatus::Dead { model },
            (Outcome::NotFound, Resolution::Passthrough(_)) => NameStatus::Unknown,
        }
    }

    /// Names of the key that run, exact ones first. A prefix stands for the names that clients are known to send.
    pub(super) fn choices(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.aliases.rows().iter().flat_map(|alias| self.meant(alias)) {
            if self.runs(name) && names.iter().all(|known| known != name) {
                names.push(name.to_owned());
            }
        }

        if names.is_empty() { vec![self.a_model()] } else { names }
    }

    /// The names that clients send for an alias.
    fn meant<'a>(&'a self, alias: &'a Alias) -> Vec<&'a str> {
        let caught: Vec<&str> = match alias.matching {
            Match::Exact => Vec::new(),
            Match::Prefix => asked_names()
                .filter(|name| self.aliases.resolve(name).alias() == Some(alias))
                .collect(),
        };
        if caught.is_empty() {
            vec![alias.name.as_str()]
        } else {
            caught
        }
    }

    fn runs(&self, name: &str) -> bool {
        matches!(self.status(name), NameStatus::Runs { .. })
    }

    /// A model that the key may call.
    fn a_model(&self) -> String {
        if self.runs(A_MODEL) {
            return A_MODEL.to_owned();
        }
        let mut ids = self.catalog.all_callable().map(|model| model.id.as_str());
        ids.find(|id| self.runs(id)).unwrap_or(A_MODEL).to_owned()
    }
}

/// Every name that a client asks for by itself.
fn asked_names() -> impl Iterator<Item = &'static str> {
    let names = ClientGuides::get().clients.iter().flat_map(|guide| &guide.asks);
    names.map(|ask| ask.name.as_str())
}

/// An alias as people write it: a prefix with a star.
fn starred(alias: &Alias) -> String {
    let star = if alias.matching == Match::Prefix { "*" } else { "" };
    format!("{}{star}", alias.name)
}
