//! API keys and their aliases.

pub mod access;
mod alias_rows;
pub mod aliases;
pub mod api_keys;
mod change;
pub mod limits;
mod page;
mod row;

pub use change::NewKey;
pub use page::{KeyFilter, KeyPage, KeyRow, KeySort, OwnerFilter};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    alias_rows::STATEMENTS,
    aliases::STATEMENTS,
    api_keys::STATEMENTS,
    change::STATEMENTS,
    page::STATEMENTS,
    row::STATEMENTS,
];
