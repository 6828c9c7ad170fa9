//! The tables of the page: the same sums split by account, key, name, model and provider.

use super::query::UsageQuery;
use super::table::{Links, Name, Table, key_name, name_row};
use crate::console::format::days;
use crate::domain::AccountId;
use crate::store::{ReportFilter, UsageReport};

/// What the links to requests keep: the days and what the page is narrowed to.
pub(super) fn links(query: &UsageQuery, filter: &ReportFilter) -> Links {
    let kept = [
        ("account", query.account.clone()),
        ("key", query.key.clone()),
        ("name", query.name.clone()),
        ("alias", query.alias.clone()),
        ("model", query.model.clone()),
        ("provider", query.provider.clone()),
        ("from", days::iso_day(filter.from)),
        ("to", days::iso_day(filter.to)),
    ];
    Links { kept: kept.into() }
}

/// `accounts`: those that the page may name, id and name.
pub(super) fn tables(report: &UsageReport, links: &Links, accounts: &[(AccountId, String)]) -> Vec<Table> {
    let with = (&report.totals, links);
    let mut tables = Vec::new();

    if let Some(top) = report.accounts.as_ref().filter(|top| top.rows.len() > 1) {
        tables.push(Table::new("accounts", "By account", "Account", top, with, |it| Name {
            name: it.name.clone(),
            note: String::new(),
            mono: false,
            only: vec![("account", it.id.to_string())],
        }));
    }
    if let Some(top) = &report.keys {
        tables.push(Table::new("keys", "By key", "Key", top, with, |it| Name {
            name: key_name(it.id, it.name.as_deref()),
            note: account_note(accounts, it.account),
            mono: false,
            only: vec![("key", it.id.to_string())],
        }));
    }
    tables.push(Table::new(
        "names",
        "By name and alias",
        "Name asked for",
        &report.names,
        with,
        name_row,
    ));
    tables.push(Table::new(
        "models",
        "By real model",
        "Real model",
        &report.models,
        with,
        |name| plain("model", name),
    ));
    tables.push(Table::new(
        "providers",
        "By provider",
        "Provider",
        &report.providers,
        with,
        |name| plain("provider", name),
    ));

    tables
}

/// The account's name, if the page is about more than one.
fn account_note(accounts: &[(AccountId, String)], id: AccountId) -> String {
    if accounts.len() < 2 {
        return String::new();
    }
    let found = accounts.iter().find(|(known, _)| *known == id);
    found.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A row whose name is also the value of `parameter` in links.
fn plain(parameter: &'static str, name: &str) -> Name {
    Name {
        name: name.to_owned(),
        note: String::new(),
        mono: true,
        only: vec![(parameter, name.to_owned())],
    }
}
