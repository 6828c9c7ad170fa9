//! Numbers, money and times as pages write them.

pub mod days;
pub mod figures;
pub mod money;
mod time;

pub use time::{When, in_words};
