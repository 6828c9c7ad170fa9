//! `GET /catalog/search?q=&for={input id}&key={id}`: the options of the target picker.

use std::time::Duration;

use actix_web::web;
use askama::Template;

use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::format::{model_prices, tokens};
use crate::domain::{self, ApiKey, ApiKeyId, Found, Hit};

/// How far back the search counts the models of the account.
const USED_WITHIN: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many of these models stand first.
const MOST_USED: u32 = 8;

/// The query of the picker.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    q: String,
    /// The input's id: the options get ids that begin with it.
    #[serde(default, rename = "for")]
    input: String,
    /// The key whose permissions count.
    #[serde(default)]
    key: String,
}

#[derive(Debug, Template)]
#[template(path = "catalog/_options.html", whitespace = "minimize")]
struct Options {
    input: String,
    query: String,
    options: Vec<Choice>,
    total: usize,
    /// How many models there are in all.
    all: usize,
}

#[derive(Debug)]
struct Choice {
    id: String,
    name: String,
    context: String,
    price: String,
    usable: bool,
}

/// The models that fit; without a text, those that the account used first.
pub(super) async fn search(console: web::Data<Console>, who: SignedIn, query: web::Query<Query>) -> Reply {
    let query = query.into_inner();
    let key: Option<ApiKey> = match query.key.parse::<ApiKeyId>() {
        Ok(id) => console.store.api_keys().get(who.scope(), id).await?,
        Err(_) => None,
    };
    let key = key.ok_or(ConsoleError::NotFound)?;
    let catalog = console.catalog().await?;

    let since = console.now().minus(USED_WITHIN);
    let used = console
        .store
        .usage()
        .most_used_models(key.account, since, MOST_USED)
        .await?;
    let found = domain::search(&catalog, key.models().as_deref(), &used, &query.q);
    reply::ok(&Options::new(query, &found, catalog.models().len()))
}

impl Options {
    fn new(query: Query, found: &Found<'_>, all: usize) -> Self {
        Self {
            input: query.input,
            query: query.q.trim().chars().take(100).collect(),
            options: found.hits.iter().map(Choice::new).collect(),
            total: found.total,
            all,
        }
    }

    /// What is spoken after the last key: `10 models`.
    fn count(&self) -> String {
        match self.total {
            0 => "No models".into(),
            1 => "1 model".into(),
            total => format!("{total} models"),
        }
    }
}

impl Choice {
    fn new(hit: &Hit<'_>) -> Self {
        Self {
            id: hit.model.id.to_string(),
            name: hit.model.name.clone(),
            context: tokens(hit.model.context_length),
            price: model_prices(hit.model),
            usable: hit.usable,
        }
    }
}
