//! The catalog in the console: the target picker's search, and the page that replaces it without a script.

mod pick;
pub mod pick_page;
mod search;

use super::web::Address;

pub(super) const ROUTES: &[Address] = &[
    Address::page("/catalog/search", |to| to.to(search::search)),
    Address::page("/catalog/pick", |to| to.to(pick::pick)),
];
