//! Aliases as the command line takes them: checked like those of the console, and saved all or none.

use std::str::FromStr;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::domain::{Alias, ApiKey, Catalog, DraftRow, ModelId, Scope, split_marks, validate};
use crate::store::SaveOutcome;

/// `NAME=TARGET`, or `PREFIX*=TARGET`; ` keep-name` and ` adapt=strict` may follow.
#[derive(Clone, Debug)]
pub struct AliasArg(DraftRow);

/// The text is no alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no alias; write NAME=TARGET, or 'PREFIX*=TARGET' for names that begin so")]
pub struct AliasArgError(String);

impl FromStr for AliasArg {
    type Err = AliasArgError;

    fn from_str(text: &str) -> Result<Self, AliasArgError> {
        let (name, target) = text.split_once('=').ok_or_else(|| AliasArgError(text.to_owned()))?;
        let (target, marks) = split_marks(target);
        let (name, target) = (name.trim(), target.trim());
        if name.is_empty() || target.is_empty() {
            return Err(AliasArgError(text.to_owned()));
        }

        let (name, matching) = name
            .strip_suffix('*')
            .map_or((name, "exact"), |prefix| (prefix, "prefix"));
        let (name, matching, target) = (name.into(), matching.into(), target.into());
        Ok(Self(DraftRow {
            id: String::new(),
            name,
            matching,
            target,
            keep_name: marks.keep_name,
            adapt: marks.adapt,
        }))
    }
}

/// A row, and the place that it was read from, for messages.
#[derive(Clone, Debug)]
pub struct Placed {
    pub place: String,
    pub row: DraftRow,
}

impl From<&AliasArg> for Placed {
    fn from(AliasArg(row): &AliasArg) -> Self {
        Self {
            place: format!("alias {}", row.name),
            row: row.clone(),
        }
    }
}

/// Checks new rows beside the aliases that stay. Returns all of them together.
///
/// # Errors
/// If a row is wrong; the error names the first, and the number of the others.
pub fn check(
    stay: &[Alias],
    new: &[Placed],
    catalog: &Catalog,
    allowed: Option<&[ModelId]>,
) -> Result<Vec<Alias>, CliError> {
    let kept = stay.iter().map(|alias| DraftRow::of("", alias));
    let rows: Vec<DraftRow> = kept.chain(new.iter().map(|placed| placed.row.clone())).collect();
    let checked = validate(&rows, catalog, allowed, stay);
    let Some(first) = checked.issues.first() else {
        return Ok(checked.aliases);
    };

    let at = first
        .row
        .and_then(|row| row.checked_sub(stay.len()))
        .and_then(|row| new.get(row));
    let place = at.map(|placed| format!("{}: ", placed.place)).unwrap_or_default();
    let more = match checked.issues.len() - 1 {
        0 => String::new(),
        1 => " (1 more problem)".into(),
        n => format!(" ({n} more problems)"),
    };
    Err(CliError::Failed(format!("{place}{}{more}", first.message)))
}

/// Changes a key's aliases by a function of those that it has, however often another editor saves in between.
///
/// # Errors
/// If the function refuses, or the key was deleted.
pub async fn change(
    context: &Context<'_>,
    key: &ApiKey,
    new: impl Fn(&[Alias]) -> Result<Vec<Alias>, CliError>,
) -> Result<usize, CliError> {
    loop {
        let gone = || CliError::Failed(format!("the key `{}` was deleted meanwhile", key.name));
        let saved = context
            .store
            .aliases()
            .list(Scope::All, key.id)
            .await?
            .ok_or_else(gone)?;

        let aliases = new(&saved.aliases)?;
        let outcome = context
            .writer()
            .aliases()
            .save(Scope::All, key.id, saved.version, &aliases)
            .await?;

        match outcome {
            SaveOutcome::Saved { .. } | SaveOutcome::Unchanged { .. } => return Ok(aliases.len()),
            SaveOutcome::Stale { .. } => {}
            SaveOutcome::Missing => return Err(gone()),
        }
    }
}

/// The aliases whose names no new row has.
pub fn without(aliases: &[Alias], new: &[Placed]) -> Vec<Alias> {
    let replaced = |alias: &&Alias| new.iter().all(|placed| placed.row.name != alias.name.as_str());
    aliases.iter().filter(replaced).cloned().collect()
}
