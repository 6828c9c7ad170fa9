//! Single requests: the list of them, one request with every detail, and the list as a file.

mod detail;
mod export;
mod in_force;
mod list;
mod query;
mod row;
mod why;
mod words;

use super::web::Address;

pub(super) const ROUTES: &[Address] = &[
    Address::page("/requests", |to| to.to(list::show)),
    Address::page("/requests/export.csv", |to| to.to(export::all)),
    Address::page("/requests/{id}", |to| to.to(detail::show)),
];
