//! The rules for each input of a row.

use crate::domain::aliases::alias::Alias;
use crate::domain::aliases::draft::DraftRow;
use crate::domain::catalog::{Catalog, ModelId};
use crate::domain::values::{AliasName, AliasNameError, Match};

pub struct Rules<'a> {
    pub rows: &'a [DraftRow],
    pub catalog: &'a Catalog,
    pub allowed: Option<&'a [ModelId]>,
    pub saved: &'a [Alias],
}

pub struct Refusal {
    pub message: String,
    pub fix: Option<String>,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { message, fix: None }
    }
}

impl Rules<'_> {
    pub fn name(&self, at: usize) -> Result<AliasName, Refusal> {
        let text = self.rows.get(at).map_or("", |row| row.name.as_str());
        let name: AliasName = text.parse().map_err(|error: AliasNameError| Refusal {
            message: error.to_string(),
            fix: match error {
                AliasNameError::Uppercase { lowercase } => Some(lowercase),
                _ => None,
            },
        })?;
        match self.rows.iter().take(at).position(|row| row.name == text) {
            Some(first) => Err(format!("You already have an alias named {name} (row {}).", first + 1).into()),
            None => Ok(name),
        }
    }

    pub fn matching(&self, row: &DraftRow) -> Result<Match, Refusal> {
        row.matching
            .parse()
            .map_err(|_| "Choose exact or prefix.".to_owned().into())
    }

    pub fn target(&self, row: &DraftRow) -> Result<ModelId, Refusal> {
        let text = row.target.trim();
        if text.is_empty() {
            return Err("Choose a target model.".to_owned().into());
        }

        let unchanged = self
            .saved
            .iter()
            .find(|alias| alias.name.as_str() == row.name && alias.target.as_str() == text);
        if let Some(alias) = unchanged {
            return Ok(alias.target.clone());
        }
        let Some(model) = self.catalog.get(text) else {
            return Err(self.unknown_target(text));
        };

        let id = &model.id;
        if !self.catalog.is_callable(model) {
            let provider = self
                .catalog
                .provider(&model.provider)
                .filter(|provider| !provider.enabled);
            let what = provider.map_or("it", |provider| provider.name.as_str());
            return Err(format!("Your account can't use {id}. Ask an admin to enable {what}.").into());
        }

        if self.allowed.is_some_and(|allowed| !allowed.contains(id)) {
            return Err(format!("This key can't use {id}. Ask an admin to allow it.").into());
        }

        Ok(id.clone())
    }

    fn unknown_target(&self, text: &str) -> Refusal {
        if self.rows.iter().any(|row| row.name == text) {
            return "Targets are catalog models. Aliases don't chain.".to_owned().into();
        }
        let shown: String = text.chars().take(AliasName::MAX).collect();
        let shown = if shown.len() < text.len() {
            format!("{shown}…")
        } else {
            shown
        };
        match self.catalog.nearest(text, 1).first() {
            Some(id) => Refusal {
                message: format!("{shown} isn't in the catalog. Closest: {id}."),
                fix: Some(id.to_string()),
            },
            None => format!("{shown} isn't in the catalog.").into(),
        }
    }
}
