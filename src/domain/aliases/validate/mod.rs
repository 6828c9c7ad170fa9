//! Checks whether a set of aliases can be saved.

mod rules;

use self::rules::{Refusal, Rules};
use super::alias::Alias;
use super::draft::{DraftRow, Field, Fix};
use crate::domain::catalog::{Catalog, ModelId};
use crate::domain::values::AliasName;

/// The result of checking a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The rows that are right, in the order of the draft.
    pub aliases: Vec<Alias>,
    /// For each of `aliases`, the index of its row in the draft, counted from 0.
    pub rows: Vec<usize>,
    /// Everything that prevents saving, the topmost row first.
    pub issues: Vec<AliasIssue>,
}

/// One reason why a draft cannot be saved.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AliasIssue {
    /// The row, counted from 0; `None` for the draft as a whole.
    pub row: Option<usize>,
    /// The input that is wrong.
    pub field: Field,
    /// The whole message for the person.
    pub message: String,
    /// The correction, if it is known.
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

    /// For a test of an incomplete draft: one sentence for each row that the test ignores.
    pub fn ignored_rows(&self) -> Vec<String> {
        let mut rows: Vec<usize> = self.issues.iter().filter_map(|problem| problem.row).collect();
        rows.dedup();
        rows.into_iter()
            .map(|row| format!("Row {} is incomplete and was ignored.", row + 1))
            .collect()
    }
}

/// Checks a draft. Empty rows are skipped.
///
/// `allowed` are the only models that the key may call; `None` allows all. `saved` are the aliases that the key has now. An
/// unchanged alias is not refused if its target has since been switched off or has left the catalog: it stays, marked by
/// [`super::hints::hints`], and the others can be edited.
///
/// ```
/// use crossmodel::domain::{Catalog, DraftRow, validate};
/// let row = DraftRow { name: "Fast".into(), matching: "exact".into(), ..DraftRow::default() };
/// let problems = validate(&[row], &Catalog::default(), None, &[]).issues;
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
                adapt: row.adapt,
            });
            out.rows.push(at);
        }
    }

    out
}

/// The counter beside an alias name that nears its limit: `58 of 64`. `None` below 50 characters.
pub fn name_counter(name: &str) -> Option<String> {
    let length = name.chars().count();
    (length >= 50).then(|| format!("{length} of {}", AliasName::MAX))
}

#[cfg(test)]
mod tests;
