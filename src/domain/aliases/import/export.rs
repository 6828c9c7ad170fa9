//! Writes aliases down.

use super::AliasFormat;
use super::csv::csv_cell;
use crate::domain::aliases::alias::Alias;
use crate::domain::values::Match;

/// Writes aliases in evaluation order, so that [`super::import_aliases`] reads the same ones back.
///
/// ```
/// use crossmodel::domain::{Alias, AliasFormat, Match, export_aliases};
/// let alias = Alias::new("claude".parse().unwrap(), Match::Prefix, "anthropic/claude-opus-4-8".parse().unwrap());
/// assert_eq!(export_aliases(&[alias], AliasFormat::Lines), "claude* = anthropic/claude-opus-4-8\n");
/// ```
pub fn export_aliases(aliases: &[Alias], format: AliasFormat) -> String {
    let mut aliases: Vec<&Alias> = aliases.iter().collect();
    aliases.sort_by(|a, b| Alias::evaluation_order(a, b));
    match format {
        AliasFormat::Lines => aliases
            .iter()
            .map(|alias| {
                let star = if alias.matching == Match::Prefix { "*" } else { "" };
                let keep = if alias.keep_name { " keep-name" } else { "" };
                format!("{}{star} = {}{keep}\n", alias.name, alias.target)
            })
            .collect(),
        AliasFormat::Json => {
            let rows: Vec<String> = aliases
                .iter()
                .filter_map(|alias| serde_json::to_string(alias).ok())
                .map(|row| format!("  {row}"))
                .collect();
            if rows.is_empty() {
                "[]\n".into()
            } else {
                format!("[\n{}\n]\n", rows.join(",\n"))
            }
        }
        AliasFormat::Csv => {
            // The fourth column is there if any row needs it.
            let (column, empty) = if aliases.iter().any(|alias| alias.keep_name) {
                (",keep_name", ",")
            } else {
                ("", "")
            };
            let row = |alias: &&Alias| {
                let (name, target) = (csv_cell(alias.name.as_str()), csv_cell(alias.target.as_str()));
                let keep = if alias.keep_name { ",keep-name" } else { empty };
                format!("{name},{},{target}{keep}\n", alias.matching)
            };
            std::iter::once(format!("name,mode,target{column}\n"))
                .chain(aliases.iter().map(row))
                .collect()
        }
    }
}
