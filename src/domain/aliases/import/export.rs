//! Writes aliases down.

use super::AliasFormat;
use super::csv::csv_cell;
use super::marks::Marks;
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
                let marks = Marks::of(alias).suffix();
                format!("{}{star} = {}{marks}\n", alias.name, alias.target)
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
            // The fourth and the fifth column are there if any row needs them.
            let columns = aliases
                .iter()
                .map(|alias| Marks::of(alias).columns())
                .max()
                .unwrap_or(0);
            let heads: String = [",keep_name", ",adapt"].into_iter().take(columns).collect();
            let row = |alias: &&Alias| {
                let (name, target) = (csv_cell(alias.name.as_str()), csv_cell(alias.target.as_str()));
                let marks = Marks::of(alias).cells(columns);
                format!("{name},{},{target}{marks}\n", alias.matching)
            };
            std::iter::once(format!("name,mode,target{heads}\n"))
                .chain(aliases.iter().map(row))
                .collect()
        }
    }
}
