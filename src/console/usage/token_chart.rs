//! The chart of tokens by day: sent, read from a cache, answered.

use super::chart::{Chart, Drawing, Series};
use super::day_values::day_values;
use crate::console::format::figures;
use crate::store::{ReportFilter, UsageReport, UsageSums};

pub(super) fn token_chart(filter: &ReportFilter, report: &UsageReport) -> Chart {
    let series = |name: &str, of: fn(&UsageSums) -> i64| Series {
        name: name.into(),
        values: day_values(filter, report.days.iter().map(|(day, sums)| (*day, of(sums)))),
    };
    let series = vec![
        series("In, not cached", |sums| (sums.prompt - sums.cache_read).max(0)),
        series("In, read from a cache", |sums| sums.cache_read),
        series("Out", |sums| sums.completion),
    ];

    Drawing {
        id: "tokens",
        title: "Tokens by day",
        what: "Tokens",
        from: filter.from,
        series,
        text: &figures::short,
    }
    .draw()
}
