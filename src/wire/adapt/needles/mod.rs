//! Searches for the few texts that only a request has which has to be fitted: a request without them costs no more.

mod conversation;
mod history;
mod tools;

pub(super) use conversation::{ends_with_model, has_media};
pub(super) use history::has_history;
pub(super) use tools::{are_flat, have_unions, have_unwanted_custom, have_unwanted_strict};

/// Texts to search bodies for. A finder is made once: making one costs more than the search of a small body.
macro_rules! needles {
    ($($name:ident $text:literal,)*) => {
        $(static $name: std::sync::LazyLock<memchr::memmem::Finder<'static>> =
            std::sync::LazyLock::new(|| memchr::memmem::Finder::new($text));)*
    };
}
use needles;
