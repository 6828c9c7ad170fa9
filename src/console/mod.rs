//! What people see: server-rendered pages, which work without a script, and fragments of them for htmx.
//!
//! A request passes [`edge`] (host, origin, headers, error pages), [`outage`], the session and the guard, which lets nobody
//! unknown past a short list of open paths, and then reaches a handler. A handler reads like a recipe and answers with a
//! [`reply`]. Pages stand in a [`frame`].

pub mod aliases;
pub mod assets;
pub mod catalog;
mod clients;
mod csv;
mod edge;
pub mod error;
mod figures;
mod find;
pub mod flash;
pub mod forms;
pub mod frame;
mod guard;
mod keys;
mod models;
mod money;
mod outage;
pub mod password;
pub mod reply;
mod requests;
pub mod reset;
pub mod routes;
mod session;
pub mod setup;
pub mod shape;
mod sign_in;
pub mod signed_in;
mod throttle;
pub mod time;
mod token;
mod usage;
mod wallet;

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::HttpServiceFactory;
use actix_web::error::UrlencodedError;
use actix_web::middleware::from_fn;
use actix_web::web;
use arc_swap::ArcSwap;
use url::Url;

pub use assets::icon;
pub use error::ConsoleError;
pub use frame::{Frame, Nav};
pub use reply::Reply;
pub use shape::Shape;
pub use signed_in::SignedIn;

use crate::clock::Clock;
use crate::domain::{ApiKeyHasher, Catalog, MasterKey, Timestamp, TrustedProxies};
use crate::store::{Store, StoreError};

/// Settings of the console.
#[derive(Clone, Debug)]
pub struct ConsoleOptions {
    /// What time it is.
    pub clock: Clock,
    /// Seals what must be read back, and keys the hashes of API keys.
    pub master: MasterKey,
    /// The address that people use. Requests to other hosts are refused.
    pub public_url: Url,
    /// Whether people come over https: the cookie is then bound to it.
    pub secure_cookies: bool,
    /// Whether providers without a credential are answered by the built-in stand-in; every page says so.
    pub stand_in: bool,
    /// The gateway's base URL for the examples, for example `http://127.0.0.1:8080/v1`.
    pub gateway_url: String,
    /// Proxies in front whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// How long a page of requests looks for what is rare before it offers to look further.
    pub search_patience: Duration,
}

impl ConsoleOptions {
    /// The usual patience of a search: with all else a page stays well under 200 ms.
    pub const SEARCH_PATIENCE: Duration = Duration::from_millis(100);
}

/// The console. Clones share everything.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

/// What handlers use of it.
#[derive(Debug)]
pub struct Inner {
    /// Its settings.
    pub options: ConsoleOptions,
    /// The database.
    pub store: Store,
    hasher: ApiKeyHasher,
    passwords: password::Passwords,
    throttle_turn: tokio::sync::Mutex<()>,
    catalog: ArcSwap<Catalog>,
    outage: outage::Outage,
    origins: edge::Origins,
}

impl std::ops::Deref for Console {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Console {
    /// A console over a store.
    pub fn new(store: Store, options: ConsoleOptions) -> Self {
        Self(Arc::new(Inner {
            store,
            hasher: options.master.api_key_hasher(),
            passwords: password::Passwords::default(),
            throttle_turn: tokio::sync::Mutex::new(()),
            catalog: ArcSwap::default(),
            outage: outage::Outage::default(),
            origins: edge::Origins::new(&options.public_url),
            options,
        }))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// The catalog as it is stored now. Read again only when the store says that it changed.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn catalog(&self) -> Result<Arc<Catalog>, StoreError> {
        let known = self.catalog.load_full();
        if !known.models().is_empty() && known.revision() == self.store.catalog().revision().await? {
            return Ok(known);
        }
        let read = Arc::new(self.store.catalog().load().await?);
        self.catalog.store(Arc::clone(&read));
        Ok(read)
    }

    /// Mounts every page. Whatever else is served on the same address must be mounted before: this takes the rest.
    pub fn configure(&self) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + use<> {
        let console = self.clone();
        move |config| {
            config.app_data(web::Data::new(console.clone()));
            let scope = routes::assets().fold(web::scope(""), |scope, resource| scope.service(resource));
            config.service(scope.wrap(from_fn(edge::edge)).service(pages(&console)));
        }
    }
}

/// Every page, behind the session and the guard.
fn pages(console: &Console) -> impl HttpServiceFactory + use<> {
    let scope = routes::pages().fold(web::scope(""), |scope, resource| scope.service(resource));
    scope
        .wrap(from_fn(guard::guard))
        .wrap(session::middleware(console))
        .wrap(from_fn(outage::watch))
        .app_data(
            web::FormConfig::default().limit(edge::LARGEST_FORM).error_handler(|error, _| unreadable(&error).into()),
        )
        .app_data(web::QueryConfig::default().error_handler(|_, _| ConsoleError::NotFound.into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| ConsoleError::NotFound.into()))
        .default_service(web::to(|| async { Err::<String, _>(ConsoleError::NotFound) }))
}

fn unreadable(error: &UrlencodedError) -> ConsoleError {
    match error {
        UrlencodedError::Overflow { .. } => ConsoleError::TooLarge,
        _ => ConsoleError::Unreadable,
    }
}
