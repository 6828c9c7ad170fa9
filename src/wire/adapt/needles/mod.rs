//! Searches for the few texts that only a request has which has to be fitted: a request without them costs no more.

mod conversation;
mod tools;

pub(super) use conversation::{ends_with_model, has_media};
pub(super) use tools::{are_flat, have_unions, have_unwanted_custom, have_unwanted_strict};
