//! The layers around every page: the middleware, the frame, error pages, headers and compression.

mod compress;
mod error_page;
mod form_body;
mod frame;
mod headers;
pub mod middleware;
pub mod outage;
mod stray;

pub use frame::{Frame, Nav, htmx};
