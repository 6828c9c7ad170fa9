//! API keys and their aliases.

pub mod access;
mod alias_rows;
mod alias_save;
pub mod aliases;
pub mod api_keys;
mod change;
mod create;
mod delete;
pub mod limits;
mod page;
mod page_filter;
mod page_row;
mod row;
mod secrets;
mod spent;

pub use alias_save::SaveOutcome;
pub use create::NewKey;
pub use page_filter::{KeyFilter, KeySort, OwnerFilter};
pub use page_row::{KeyPage, KeyRow};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    alias_rows::STATEMENTS,
    aliases::STATEMENTS,
    api_keys::STATEMENTS,
    change::STATEMENTS,
    create::STATEMENTS,
    delete::STATEMENTS,
    page::STATEMENTS,
    row::STATEMENTS,
    secrets::STATEMENTS,
    spent::STATEMENTS,
];
