//! `GET /keys/{id}/aliases/version?since=n`: whether another tab or person saved since this tab was rendered.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::ApiKeyId;

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

/// Answers 204 while that version is the stored one, and a banner afterwards.
pub async fn version(
    console: web::Data<Console>,
    who: SignedIn,
    key: web::Path<String>,
    query: web::Query<Since>,
) -> Reply {
    let id: ApiKeyId = key.parse().map_err(|_| ConsoleError::NotFound)?;
    let key = console.store.api_keys().get(who.scope(), id).await?;
    let key = key.ok_or(ConsoleError::NotFound)?;

    if key.aliases_version == query.since {
        return Ok(HttpResponse::NoContent().finish());
    }
    let url = format!("/keys/{id}/aliases");
    reply::page(StatusCode::OK, &Changed { url })
}
