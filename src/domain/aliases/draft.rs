//! Aliases while a person edits them: text that may be wrong, and how to correct it.

use super::alias::Alias;
use crate::domain::values::{Match, Strictness};

/// One row of an alias form or of an import, as a person typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DraftRow {
    /// Identifies the row while it is edited, for example `a17` or `n1`; the form chooses it.
    pub id: String,
    /// The text of an [`crate::domain::values::AliasName`].
    pub name: String,
    /// The text of a [`Match`]: `exact` or `prefix`.
    pub matching: String,
    /// The text of a model id.
    pub target: String,
    /// Whether answers carry the name that the client asked for.
    pub keep_name: bool,
    /// How much a request may be changed to fit it to the target; `None`: as the key says.
    pub adapt: Option<Strictness>,
}

impl DraftRow {
    /// The row that edits an existing alias.
    pub fn of(id: impl Into<String>, alias: &Alias) -> Self {
        Self {
            id: id.into(),
            name: alias.name.to_string(),
            matching: alias.matching.as_str().into(),
            target: alias.target.to_string(),
            keep_name: alias.keep_name,
            adapt: alias.adapt,
        }
    }

    /// Whether the row is empty. `matching` does not count, since a form always sends one; nor do `keep_name` and
    /// `adapt`, which mean nothing without a name.
    pub fn is_empty(&self) -> bool {
        self.name.trim().is_empty() && self.target.trim().is_empty()
    }
}

/// An input of a row, or the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The alias name.
    Name,
    /// How it matches.
    Match,
    /// The target model.
    Target,
    /// No single row.
    Form,
}

impl Field {
    /// `name`, `match`, `target` or `form`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Match => "match",
            Self::Target => "target",
            Self::Form => "form",
        }
    }
}

/// A change that one button can make to a row.
///
/// ```
/// use crossmodel::domain::{DraftRow, Field, Fix, Match};
/// let mut row = DraftRow { name: "claude-opus-4-8".into(), matching: "exact".into(), ..DraftRow::default() };
/// let fix = Fix { label: "Use prefix", field: Field::Name, value: "claude-opus".into(), matching: Some(Match::Prefix) };
/// fix.apply(&mut row);
/// assert_eq!((row.name.as_str(), row.matching.as_str()), ("claude-opus", "prefix"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Fix {
    /// The text of the button.
    pub label: &'static str,
    /// Which input gets `value`.
    pub field: Field,
    /// The new text.
    pub value: String,
    /// If given, the row's match changes to this as well.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matching: Option<Match>,
}

impl Fix {
    /// Makes the change.
    pub fn apply(&self, row: &mut DraftRow) {
        match self.field {
            Field::Name => row.name.clone_from(&self.value),
            Field::Match => row.matching.clone_from(&self.value),
            Field::Target => row.target.clone_from(&self.value),
            Field::Form => {}
        }
        if let Some(matching) = self.matching {
            row.matching = matching.as_str().into();
        }
    }
}
