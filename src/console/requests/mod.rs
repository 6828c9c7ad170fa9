//! Single requests: the list of them, one request with everything that is known of it, and the list as a file.

mod detail;
mod export;
mod list;
mod query;
mod row;
mod why;
mod words;

use actix_web::web;

use super::page;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/requests", page().to(list::show))
        .route("/requests/export.csv", page().to(export::all))
        .route("/requests/{id}", page().to(detail::show));
}
