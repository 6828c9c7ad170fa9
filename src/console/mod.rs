//! What people see: server-rendered pages, which work without a script, and fragments of them for htmx.
//!
//! A request passes the [`layout`] (host, origin, headers, error pages, and a check that the database is there), then the
//! session and the guard of [`auth`], which refuse people who are not signed in except on a short list of open paths, and
//! reaches a handler. A handler answers with a [`reply`](web::reply). Pages stand in the frame of [`layout`].

pub mod aliases;
mod auth;
pub mod catalog;
mod clients;
mod find;
mod format;
mod keys;
mod layout;
mod models;
mod outage;
pub mod password;
mod requests;
pub mod routes;
pub mod sign_in;
mod state;
mod usage;
mod wallet;
pub mod web;

pub use state::{Console, ConsoleOptions};

pub use auth::SignedIn;
pub use layout::{Frame, Nav};
pub use web::assets::icon;
pub use web::reply::Reply;
pub use web::{ConsoleError, HtmxRequest};
