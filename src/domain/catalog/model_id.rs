//! The id of a real model.

use std::fmt;
use std::str::FromStr;

use crate::domain::values::AliasName;

/// The id of a real model, `vendor/model`. Every id is also a legal alias name, so any of them can be remapped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId(String);

/// The text is not the id of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a model id: use vendor/model in lowercase, at most 64 characters of a-z 0-9 . _ : / -")]
pub struct ModelIdError(String);

impl ModelId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash: the maker or the host of the model.
    pub fn vendor(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(vendor, _)| vendor)
    }
}

impl FromStr for ModelId {
    type Err = ModelIdError;
    fn from_str(text: &str) -> Result<Self, ModelIdError> {
        let legal = text.len() <= AliasName::MAX && text.chars().all(AliasName::allows);
        match text.split_once('/') {
            Some((vendor, name)) if legal && !vendor.is_empty() && !name.is_empty() => Ok(Self(text.into())),
            _ => Err(ModelIdError(text.into())),
        }
    }
}

impl TryFrom<String> for ModelId {
    type Error = ModelIdError;
    fn try_from(text: String) -> Result<Self, ModelIdError> {
        text.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
