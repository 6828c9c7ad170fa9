//! The catalog in the console: the target picker's search, and the page that stands in for it without a script.

pub mod pick;
mod search;

use actix_web::web;

use super::page;

/// Mounts both.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/catalog/search", page().to(search::search)).route("/catalog/pick", page().to(pick::pick));
}
