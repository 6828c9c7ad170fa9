//! What a request of a client and its response have in common over all endpoints: keys, bodies, headers, errors.

pub mod body;
mod forwarded_headers;
mod header_buffer;
mod key_header;
mod rate_headers;
pub mod refusal_log;
mod response;
mod shown_key;

pub use forwarded_headers::forwarded;
pub use key_header::{presented, surface};
pub use response::{Failure, Head};
pub use shown_key::ShownKey;
