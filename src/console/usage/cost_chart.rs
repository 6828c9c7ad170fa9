//! The chart of cost by day: one series each for the six that cost most, and one for the rest.

use futures_util::future::try_join_all;

use super::chart::{Chart, Drawing, SERIES, Series};
use super::day_values::day_values;
use super::query::By;
use super::table::key_name;
use crate::console::format::money;
use crate::console::state::Console;
use crate::domain::{AccountId, PicoUsd, Scope, format};
use crate::store::{ReportAccount, ReportFilter, ReportKey, StoreError, Top, UsageReport, UsageSums};

/// The report that the chart shows.
pub(super) struct CostChart<'a> {
    pub scope: Scope,
    pub filter: &'a ReportFilter,
    pub report: &'a UsageReport,
    /// The accounts that the page may name, id and name.
    pub accounts: &'a [(AccountId, String)],
}

/// A series that the report does not hold by day: the store has to be asked for it.
struct DaysOf {
    name: String,
    scope: Scope,
    filter: ReportFilter,
}

impl CostChart<'_> {
    /// Reads what the report does not hold, and draws the chart.
    pub(super) async fn draw(&self, console: &Console, by: By) -> Result<Chart, StoreError> {
        let mut series = self.series(console, by).await?;
        self.add_rest(&mut series);

        let text = |pico: i64| money::dollars(PicoUsd::from_pico(pico));
        let drawing = Drawing {
            id: "cost",
            title: "Cost by day",
            what: "Cost",
            from: self.filter.from,
            series,
            text: &text,
        };
        Ok(drawing.draw())
    }

    async fn series(&self, console: &Console, by: By) -> Result<Vec<Series>, StoreError> {
        let report = self.report;
        let unread = match (by, &report.keys, &report.accounts) {
            (By::Name, ..) => self.names(),
            (By::Key, Some(keys), _) => self.keys(keys),
            (By::Account, _, Some(accounts)) => self.accounts(accounts),
            (By::Provider, ..) => return Ok(self.known(&report.providers, &report.provider_days)),
            _ => return Ok(self.known(&report.models, &report.model_days)),
        };

        let usage = console.store.usage();
        let reads = unread.iter().map(|it| usage.report_days(it.scope, &it.filter));
        let days = try_join_all(reads).await?;

        let series = unread.into_iter().zip(days).map(|(it, days)| Series {
            name: it.name,
            values: self.costs(&days),
        });
        Ok(series.collect())
    }

    /// Series whose days the report holds.
    fn known(&self, top: &Top<String>, days: &[(i64, String, UsageSums)]) -> Vec<Series> {
        let values = |name: &str| {
            let own = days.iter().filter(|(_, it, _)| it == name);
            day_values(self.filter, own.map(|(day, _, sums)| (*day, sums.cost.pico())))
        };
        let names = top.rows.iter().take(SERIES).map(|(name, _)| name);
        names
            .map(|name| Series {
                name: name.clone(),
                values: values(name),
            })
            .collect()
    }

    fn names(&self) -> Vec<DaysOf> {
        let top = self.report.names.rows.iter().take(SERIES);
        top.map(|((name, alias), _)| DaysOf {
            name: if alias.is_empty() {
                format::visible(name)
            } else {
                format!("{} by {alias}", format::visible(name))
            },
            scope: self.scope,
            filter: ReportFilter {
                requested: Some(name.clone()),
                alias: Some(alias.clone()),
                ..self.filter.clone()
            },
        })
        .collect()
    }

    fn keys(&self, keys: &Top<ReportKey>) -> Vec<DaysOf> {
        let top = keys.rows.iter().take(SERIES);
        top.map(|(key, _)| DaysOf {
            name: self.name_of_key(key),
            scope: self.scope,
            filter: ReportFilter {
                key: Some(key.id),
                ..self.filter.clone()
            },
        })
        .collect()
    }

    /// In a report over all accounts, with the account's name.
    fn name_of_key(&self, key: &ReportKey) -> String {
        let name = key_name(key.id, key.name.as_deref());
        let account = self.accounts.iter().find(|(id, _)| *id == key.account);
        match account {
            Some((_, account)) if self.scope == Scope::All => format!("{name} of {account}"),
            _ => name,
        }
    }

    fn accounts(&self, accounts: &Top<ReportAccount>) -> Vec<DaysOf> {
        let top = accounts.rows.iter().take(SERIES);
        top.map(|(account, _)| DaysOf {
            name: account.name.clone(),
            scope: Scope::Account(account.id),
            filter: self.filter.clone(),
        })
        .collect()
    }

    /// Appends a series of what no other one holds, if that is anything.
    fn add_rest(&self, series: &mut Vec<Series>) {
        let totals = self.costs(&self.report.days).into_iter().enumerate();
        let rest: Vec<i64> = totals
            .map(|(day, total)| total - series.iter().filter_map(|it| it.values.get(day)).sum::<i64>())
            .collect();

        if rest.iter().any(|value| *value > 0) {
            series.truncate(SERIES);
            series.push(Series {
                name: "Everything else".into(),
                values: rest,
            });
        }
    }

    fn costs(&self, days: &[(i64, UsageSums)]) -> Vec<i64> {
        day_values(self.filter, days.iter().map(|(day, sums)| (*day, sums.cost.pico())))
    }
}
