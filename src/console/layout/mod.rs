//! What stands around every page: the outermost layer, the frame, pages of errors, headers and compression.

mod compress;
mod error_page;
mod form_body;
mod frame;
mod headers;
pub mod middleware;
pub mod outage;
mod stray;

pub use frame::{Frame, Nav, htmx};
