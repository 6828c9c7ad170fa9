//! Every address of the console. An address in no list here does not exist, and one that is not marked open needs a person
//! signed in: the same lists mount the handlers and tell the guard.

use actix_web::dev::HttpServiceFactory;
use actix_web::error::UrlencodedError;
use actix_web::middleware::from_fn;
use actix_web::{Resource, web};

use super::auth::{guard, session};
use super::layout::{middleware, outage};
use super::sign_in::{self, reset, setup};
use super::state::Console;
use super::web::{Address, ConsoleError, assets, reply};
use super::{aliases, catalog, clients, find, keys, models, requests, usage, wallet};

/// The address of built-in files, for which no session is read.
const ASSETS: &[Address] = &[Address::page("/assets/{name}", |to| to.to(assets::serve)).open()];

const START: &[Address] = &[Address::page("/", |to| to.to(|| async { reply::see_other("/keys") }))];

/// The addresses of all pages. Of two patterns that match, the first one counts.
const PAGES: &[&[Address]] = &[
    aliases::ROUTES,
    catalog::ROUTES,
    clients::ROUTES,
    sign_in::ROUTES,
    setup::ROUTES,
    reset::ROUTES,
    keys::ROUTES,
    models::ROUTES,
    usage::ROUTES,
    requests::ROUTES,
    wallet::ROUTES,
    find::ROUTES,
    START,
];

/// Every address, in the order in which they are mounted.
pub fn all() -> impl Iterator<Item = &'static Address> {
    ASSETS.iter().chain(PAGES.iter().copied().flatten())
}

/// Whether an address, by its pattern, is open to people who are not signed in.
pub(super) fn is_open(pattern: &str) -> bool {
    all().any(|address| address.path == pattern && address.open)
}

fn assets_to_mount() -> impl Iterator<Item = Resource> {
    resources(ASSETS.iter())
}

fn pages_to_mount() -> impl Iterator<Item = Resource> {
    resources(PAGES.iter().copied().flatten())
}

fn resources(addresses: impl Iterator<Item = &'static Address> + Clone) -> impl Iterator<Item = Resource> {
    let mut paths: Vec<&str> = Vec::new();
    for address in addresses.clone() {
        if !paths.contains(&address.path) {
            paths.push(address.path);
        }
    }

    paths.into_iter().map(move |path| {
        let methods = addresses.clone().filter(|address| address.path == path);
        methods.fold(web::resource(path), |resource, address| resource.route(address.route()))
    })
}

impl Console {
    /// Mounts every page. Other services on the same listener must be mounted before: this takes all other paths.
    pub fn configure(&self) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + use<> {
        let console = self.clone();
        move |config| {
            config.app_data(web::Data::new(console.clone()));
            let scope = assets_to_mount().fold(web::scope(""), |scope, resource| scope.service(resource));
            config.service(scope.wrap(from_fn(middleware::middleware)).service(pages(&console)));
        }
    }
}

/// Every page, behind the session and the guard.
fn pages(console: &Console) -> impl HttpServiceFactory + use<> {
    let scope = pages_to_mount().fold(web::scope(""), |scope, resource| scope.service(resource));
    scope
        .wrap(from_fn(|console, request, next| {
            guard::guard(is_open, console, request, next)
        }))
        .wrap(session::middleware(console))
        .wrap(from_fn(outage::watch))
        .app_data(
            web::FormConfig::default()
                .limit(middleware::LARGEST_FORM)
                .error_handler(|error, _| unreadable(&error).into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_open() {
        let open: Vec<String> = all()
            .filter(|address| address.open)
            .map(|it| format!("{} {}", it.method, it.path))
            .collect();
        let known = [
            "GET /assets/{name}",
            "GET /sign-in",
            "POST /sign-in",
            "GET /setup/{token}",
            "POST /setup/{token}",
            "GET /reset/{token}",
            "POST /reset/{token}",
        ];

        assert_eq!(open, known);
    }

    #[test]
    fn an_address_is_open_or_closed_for_every_method() {
        for address in all() {
            assert_eq!(
                address.open,
                is_open(address.path),
                "{} {}",
                address.method,
                address.path
            );
        }
    }
}
