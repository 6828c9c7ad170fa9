//! Translates requests, answers and streams from one protocol into another. The protocols themselves are in
//! [`super::chat`], [`super::messages`], [`super::responses`] and [`super::completions`]; this folder chooses the one
//! to call.

mod answer;
mod client_calls;
mod exchange;
mod gathered;
#[cfg(test)]
mod search_tests;
mod source;
mod stamp;
mod stop_cut;
mod stream;
#[cfg(test)]
mod tests;
mod writer;

pub use answer::{Answer, text_bytes};
pub use exchange::{Exchange, ResponseStyle, TranslationTarget};
pub use gathered::GatheredStream;
pub use stream::TranslatedStream;
