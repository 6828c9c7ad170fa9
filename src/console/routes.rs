//! Every address of the console. What stands in no list here cannot be reached, and what is not marked open is closed to
//! everybody who is not signed in: the same lists mount the handlers and tell the guard.

use actix_web::guard::{Any, Get, Head};
use actix_web::{Resource, Route, web};

use super::{
    aliases, assets, catalog, clients, find, keys, models, reply, requests, reset, setup, sign_in, usage, wallet,
};

/// One method of one address, and what answers it.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// `GET`, which HEAD is answered like, or `POST`.
    pub method: &'static str,
    /// Its pattern, for example `/keys/{id}`.
    pub path: &'static str,
    /// Whether it can be reached without being signed in.
    pub open: bool,
    to: fn(Route) -> Route,
}

impl Address {
    /// Something to look at.
    pub(super) const fn page(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self { method: "GET", path, open: false, to }
    }

    /// Something to send.
    pub(super) const fn form(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self { method: "POST", path, open: false, to }
    }

    /// The same, for everybody.
    pub(super) const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    fn route(&self) -> Route {
        (self.to)(match self.method {
            // Plain `web::get()` answers 404 to HEAD.
            "GET" => web::route().guard(Any(Get()).or(Head())),
            _ => web::post(),
        })
    }
}

/// Files, which no session is read for.
const ASSETS: &[Address] = &[Address::page("/assets/{name}", |to| to.to(assets::serve)).open()];

const START: &[Address] = &[Address::page("/", |to| to.to(|| async { reply::see_other("/keys") }))];

/// The pages. Of two patterns that match, the one that stands first is meant.
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

/// Every address.
pub fn all() -> impl Iterator<Item = &'static Address> {
    ASSETS.iter().chain(PAGES.iter().copied().flatten())
}

/// Whether a pattern can be reached without being signed in.
pub(super) fn is_open(pattern: &str) -> bool {
    all().any(|address| address.path == pattern && address.open)
}

/// The files, to be mounted.
pub(super) fn assets() -> impl Iterator<Item = Resource> {
    resources(ASSETS.iter())
}

/// The pages, to be mounted in this order.
pub(super) fn pages() -> impl Iterator<Item = Resource> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_marked_is_open() {
        let open: Vec<String> =
            all().filter(|address| address.open).map(|it| format!("{} {}", it.method, it.path)).collect();
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
            assert_eq!(address.open, is_open(address.path), "{} {}", address.method, address.path);
        }
    }
}
