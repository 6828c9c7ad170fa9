//! Looks at a database without changing it: what a start would find.

use super::error::StoreError;
use super::pools::Engine;
use super::sql::Sql;
use super::store::Store;
use super::url::DatabaseUrl;

/// For Postgres only.
pub const RIGHTS: Sql = Sql(r"SELECT
        CAST(CASE WHEN current_setting('transaction_read_only') = 'off' THEN 1 ELSE 0 END AS BIGINT) AS writes,
        CAST(CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 1 ELSE 0 END AS BIGINT) AS makes");

impl Store {
    /// Connects to an existing database to look at it. No file of SQLite is created or changed; the caller may only read.
    ///
    /// # Errors
    /// If the database cannot be reached or opened.
    pub async fn open_to_look(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let engine = Engine::look(url).await?;
        Ok(Self::over(engine))
    }

    /// Checks that a start could write to the database. `makes_tables`: whether it would change the schema.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] if a start could not write.
    pub async fn check_writable(&self, url: &DatabaseUrl, makes_tables: bool) -> Result<(), StoreError> {
        if let Some(file) = url.file() {
            let opened = std::fs::File::options().append(true).open(file);
            return opened
                .map(drop)
                .map_err(|error| StoreError::ReadOnly(error.to_string()));
        }

        let Some(row) = self.first(RIGHTS, Vec::new()).await? else {
            return Ok(());
        };
        if !row.get::<bool>("writes")? {
            return Err(StoreError::ReadOnly("the server takes no writes from this role".into()));
        }
        if makes_tables && !row.get::<bool>("makes")? {
            return Err(StoreError::ReadOnly(
                "this role may not make the tables that are missing".into(),
            ));
        }

        Ok(())
    }
}
