//! The catalog in the console: the target picker's search, and the page that stands in for it without a script.

pub mod pick;
mod search;

use super::web::Address;

/// Both addresses.
pub(super) const ROUTES: &[Address] = &[
    Address::page("/catalog/search", |to| to.to(search::search)),
    Address::page("/catalog/pick", |to| to.to(pick::pick)),
];
