//! The HTTP side of all endpoints: keys, bodies, headers, errors.

pub mod body;
mod body_budget;
mod failure;
mod forwarded_headers;
mod header_buffer;
mod key_header;
mod rate_headers;
pub mod refusal_log;
mod response;
mod shown_key;

pub use body_budget::BodyBudget;
pub use failure::{Failure, safe};
pub use forwarded_headers::{forwarded, without_betas};
pub use key_header::{presented, surface};
pub use response::Head;
pub use shown_key::ShownKey;
