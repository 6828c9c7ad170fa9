//! One request, answer or stream in another protocol than its own. The protocols themselves are in [`super::chat`],
//! [`super::messages`], [`super::responses`] and [`super::completions`]; this folder chooses the one to call.

mod answer;
mod exchange;
mod source;
mod stream;
#[cfg(test)]
mod tests;
mod writer;

pub use answer::{Answer, text_bytes};
pub use exchange::{Exchange, ResponseStyle, TranslationTarget};
pub use stream::TranslatedStream;
