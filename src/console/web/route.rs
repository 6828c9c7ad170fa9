//! One address of the console, as the pages' lists have it.

use actix_web::guard::{Any, Get, Head};
use actix_web::{Route, web};

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
    pub(in crate::console) const fn page(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self {
            method: "GET",
            path,
            open: false,
            to,
        }
    }

    /// Something to send.
    pub(in crate::console) const fn form(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self {
            method: "POST",
            path,
            open: false,
            to,
        }
    }

    /// The same, for everybody.
    pub(in crate::console) const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    pub(in crate::console) fn route(&self) -> Route {
        (self.to)(match self.method {
            // Plain `web::get()` answers 404 to HEAD.
            "GET" => web::route().guard(Any(Get()).or(Head())),
            _ => web::post(),
        })
    }
}
