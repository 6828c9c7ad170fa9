//! `GET /find`: finds pages, keys and models by a few letters, on a page of its own or in the palette.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use url::form_urlencoded::Serializer;

use super::layout::{Frame, Nav};
use super::state::Console;
use super::web::reply::{self, Reply};
use super::web::{Address, ConsoleError, HtmxRequest};
use crate::domain::{Catalog, search};
use crate::store::KeyFilter;

const KEYS: u32 = 8;
const MODELS: usize = 5;
const PAGES: [(&str, &str); 5] = [
    ("API keys", "/keys"),
    ("Models", "/models"),
    ("Usage", "/usage"),
    ("Requests", "/requests"),
    ("Wallet", "/wallet"),
];

/// The query of the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct FindQuery {
    q: String,
}

/// A page, a key or a model that the person can go to.
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
    destinations: Vec<Destination>,
}

pub(super) const ROUTES: &[Address] = &[Address::page("/find", |to| to.to(show))];

async fn show(console: web::Data<Console>, frame: Frame, htmx: HtmxRequest, query: web::Query<FindQuery>) -> Reply {
    let q: String = query.q.trim().chars().take(64).collect();
    let destinations = destinations(&console, &frame, &q).await?;
    let page = FindPage {
        frame: frame.at(Nav::None),
        q,
        destinations,
    };

    if htmx.is_partial() {
        let results = page.as_results().render()?;
        return Ok(reply::html(StatusCode::OK, results));
    }
    reply::ok(&page)
}

async fn destinations(console: &Console, frame: &Frame, q: &str) -> Result<Vec<Destination>, ConsoleError> {
    let mut found = pages(frame, q);
    found.extend(keys(console, frame, q).await?);
    if !q.is_empty() {
        found.extend(models(&*console.catalog().await?, q));
    }
    Ok(found)
}

fn pages(frame: &Frame, q: &str) -> Vec<Destination> {
    let wanted = q.to_lowercase();
    let mut pages = PAGES.to_vec();
    if frame.who.may_write() {
        pages.push(("Create key", "/keys/new"));
    }
    pages.retain(|(name, _)| name.to_lowercase().contains(&wanted));

    let pages = pages.into_iter().map(|(name, href)| Destination {
        kind: "Page",
        name: name.into(),
        href: href.into(),
    });
    pages.collect()
}

async fn keys(console: &Console, frame: &Frame, q: &str) -> Result<Vec<Destination>, ConsoleError> {
    let filter = KeyFilter {
        query: (!q.is_empty()).then(|| q.to_owned()),
        per_page: KEYS,
        ..KeyFilter::default()
    };
    let keys = console.store.api_keys();
    let found = keys.page(frame.who.scope(), &filter, console.now()).await?;

    let keys = found.rows.into_iter().map(|row| Destination {
        kind: "Aliases",
        href: format!("/keys/{}/aliases", row.key.id),
        name: row.key.name.into(),
    });
    Ok(keys.collect())
}

fn models(catalog: &Catalog, q: &str) -> Vec<Destination> {
    let hits = search(catalog, None, &[], q).hits.into_iter().take(MODELS);
    hits.map(|hit| {
        let id = hit.model.id.to_string();
        let query = Serializer::new(String::new()).append_pair("q", &id).finish();
        Destination {
            kind: "Model",
            name: id,
            href: format!("/models?{query}"),
        }
    })
    .collect()
}
