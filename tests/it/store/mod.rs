//! Every statement and every rule of the store, on both engines.

mod aliases;
mod schema;
