//! A catalog file: models or providers as JSON.

use crate::domain::{Model, Provider};

/// What a catalog file says, with its rows as they are written.
#[derive(Clone, Debug, Default)]
pub struct CatalogFile {
    pub(super) models: Vec<(Model, String)>,
    pub(super) providers: Vec<(Provider, String)>,
}

/// Why a text is no catalog file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogFileError {
    /// Not JSON, or no list of rows under `data`.
    #[error("line {line}: {problem}")]
    Shape {
        /// Where.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A row is neither a model nor a provider, or a bad one.
    #[error("line {line}, `{id}`: {problem}")]
    Row {
        /// Where it starts.
        line: usize,
        /// Its id, or `?`.
        id: String,
        /// What is wrong.
        problem: String,
    },
}

impl CatalogFile {
    /// Reads a file: `{"data": [row, …]}`, the rows being models, providers, or both.
    ///
    /// # Errors
    /// Names the line and the id of the first row that is wrong.
    pub fn parse(text: &str) -> Result<Self, CatalogFileError> {
        todo!()
    }

    /// This file and another as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
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
