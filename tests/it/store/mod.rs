//! Every statement and every rule of the store, on both engines.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod aliases;
mod schema;
