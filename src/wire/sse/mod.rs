//! Server-sent events, read while they are forwarded: the bytes go on as they came, whole events at a time. The
//! caller's closure, the *judge*, sees the data of each event and decides with an [`EventAction`] whether the client
//! gets it.
//!
//! Any split of the stream gives the same events and, in sum, the same bytes. Lines may end in LF, CR or CRLF; comments
//! and a byte order mark are passed on. Only the event that has begun and not ended is held back: no client could act
//! on part of one, and a stream that breaks can then still end in a clean error event.

mod action;
mod event;
mod reader;
#[cfg(test)]
mod tests;

pub use action::EventAction;
pub use reader::{EventReader, EventTooLong, MAX_EVENT};
