//! The database: its two engines, how statements are written and run, transactions, migrations, errors, and what is told
//! after a change.

mod change;
mod error;
mod known;
mod look;
mod migrations;
mod pools;
mod postgres_transaction;
mod reach;
mod setup_turn;
mod sql;
mod store;
mod transaction;
mod url;
mod value;

pub use change::Change;
pub use error::StoreError;
pub use known::KnownNames;
pub use setup_turn::SetupTurn;
pub use sql::{ManyRows, Sql, id_chunks};
pub(in crate::store) use sql::{id_list, sql};
pub use store::Store;
pub use transaction::Tx;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub(in crate::store) use value::args;
pub use value::{Row, Shared, Table, Value, to_json};

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[transaction::STATEMENTS];

/// Statements of this folder that only Postgres knows.
pub const ONLY_POSTGRES: &[Sql] = &[
    change::NOTIFY,
    setup_turn::TRY,
    look::RIGHTS,
    migrations::HAS_STEPS_ON_POSTGRES,
];
