//! Passwords: the rules for new ones, and their Argon2id hashes, made on other threads than those that answer requests.

mod hash;
mod queue;
mod rules;

pub use hash::{PasswordCheck, hash};
pub use queue::Passwords;
pub use rules::{LONGEST, PasswordError, SHORTEST, check};
