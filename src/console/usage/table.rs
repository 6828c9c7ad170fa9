//! A table under the charts: the sums of one thing each, the dearest first.

use super::query::{NO_ALIAS, address};
use crate::console::format::{figures, money};
use crate::domain::{ApiKeyId, format};
use crate::store::{Top, UsageSums};

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub id: &'static str,
    pub title: &'static str,
    /// What a row is, for its first column.
    pub of: &'static str,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub name: String,
    /// Stands next to the name, in a quieter voice.
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
    pub kept: Vec<(&'static str, String)>,
}

impl Links {
    fn to(&self, only: &[(&'static str, String)]) -> String {
        let kept = self
            .kept
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
        let row = |(it, sums): &(T, UsageSums)| {
            let Name { name, note, mono, only } = name(it);
            Row {
                href: Some(links.to(&only)),
                note,
                mono,
                ..Row::of(name, sums, totals)
            }
        };
        let rest = top.rest.iter();
        let rest = rest.map(|sums| Row::of("Everything else".into(), sums, totals));

        Self {
            id,
            title,
            of,
            rows: top.rows.iter().map(row).chain(rest).collect(),
        }
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
            cost: money::dollars(sums.cost),
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

/// A name that clients asked for, with the alias that caught it.
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
