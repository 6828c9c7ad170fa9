//! `GET /keys/{id}/aliases/version?since=n`: whether somebody saved while this tab was not looked at.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::save::key_id;
use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};

/// The version that is on screen.
#[derive(Debug, serde::Deserialize)]
pub struct Since {
    since: i64,
}

#[derive(Debug, Template)]
#[template(path = "aliases/_changed.html", whitespace = "minimize")]
struct Changed {
    url: String,
}

/// Nothing if it is still the stored one, otherwise a banner.
pub async fn version(
    console: web::Data<Console>,
    who: SignedIn,
    key: web::Path<String>,
    query: web::Query<Since>,
) -> Reply {
    let id = key_id(&key)?;
    let key = console
        .store
        .api_keys()
        .get(who.scope(), id)
        .await?
        .ok_or(ConsoleError::NotFound)?;
    if key.aliases_version == query.since {
        return Ok(HttpResponse::NoContent().finish());
    }
    reply::page(
        StatusCode::OK,
        &Changed {
            url: format!("/keys/{id}/aliases"),
        },
    )
}
