//! Whether a set of aliases can be saved, and in which words to refuse it.

use super::alias::Alias;
use super::draft::{DraftRow, Field, Fix};
use crate::domain::catalog::{Catalog, ModelId};
use crate::domain::values::{AliasName, AliasNameError, Match};

/// What became of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The rows that are right, in the order of the draft.
    pub aliases: Vec<Alias>,
    /// Which row of the draft each of `aliases` came from, counted from 0.
    pub rows: Vec<usize>,
    /// Everything that stands in the way of saving, the topmost first.
    pub issues: Vec<AliasIssue>,
}

/// One reason why a draft cannot be saved.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AliasIssue {
    /// The row, counted from 0; `None` for the draft as a whole.
    pub row: Option<usize>,
    /// The input that is wrong.
    pub field: Field,
    /// What to tell the person, complete.
    pub message: String,
    /// What would put it right, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

impl Validation {
    /// Whether the draft can be saved.
    pub fn is_ok(&self) -> bool {
        self.issues.is_empty()
    }

    /// The problems of one row.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = &AliasIssue> {
        self.issues.iter().filter(move |problem| problem.row == Some(row))
    }

    /// The heading above the list of problems; empty if there are none.
    pub fn heading(&self) -> String {
        match self.issues.len() {
            0 => String::new(),
            1 => "There is a problem".into(),
            n => format!("There are {n} problems"),
        }
    }

    /// For a test of the draft as it stands: one sentence for each row that could not be taken into account.
    pub fn ignored_rows(&self) -> Vec<String> {
        let mut rows: Vec<usize> = self.issues.iter().filter_map(|problem| problem.row).collect();
        rows.dedup();
        rows.into_iter()
            .map(|row| format!("Row {} is incomplete and was ignored.", row + 1))
            .collect()
    }
}

/// Checks a draft. Wholly empty rows are skipped without a word.
///
/// `allowed` are the only models that the key may call; `None` allows all. `saved` are the aliases that the key has now:
/// one of them that is unchanged is not refused because its target has since been switched off or has left the catalog.
/// It stays, marked by [`super::hints::hints`], and the rest can be edited.
///
/// ```
/// use crossmodel::domain::{Catalog, DraftRow, validate};
/// let row = DraftRow { name: "Fast".into(), matching: "exact".into(), ..DraftRow::default() };
/// let problems = validate(&[row], &Catalog::default(), None, &[]).problems;
/// assert_eq!(problems[0].message, "Alias names must be lowercase. Did you mean \"fast\"?");
/// assert_eq!(problems[1].message, "Choose a target model.");
/// ```
pub fn validate(rows: &[DraftRow], catalog: &Catalog, allowed: Option<&[ModelId]>, saved: &[Alias]) -> Validation {
    let rules = Rules {
        rows,
        catalog,
        allowed,
        saved,
    };
    let mut out = Validation::default();
    let filled = rows.iter().filter(|row| !row.is_empty()).count();
    if filled > Alias::LIMIT {
        let message = format!(
            "A key can have up to {} aliases. You sent {filled}; remove {}.",
            Alias::LIMIT,
            filled - Alias::LIMIT
        );
        out.issues.push(AliasIssue {
            row: None,
            field: Field::Form,
            message,
            fix: None,
        });
    }
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
        let mut keep = |field, result: Result<(), Refusal>| {
            if let Err(Refusal { message, fix }) = result {
                let fix = fix.map(|value| Fix {
                    label: "Use it",
                    field,
                    value,
                    matching: None,
                });
                out.issues.push(AliasIssue {
                    row: Some(at),
                    field,
                    message,
                    fix,
                });
            }
        };
        let (mut name, mut matching, mut target) = (None, None, None);
        keep(Field::Name, rules.name(at).map(|value| name = Some(value)));
        keep(Field::Match, rules.matching(row).map(|value| matching = Some(value)));
        keep(Field::Target, rules.target(row).map(|value| target = Some(value)));
        if let (Some(name), Some(matching), Some(target)) = (name, matching, target) {
            out.aliases.push(Alias {
                name,
                matching,
                target,
                keep_name: row.keep_name,
            });
            out.rows.push(at);
        }
    }
    out
}

/// What to write beside an alias name that nears its limit: `58 of 64`. Nothing below 50 characters.
pub fn name_counter(name: &str) -> Option<String> {
    let length = name.chars().count();
    (length >= 50).then(|| format!("{length} of {}", AliasName::MAX))
}

struct Rules<'a> {
    rows: &'a [DraftRow],
    catalog: &'a Catalog,
    allowed: Option<&'a [ModelId]>,
    saved: &'a [Alias],
}

struct Refusal {
    message: String,
    fix: Option<String>,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { message, fix: None }
    }
}

impl Rules<'_> {
    fn name(&self, at: usize) -> Result<AliasName, Refusal> {
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

    fn matching(&self, row: &DraftRow) -> Result<Match, Refusal> {
        row.matching
            .parse()
            .map_err(|_| "Choose exact or prefix.".to_owned().into())
    }

    fn target(&self, row: &DraftRow) -> Result<ModelId, Refusal> {
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

#[cfg(test)]
mod tests;
