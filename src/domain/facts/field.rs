//! What a model does with one top-level field of a request.

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// What a model does with one top-level field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldFact {
    /// It obeys it.
    Ok,
    /// It takes it, and does nothing.
    Ignored,
    /// It refuses the request.
    Refused,
    /// It refuses the request while it thinks.
    RefusedIfThinks,
    /// It takes this value only.
    Only(Number),
    /// It takes values within these bounds.
    Range {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<Number>,
        /// The most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<Number>,
    },
    /// It knows it by this name.
    Named(String),
}

/// What becomes of a number that a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It goes as it is.
    Keep,
    /// It is left out.
    Drop,
    /// This goes in its place.
    Cut(Number),
}

impl Fit {
    /// What goes in the place of `sent`; `None` if nothing does.
    pub fn of(self, sent: &Number) -> Option<Number> {
        match self {
            Self::Keep => Some(sent.clone()),
            Self::Drop => None,
            Self::Cut(nearest) => Some(nearest),
        }
    }
}

impl FieldFact {
    /// What becomes of a number. `thinks`: the model thinks in this request.
    pub fn fit(&self, sent: &Number, thinks: bool) -> Fit {
        match self {
            Self::Ok | Self::Ignored | Self::Named(_) => Fit::Keep,
            Self::Refused => Fit::Drop,
            Self::RefusedIfThinks if thinks => Fit::Drop,
            Self::RefusedIfThinks => Fit::Keep,
            Self::Only(value) if value.as_f64() == sent.as_f64() => Fit::Keep,
            Self::Only(_) => Fit::Drop,
            Self::Range { min, max } => {
                let below = min.as_ref().filter(|min| sent.as_f64() < min.as_f64());
                let above = max.as_ref().filter(|max| sent.as_f64() > max.as_f64());
                below.or(above).map_or(Fit::Keep, |bound| Fit::Cut(bound.clone()))
            }
        }
    }
}
