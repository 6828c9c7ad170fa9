//! Requests of every endpoint: what is read of them, and how they are edited.

mod read;
mod rewrite;
mod tier;
mod uses;
