//! OpenAI's legacy completions, `POST /v1/completions`: the model continues a text. This is the client's side only; every
//! provider gets a conversation of one turn. Source of the shapes: the types of OpenAI's own Python SDK 2.54.

mod read_request;
#[cfg(test)]
mod tests;
mod write_events;
mod write_response;

pub use read_request::read_request;
pub use write_events::WriteEvents;
pub use write_response::write_response;
