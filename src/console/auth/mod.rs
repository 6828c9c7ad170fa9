//! Who is signed in: sessions, the guard before every page, and the throttle of failed attempts.

pub mod guard;
pub mod session;
mod signed_in;
pub mod throttle;

pub use signed_in::SignedIn;
