//! Measures the reports of the usage page.

use crossmodel::domain::Scope;
use crossmodel::store::ReportFilter;

use super::Error;
use super::bench::Bench;
use super::fill::{Filled, RARE_NAME};

impl Bench<'_> {
    pub async fn reports(&mut self, filled: &Filled) -> Result<(), Error> {
        for days in [7, 30, 90] {
            self.reports_of(filled, days).await?;
        }

        let (store, today) = (self.store, filled.now.day());
        let filter = &ReportFilter {
            from: today - 89,
            to: today,
            requested: Some("gpt-5".into()),
            ..ReportFilter::default()
        };
        self.time("usage by day of one name, 90 days, all accounts", || async move {
            let days = store.usage().report_days(Scope::All, filter).await?;
            Ok(format!("{} days", days.len()))
        })
        .await?;
        self.time("usage, everything of one day, all accounts", || async move {
            let rows = store.usage().report_day(Scope::All, filter, today - 1).await?;
            Ok(format!("{} rows", rows.len()))
        })
        .await
    }

    /// The reports of so many days: of all accounts, of one, and of one key.
    async fn reports_of(&mut self, filled: &Filled, days: i64) -> Result<(), Error> {
        let (store, today) = (self.store, filled.now.day());
        let (account, key) = filled.busy;
        let plain = ReportFilter {
            from: today - days + 1,
            to: today,
            ..ReportFilter::default()
        };
        let model = ReportFilter {
            model: Some("anthropic/claude-opus-4-8".into()),
            ..plain.clone()
        };
        let name = ReportFilter {
            requested: Some(RARE_NAME.into()),
            ..plain.clone()
        };
        let of_key = ReportFilter {
            key: Some(key),
            ..plain.clone()
        };

        for (what, scope, filter) in [
            ("all accounts", Scope::All, &plain),
            ("all accounts, one model", Scope::All, &model),
            ("all accounts, a rare name", Scope::All, &name),
            ("the busiest account", Scope::Account(account), &plain),
            ("the busiest account, one model", Scope::Account(account), &model),
            ("its busiest key", Scope::Account(account), &of_key),
        ] {
            let report = || async move {
                let report = store.usage().report(scope, filter).await?;
                Ok(format!("{} requests", report.totals.requests))
            };
            self.time(&format!("usage, {days} days, {what}"), report).await?;
        }
        Ok(())
    }
}
