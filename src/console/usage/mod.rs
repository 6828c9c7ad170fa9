//! The usage report: figures, charts and tables over some days, and the same as a file.

mod breakdown;
mod chart;
mod cost_chart;
mod day_values;
mod export;
mod headline;
mod page;
mod query;
mod table;
mod token_chart;

use super::web::Address;

pub(super) use query::{NO_ALIAS, address};

pub(super) const ROUTES: &[Address] = &[
    Address::page("/usage", |to| to.to(page::show)),
    Address::page("/usage/export.csv", |to| to.to(export::all)),
];
