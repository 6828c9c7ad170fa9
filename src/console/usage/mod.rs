//! What was used: figures, charts and tables over some days, and the same as a file.

mod chart;
mod export;
mod page;
mod query;
mod table;

use super::web::Address;

pub(super) use query::{NO_ALIAS, address};

pub(super) const ROUTES: &[Address] = &[
    Address::page("/usage", |to| to.to(page::show)),
    Address::page("/usage/export.csv", |to| to.to(export::all)),
];
