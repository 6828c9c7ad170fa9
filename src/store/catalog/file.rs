//! A catalog file: models or providers as JSON.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::{Model, Provider, check_facts, check_template};
use crate::store::engine::to_json;

/// A catalog file that has been read, with its rows as they are written.
#[derive(Clone, Debug, Default)]
pub struct CatalogFile {
    pub(in crate::store) models: Vec<(Model, String)>,
    pub(in crate::store) providers: Vec<(Provider, String)>,
    /// Whether the file has every model of the providers that it names, so that a model that it lacks has gone. Dated files
    /// are complete; a file that an admin writes to add a model is not.
    pub(in crate::store) complete: bool,
}

/// Why a text cannot be read as a catalog file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the names of the variants' fields say what they are")]
pub enum CatalogFileError {
    /// Not JSON, or no list of rows under `data`.
    #[error("line {line}: {problem}")]
    Shape { line: usize, problem: String },
    /// A row is neither a model nor a provider, or a bad one.
    #[error("line {line}, `{id}`: {problem}")]
    Row { line: usize, id: String, problem: String },
}

/// The fields that tell models from providers.
#[derive(Default, Deserialize)]
struct Head {
    id: Option<String>,
    upstream_model: Option<serde::de::IgnoredAny>,
    endpoints: Option<serde::de::IgnoredAny>,
}

/// What a row states of what models take.
#[derive(Default, Deserialize)]
struct Stated {
    facts: Option<Value>,
    template: Option<String>,
    #[serde(default)]
    endpoints: Vec<StatedThere>,
}

#[derive(Deserialize)]
struct StatedThere {
    facts: Option<Value>,
}

impl Stated {
    /// What is wrong with the facts of a row, by path.
    fn check(&self) -> Result<(), String> {
        let check = |place: String, facts: &Option<Value>| match facts.as_ref().map(check_facts) {
            Some(Err(error)) => Err(format!("{place}: {error}")),
            None | Some(Ok(())) => Ok(()),
        };
        check("facts".into(), &self.facts)?;
        for (at, endpoint) in self.endpoints.iter().enumerate() {
            check(format!("endpoints[{at}].facts"), &endpoint.facts)?;
        }

        self.template.as_deref().map_or(Ok(()), |name| {
            check_template(name).map_err(|error| format!("template: {error}"))
        })
    }
}

impl CatalogFile {
    /// Reads a file: `{"data": [row, …]}`, whose rows are models, providers, or both. A file with a date in `as_of` is a
    /// complete catalog: it has all models of each provider that it has models of.
    ///
    /// # Errors
    /// If a row is wrong; the error names the line and the id of the first.
    pub fn parse(text: &str) -> Result<Self, CatalogFileError> {
        #[derive(Deserialize)]
        struct File<'a> {
            #[serde(borrow)]
            data: Vec<&'a RawValue>,
            as_of: Option<serde::de::IgnoredAny>,
        }
        let file: File<'_> = serde_json::from_str(text).map_err(|error| CatalogFileError::Shape {
            line: error.line(),
            problem: error.to_string(),
        })?;
        let (mut out, mut seen) = (
            Self {
                complete: file.as_of.is_some(),
                ..Self::default()
            },
            HashSet::new(),
        );
        let (mut line, mut counted) = (1, 0);

        for raw in file.data {
            let data = raw.get();
            // Rows come in the order of the text, so lines are counted once.
            let start = (data.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            line += memchr::memchr_iter(b'\n', text.as_bytes().get(counted..start).unwrap_or_default()).count();
            counted = start;
            let head: Head = serde_json::from_str(data).unwrap_or_default();
            let id = head.id.unwrap_or_else(|| "?".into());
            let bad = |error: &dyn std::fmt::Display| CatalogFileError::Row {
                line,
                id: id.clone(),
                problem: error.to_string(),
            };
            let stated: Stated = serde_json::from_str(data).unwrap_or_default();
            stated.check().map_err(|error| bad(&error))?;

            if head.upstream_model.is_some() {
                out.models.push((
                    serde_json::from_str(data).map_err(|error| bad(&error))?,
                    data.to_owned(),
                ));
            } else if head.endpoints.is_some() {
                out.providers.push((
                    serde_json::from_str(data).map_err(|error| bad(&error))?,
                    data.to_owned(),
                ));
            } else {
                return Err(bad(
                    &"neither a model (no `upstream_model`) nor a provider (no `endpoints`)",
                ));
            }
            if !seen.insert((head.endpoints.is_some(), id.clone())) {
                return Err(bad(&"a second row of this id"));
            }
        }

        Ok(out)
    }

    /// A complete catalog of these rows, for tests and tools that make them.
    pub fn new(models: Vec<Model>, providers: Vec<Provider>) -> Self {
        fn row<T: serde::Serialize>(row: T) -> (T, String) {
            let data = to_json(&row);
            (row, data)
        }
        let (models, providers) = (
            models.into_iter().map(row).collect(),
            providers.into_iter().map(row).collect(),
        );
        Self {
            models,
            providers,
            complete: true,
        }
    }

    /// This file and `other` as one file, complete if either is. If both have a row of the same id, that of `other`
    /// counts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.models
            .retain(|(old, _)| other.models.iter().all(|(new, _)| new.id != old.id));
        self.providers
            .retain(|(old, _)| other.providers.iter().all(|(new, _)| new.id != old.id));
        self.complete |= other.complete;
        self.models.extend(other.models);
        self.providers.extend(other.providers);

        self
    }

    /// The models.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &Model> {
        self.models.iter().map(|(model, _)| model)
    }

    /// The providers.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = &Provider> {
        self.providers.iter().map(|(provider, _)| provider)
    }
}
