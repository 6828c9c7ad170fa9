//! The tables under the charts: what was used, by one thing each.

use super::query::{NO_ALIAS, address};
use crate::console::format::figures;
use crate::domain::{ApiKeyId, format};
use crate::store::{Top, UsageSums};

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub id: &'static str,
    pub title: &'static str,
    /// What a row is, for its first column.
    pub of: &'static str,
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub name: String,
    /// What stands beside it in a quieter voice.
    pub note: String,
    /// Whether a machine uses the name.
    pub mono: bool,
    /// Its requests; `None` for everything else.
    pub href: Option<String>,
    pub cost: String,
    pub share: String,
    /// The share of the cost, for a bar.
    pub percent: i64,
    pub requests: String,
    pub tokens: String,
    /// The exact counts.
    pub exact: String,
}

/// What a row is of.
pub(super) struct Name {
    pub name: String,
    pub note: String,
    pub mono: bool,
    /// Parameters of the list of its requests.
    pub only: Vec<(&'static str, String)>,
}

/// What every link of the page keeps: the days and what it is narrowed to.
pub(super) struct Links {
    pub said: Vec<(&'static str, String)>,
}

impl Links {
    fn to(&self, only: &[(&'static str, String)]) -> String {
        let kept = self
            .said
            .iter()
            .filter(|(name, _)| only.iter().all(|(other, _)| other != name));
        let all: Vec<(&str, &str)> = kept.chain(only).map(|(name, value)| (*name, value.as_str())).collect();
        address("/requests", &all)
    }
}

impl Table {
    pub(super) fn new<T>(
        id: &'static str,
        title: &'static str,
        of: &'static str,
        top: &Top<T>,
        (totals, links): (&UsageSums, &Links),
        name: impl Fn(&T) -> Name,
    ) -> Self {
        let mut rows: Vec<Row> = top
            .rows
            .iter()
            .map(|(it, sums)| {
                let Name { name, note, mono, only } = name(it);
                Row {
                    href: Some(links.to(&only)),
                    note,
                    mono,
                    ..Row::of(name, sums, totals)
                }
            })
            .collect();
        rows.extend(
            top.rest
                .iter()
                .map(|sums| Row::of("Everything else".into(), sums, totals)),
        );
        Self { id, title, of, rows }
    }
}

impl Row {
    fn of(name: String, sums: &UsageSums, totals: &UsageSums) -> Self {
        let (cost, all) = (sums.cost.pico(), totals.cost.pico());
        Self {
            name,
            note: String::new(),
            mono: false,
            href: None,
            cost: format::dollars(sums.cost),
            share: figures::share(cost, all),
            percent: i64::try_from(i128::from(cost) * 100 / i128::from(all.max(1)))
                .unwrap_or(0)
                .clamp(0, 100),
            requests: figures::count(sums.requests),
            tokens: figures::short(sums.prompt.saturating_add(sums.completion)),
            exact: format!(
                "{} in, {} out",
                figures::count(sums.prompt),
                figures::count(sums.completion)
            ),
        }
    }
}

/// A key by its name; one that was never stored, by its id.
pub(super) fn key_name(id: ApiKeyId, name: Option<&str>) -> String {
    name.map_or_else(|| id.to_string(), str::to_owned)
}

/// A name that was asked for and how it was caught.
pub(super) fn name_row((requested, alias): &(String, String)) -> Name {
    Name {
        name: format::visible(requested),
        note: alias_note(alias),
        mono: true,
        only: vec![
            ("name", requested.clone()),
            (
                "alias",
                if alias.is_empty() {
                    NO_ALIAS.into()
                } else {
                    alias.clone()
                },
            ),
        ],
    }
}

/// `alias claude-opus`, or that there was none.
fn alias_note(alias: &str) -> String {
    if alias.is_empty() {
        "no alias".into()
    } else {
        format!("alias {alias}")
    }
}
