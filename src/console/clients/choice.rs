//! Which name a client should ask for, and what becomes of the names that it asks for by itself.

use super::kit::{AskedName, Kits};
use crate::domain::{Alias, AliasSet, Catalog, Match, ModelId, Outcome, Resolution, decide};

/// For a key without an alias that runs.
const A_MODEL: &str = "openai/gpt-5.4-mini";

/// What one name comes to, for one key.
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
    /// What becomes of a name.
    pub(super) fn status(&self, name: &str) -> NameStatus {
        let decision = decide(self.aliases, self.catalog, self.allowed, name);
        let model = decision.resolution.model().to_owned();
        match (&decision.outcome, decision.resolution) {
            (Outcome::Runs(_), resolution) => NameStatus::Runs {
                model,
                by: resolution.alias().map(shown),
                keep_name: resolution.keep_name(),
            },
            (_, Resolution::Alias(_)) | (Outcome::NotAllowed(_), _) => NameStatus::Dead { model },
            (Outcome::NotFound, Resolution::Passthrough(_)) => NameStatus::Unknown,
        }
    }

    /// Names of the key that run, exact ones first. A prefix stands for the names that clients are known to send.
    pub(super) fn choices(&self) -> Vec<String> {
        let asks = || {
            Kits::get()
                .clients
                .iter()
                .flat_map(|guide| &guide.asks)
                .map(|ask: &AskedName| ask.name.as_str())
        };
        let mut names: Vec<String> = Vec::new();
        for alias in self.aliases.rows() {
            let meant: Vec<&str> = match alias.matching {
                Match::Exact => vec![alias.name.as_str()],
                Match::Prefix => {
                    let caught: Vec<&str> = asks()
                        .filter(|name| self.aliases.resolve(name).alias() == Some(alias))
                        .collect();
                    if caught.is_empty() {
                        vec![alias.name.as_str()]
                    } else {
                        caught
                    }
                }
            };
            for name in meant {
                if matches!(self.status(name), NameStatus::Runs { .. }) && names.iter().all(|known| known != name) {
                    names.push(name.to_owned());
                }
            }
        }
        if names.is_empty() { vec![self.a_model()] } else { names }
    }

    /// A model that the key may call.
    fn a_model(&self) -> String {
        let may = |id: &str| matches!(self.status(id), NameStatus::Runs { .. });
        let first = || {
            self.catalog
                .all_callable()
                .map(|model| model.id.as_str())
                .find(|id| may(id))
        };
        if may(A_MODEL) {
            A_MODEL.to_owned()
        } else {
            first().unwrap_or(A_MODEL).to_owned()
        }
    }
}

/// An alias as people write it: a prefix with a star.
fn shown(alias: &Alias) -> String {
    let star = if alias.matching == Match::Prefix { "*" } else { "" };
    format!("{}{star}", alias.name)
}
