//! The key of the editor, for its templates.

use crate::domain::ApiKey;

/// What the editor's templates need of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct KeyHead {
    pub id: String,
    pub name: String,
    /// The part of its secret that may be shown.
    pub display: String,
}

impl KeyHead {
    pub(in super::super) fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.to_string(),
            display: key.display.clone(),
        }
    }

    pub(in super::super) fn url(&self) -> String {
        format!("/keys/{}/aliases", self.id)
    }
}
