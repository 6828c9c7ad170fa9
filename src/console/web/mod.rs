//! What every page needs for HTTP: replies, errors, forms, files, and the reading of request headers.

pub mod accept_encoding;
pub mod assets;
pub mod csv;
mod error;
mod error_view;
pub mod flash;
mod forms;
mod htmx_request;
mod origins;
pub mod reply;
mod route;
pub mod token;

pub use error::ConsoleError;
pub use error_view::ErrorView;
pub use forms::Field;
pub use htmx_request::HtmxRequest;
pub use origins::Origins;
pub use route::Address;
