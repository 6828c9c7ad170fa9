//! API keys: list, create, show once, change, roll, delete.

mod allowance;
mod bulk;
mod create;
mod created;
mod delete;
mod detail;
mod export;
mod filter;
mod limit_fields;
mod limits;
mod list;
mod roll;
mod row;
mod settings;
mod spark;

use actix_web::web;

use super::{Console, ConsoleError, SignedIn, page};
use crate::domain::{ApiKey, ApiKeyId};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/keys").route(page().to(list::show)).route(web::post().to(create::create)))
        .service(web::resource("/keys/new").route(page().to(create::show)))
        .service(web::resource("/keys/bulk").route(web::post().to(bulk::act)))
        .service(web::resource("/keys/export.csv").route(page().to(export::all)))
        .service(web::resource("/keys/{id}").route(page().to(detail::show)))
        .service(web::resource("/keys/{id}/created").route(page().to(created::show)))
        .service(web::resource("/keys/{id}/name").route(web::post().to(settings::rename)))
        .service(web::resource("/keys/{id}/expiry").route(web::post().to(settings::expiry)))
        .service(web::resource("/keys/{id}/limits").route(web::post().to(limits::limits)))
        .service(web::resource("/keys/{id}/access").route(web::post().to(limits::access)))
        .service(web::resource("/keys/{id}/enable").route(web::post().to(settings::enable)))
        .service(web::resource("/keys/{id}/disable").route(web::post().to(settings::disable)))
        .service(web::resource("/keys/{id}/roll").route(page().to(roll::show)).route(web::post().to(roll::roll)))
        .service(
            web::resource("/keys/{id}/delete").route(page().to(delete::show)).route(web::post().to(delete::delete)),
        );
}

/// The key of a path, if it is one that this person may see.
async fn find(console: &Console, who: &SignedIn, id: &str) -> Result<ApiKey, ConsoleError> {
    let id: ApiKeyId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    console.store.api_keys().get(who.scope(), id).await?.ok_or(ConsoleError::NotFound)
}

/// The same for a change: nobody who may only look.
async fn find_to_change(console: &Console, who: &SignedIn, id: &str) -> Result<ApiKey, ConsoleError> {
    who.must_write()?;
    find(console, who, id).await
}

/// Refuses a change whose key went away while it was made.
fn changed(found: bool) -> Result<(), ConsoleError> {
    if found { Ok(()) } else { Err(ConsoleError::NotFound) }
}
