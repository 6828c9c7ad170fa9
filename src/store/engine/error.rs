//! Errors of the store.

use crate::domain::Alias;

/// An error of the store. Any method of the store can fail with [`StoreError::Database`] or [`StoreError::Interrupted`];
/// `# Errors` in its documentation names the other cases. `Display` never shows SQL or stored data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names of the variants' fields say what they are")]
pub enum StoreError {
    /// The key has as many aliases as a key may have.
    #[error("a key can have at most {limit} aliases")]
    Full { limit: usize },
    /// Another row has this value already; `what` names the field, for example `name`.
    #[error("that {what} is already in use")]
    Taken { what: &'static str },
    /// The row to change does not exist, or is not in the caller's scope.
    #[error("not found")]
    Missing,
    /// The row has changed since the caller read it.
    #[error("it was changed meanwhile; it is now at version {version}")]
    Stale { version: i64 },
    /// The change would leave no admin who can sign in.
    #[error("this is the last admin who can sign in")]
    LastAdmin,
    /// A sum is beyond what one amount can hold.
    #[error("{what} is too large")]
    TooLarge { what: &'static str },
    /// A stored value cannot be understood.
    #[error("the database holds a value that this program cannot read: {table}.{column} of {id}")]
    Corrupt {
        table: &'static str,
        column: &'static str,
        id: String,
    },
    /// A model of the catalog names a provider that is neither stored nor in the same file.
    #[error("the model {model} names the provider {provider}, which is not in the catalog; import its provider first")]
    UnknownProvider { model: String, provider: String },
    /// The database file or its folder cannot be made.
    #[error("the database file or its folder cannot be made: {0}")]
    File(#[source] std::io::Error),
    /// The database can be read but not written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// A newer version of this program has changed the schema.
    #[error(
        "the database is of a newer version: this one does not know step {step} of its schema; run the newer version"
    )]
    NewerSchema { step: i64 },
    /// A migration was begun and not ended.
    #[error(
        "step {step} of the database's schema was begun and not ended; restore a backup from before it, or end it by hand \
         and correct its row in _sqlx_migrations"
    )]
    HalfMigrated { step: i64 },
    /// A migration that ran differs from this program's.
    #[error("step {step} of the database's schema is not this version's; the database was set up by another build")]
    OtherSchema { step: i64 },
    /// The schema cannot be brought up to date.
    #[error("the database's schema could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The database failed or could not be reached.
    #[error("the database failed or could not be reached")]
    Database(#[source] sqlx::Error),
    /// The task that ran the change did not end, because the program is stopping or it panicked.
    #[error("the change was cut short")]
    Interrupted,
}

impl StoreError {
    /// The error of a failed statement, where it means the same for every statement.
    pub(in crate::store) fn from_sqlx(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(db) if db.is_check_violation() && db.message().contains("api_key_alias_limit") => {
                Self::Full { limit: Alias::LIMIT }
            }
            _ => Self::Database(error),
        }
    }

    /// Whether the database was unreachable, or could not be read or written at the moment: the same call may succeed later.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::ReadOnly(_) => true,
            Self::Database(error) => is_outage(error),
            _ => false,
        }
    }

    /// Whether a unique index refuses the row.
    pub(in crate::store) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(db)) if db.is_unique_violation())
    }

    /// This error, or [`StoreError::Taken`] if a unique index refuses the row.
    pub(in crate::store) fn taken(self, what: &'static str) -> Self {
        if self.is_duplicate() {
            Self::Taken { what }
        } else {
            self
        }
    }
}

/// SQLite's transient kinds of errors: busy, locked, read-only, the disk fails or is full, the file cannot be opened.
const SQLITE_OUTAGES: [u32; 6] = [5, 6, 8, 10, 13, 14];

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            match code.parse::<u32>() {
                // The kind is in the lowest byte.
                Ok(number) if code.len() < 5 => SQLITE_OUTAGES.contains(&(number & 0xff)),
                // Connections, resources, the server stops or starts, it accepts no writes.
                _ => ["08", "53", "57P", "25006"].iter().any(|class| code.starts_with(class)),
            }
        }
        _ => false,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::from_sqlx(error)
    }
}
