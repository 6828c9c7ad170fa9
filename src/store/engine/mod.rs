//! The database: its two engines, how statements are written and run, transactions, migrations, errors, and the
//! announcements of changes.

mod change;
mod error;
mod known;
mod look;
mod many_rows;
mod migrations;
mod pools;
mod postgres_transaction;
mod reach;
mod reads;
mod row;
mod setup_turn;
mod shared;
mod sql;
mod statement;
mod store;
mod transaction;
mod url;
mod value;

pub use change::Change;
pub use error::StoreError;
pub use known::KnownNames;
pub use many_rows::ManyRows;
pub use row::{Row, Table};
pub use setup_turn::SetupTurn;
pub use shared::Shared;
pub use sql::{Sql, id_chunks};
pub(in crate::store) use sql::{id_list, sql};
pub use store::Store;
pub use transaction::Tx;
pub(in crate::store) use transaction::transaction;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub(in crate::store) use value::args;
pub use value::{Value, to_json};

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[reads::STATEMENTS];

/// Statements of this folder that only Postgres knows.
pub const ONLY_POSTGRES: &[Sql] = &[
    change::NOTIFY,
    setup_turn::TRY,
    look::RIGHTS,
    migrations::HAS_STEPS_ON_POSTGRES,
];
