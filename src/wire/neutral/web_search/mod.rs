//! Searches of the web that a provider makes itself: as a request offers them, and as an answer tells of them.

mod found;
mod offered;

pub use found::{FoundPage, WebSearch};
pub use offered::{SearchLocation, SearchTool, read_domains};
