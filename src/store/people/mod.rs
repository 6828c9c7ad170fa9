//! People who sign in, the accounts that they belong to, sessions, links, and failed attempts.

mod accounts;
mod links;
mod people;
mod person_change;
mod sessions;
mod signed_in;
mod throttle;

pub use accounts::Accounts;
pub use links::{Link, LinkKind, Links};
pub use people::People;
pub use sessions::{SessionRow, Sessions};
pub use signed_in::SignedInSession;
pub use throttle::{Attempts, Throttle};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    accounts::STATEMENTS,
    links::STATEMENTS,
    people::STATEMENTS,
    person_change::STATEMENTS,
    sessions::STATEMENTS,
    signed_in::STATEMENTS,
    throttle::STATEMENTS,
];
