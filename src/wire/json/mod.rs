//! A strict walk over JSON text that builds nothing: it checks the grammar and says where values lie.
//!
//! Bodies are forwarded as they came, so the text that the gateway decides on and the text that the provider reads must be
//! the same. That needs the place of a few values, not a tree of all of them.

mod error;
mod half_pairs;
mod members;
mod outline;
mod span;
mod text;
mod walk;

pub use error::{JsonError, MAX_DEPTH};
pub use half_pairs::parse;
pub use members::{Member, Members};
pub use outline::{Outline, OutlineNode};
pub use span::Span;
pub use text::{quote, unquote};
pub use walk::Walk;
