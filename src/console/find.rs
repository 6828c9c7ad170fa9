//! `GET /find`: pages, keys and models by a few letters. A page of its own, and what stands in the palette.

use actix_web::web;
use askama::Template;

use super::layout::{Frame, Nav};
use super::state::Console;
use super::web::reply::{self, Reply};
use super::web::{Address, ConsoleError, HtmxRequest};
use crate::domain::search;
use crate::store::KeyFilter;

const KEYS: u32 = 8;
const MODELS: usize = 5;

/// The query.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct FindQuery {
    q: String,
}

/// Something to go to.
struct Destination {
    kind: &'static str,
    name: String,
    href: String,
}

#[derive(Template)]
#[template(path = "find/index.html", blocks = ["results"])]
struct FindPage {
    frame: Frame,
    q: String,
    places: Vec<Destination>,
}

pub(super) const ROUTES: &[Address] = &[Address::page("/find", |to| to.to(show))];

async fn show(console: web::Data<Console>, frame: Frame, htmx: HtmxRequest, query: web::Query<FindQuery>) -> Reply {
    let q: String = query.q.trim().chars().take(64).collect();
    let places = places(&console, &frame, &q).await?;
    let page = FindPage {
        frame: frame.at(Nav::None),
        q,
        places,
    };
    if htmx.is_partial() {
        return Ok(reply::html(
            actix_web::http::StatusCode::OK,
            page.as_results().render()?,
        ));
    }
    reply::ok(&page)
}

async fn places(console: &Console, frame: &Frame, q: &str) -> Result<Vec<Destination>, ConsoleError> {
    let mut places = Vec::new();
    let mut pages = vec![
        ("API keys", "/keys"),
        ("Models", "/models"),
        ("Usage", "/usage"),
        ("Requests", "/requests"),
        ("Wallet", "/wallet"),
    ];
    if frame.who.may_write() {
        pages.push(("Create key", "/keys/new"));
    }
    let wanted = q.to_lowercase();
    for (name, href) in pages {
        if name.to_lowercase().contains(&wanted) {
            places.push(Destination {
                kind: "Page",
                name: name.into(),
                href: href.into(),
            });
        }
    }
    let filter = KeyFilter {
        query: (!q.is_empty()).then(|| q.to_owned()),
        per_page: KEYS,
        ..KeyFilter::default()
    };
    for row in console
        .store
        .api_keys()
        .page(frame.who.scope(), &filter, console.now())
        .await?
        .rows
    {
        let key = row.key;
        places.push(Destination {
            kind: "Aliases",
            name: key.name.into(),
            href: format!("/keys/{}/aliases", key.id),
        });
    }
    if !q.is_empty() {
        let catalog = console.catalog().await?;
        for hit in search(&catalog, None, &[], q).hits.into_iter().take(MODELS) {
            let id = hit.model.id.to_string();
            let href = format!(
                "/models?{}",
                url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("q", &id)
                    .finish()
            );
            places.push(Destination {
                kind: "Model",
                name: id,
                href,
            });
        }
    }
    Ok(places)
}
