//! Translates requests, answers and streams from one protocol into another. The protocols themselves are in
//! [`super::chat`], [`super::messages`], [`super::responses`] and [`super::completions`]; this folder chooses the one
//! to call.

mod answer;
mod answer_call;
mod client_calls;
mod exchange;
#[cfg(test)]
mod forced_call_tests;
mod gathered;
#[cfg(test)]
mod request_tests;
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
