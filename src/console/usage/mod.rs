//! What was used: figures, charts and tables over some days, and the same as a file.

mod chart;
mod export;
mod page;
mod query;
mod table;

use actix_web::web;

use super::page as get;

pub(super) use query::{NO_ALIAS, address};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/usage", get().to(page::show)).route("/usage/export.csv", get().to(export::all));
}
