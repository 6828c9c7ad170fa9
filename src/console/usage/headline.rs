//! The headline figures above the charts.

use crate::console::format::{figures, money};
use crate::domain::PicoUsd;
use crate::store::UsageSums;

/// A figure with its name above it and a note below.
pub(super) struct Figure {
    pub name: &'static str,
    pub value: String,
    pub note: String,
}

pub(super) fn headline(totals: &UsageSums) -> Vec<Figure> {
    let figure = |name, value, note| Figure { name, value, note };
    let cost_of_one = totals
        .cost
        .pico()
        .checked_div(totals.requests)
        .map(PicoUsd::from_pico)
        .unwrap_or_default();
    let failures = match totals.requests - totals.successes {
        0 => "none failed".into(),
        1 => "1 failed".into(),
        failed => format!("{} failed", figures::count(failed)),
    };

    vec![
        figure(
            "Cost",
            money::dollars(totals.cost),
            format!("{} a request", money::significant(cost_of_one)),
        ),
        figure("Requests", figures::count(totals.requests), failures),
        figure(
            "Answered",
            figures::share(totals.successes, totals.requests),
            "status below 400".into(),
        ),
        figure(
            "Tokens in",
            figures::short(totals.prompt),
            figures::count(totals.prompt),
        ),
        figure(
            "Tokens out",
            figures::short(totals.completion),
            figures::count(totals.completion),
        ),
        figure(
            "Cached",
            figures::share(totals.cache_read, totals.prompt),
            "of tokens in, read from a cache".into(),
        ),
    ]
}
