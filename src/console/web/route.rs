//! One address of the console: a method, a pattern and a handler.

use actix_web::guard::{Any, Get, Head};
use actix_web::{Route, web};

/// One method of one address, with its handler.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    /// `GET`, which answers HEAD too, or `POST`.
    pub method: &'static str,
    /// Pattern of its path, for example `/keys/{id}`.
    pub path: &'static str,
    /// Whether it needs no person signed in.
    pub open: bool,
    to: fn(Route) -> Route,
}

impl Address {
    /// An address that shows something and changes nothing.
    pub(in crate::console) const fn page(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self {
            method: "GET",
            path,
            open: false,
            to,
        }
    }

    /// An address that takes a form.
    pub(in crate::console) const fn form(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self {
            method: "POST",
            path,
            open: false,
            to,
        }
    }

    /// The same address for everyone, signed in or not.
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
