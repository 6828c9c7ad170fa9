//! The schema, in steps. Each engine has its own folder, with files of the same names.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};

use super::error::StoreError;
use super::pools::On;
use super::sql::Sql;
use super::store::Store;

/// A step's number, its name, and its text for SQLite and for Postgres.
struct Step(i64, &'static str, &'static str, &'static str);

macro_rules! step {
    ($number:literal, $name:literal, $file:literal) => {
        Step(
            $number,
            $name,
            include_str!(concat!("../../../migrations/sqlite/", $file)),
            include_str!(concat!("../../../migrations/postgres/", $file)),
        )
    };
}

const STEPS: &[Step] = &[
    step!(1, "people", "0001_people.sql"),
    step!(2, "keys", "0002_keys.sql"),
    step!(3, "catalog", "0003_catalog.sql"),
    step!(4, "usage", "0004_usage.sql"),
    step!(5, "audit", "0005_audit.sql"),
    step!(6, "installation", "0006_installation.sql"),
    step!(7, "attempts", "0007_attempts.sql"),
    step!(8, "answer_name", "0008_answer_name.sql"),
    step!(9, "provider_order", "0009_provider_order.sql"),
    step!(10, "money", "0010_money.sql"),
    step!(11, "quick_checks", "0011_quick_checks.sql"),
    step!(12, "provider_patience", "0012_provider_patience.sql"),
    step!(13, "facts", "0013_facts.sql"),
    step!(14, "adaptation", "0014_adaptation.sql"),
];

/// Whether the table of finished steps exists.
const HAS_STEPS_ON_SQLITE: Sql =
    Sql("SELECT COUNT(*) AS found FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'");
pub const HAS_STEPS_ON_POSTGRES: Sql =
    Sql("SELECT COUNT(*) AS found FROM pg_catalog.pg_class WHERE oid = to_regclass('_sqlx_migrations')");

impl Store {
    /// Brings the schema up to date. Returns the names of the migrations that ran.
    ///
    /// # Errors
    /// If a migration fails, or if earlier ones do not fit this program: see [`Store::pending_migrations`].
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let store = self.clone();
        let task = tokio::spawn(async move {
            let pending = store.pending_migrations().await?;
            // A role that may not change the schema can start once another has done it.
            if pending.is_empty() {
                return Ok(pending);
            }
            match store.engine.writers() {
                On::Sqlite(pool) => {
                    migrator(|step| step.2)
                        .run_direct(None, &mut *pool.acquire().await?, false)
                        .await
                }
                On::Postgres(pool) => {
                    // Not one of the pool afterwards: if a step fails, it keeps its locks.
                    let mut connection = pool.acquire().await?.detach();
                    migrator(|step| step.3).run_direct(None, &mut connection, false).await
                }
            }
            .map_err(StoreError::Migrate)?;
            Ok(pending)
        });
        task.await.map_err(|_| StoreError::Interrupted)?
    }

    /// The migrations that [`Store::migrate`] would run. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`], [`StoreError::HalfMigrated`] or [`StoreError::OtherSchema`] if those that ran before do
    /// not fit this program.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let question = match self.engine.writers() {
            On::Sqlite(_) => HAS_STEPS_ON_SQLITE,
            On::Postgres(_) => HAS_STEPS_ON_POSTGRES,
        };
        let found: i64 = self
            .first(question, Vec::new())
            .await?
            .map_or(Ok(0), |row| row.get("found"))?;
        let done = match (self.engine.writers(), found) {
            (_, 0) => Vec::new(),
            (On::Sqlite(pool), _) => done(&mut *pool.acquire().await?, &migrator(|step| step.2)).await?,
            (On::Postgres(pool), _) => done(&mut *pool.acquire().await?, &migrator(|step| step.3)).await?,
        };
        let pending = STEPS.iter().filter(|step| !done.contains(&step.0));

        Ok(pending
            .map(|Step(number, name, ..)| format!("{number:04}_{name}"))
            .collect())
    }
}

fn migrator(text: fn(&Step) -> &'static str) -> Migrator {
    let migrations = STEPS.iter().map(|step| {
        let Step(number, name, ..) = step;
        Migration::new(
            *number,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            text(step).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

/// The numbers of the finished steps, if they are steps of this program.
async fn done<C: Migrate>(connection: &mut C, migrator: &Migrator) -> Result<Vec<i64>, StoreError> {
    let failed = StoreError::Migrate;
    if let Some(step) = connection.dirty_version(&migrator.table_name).await.map_err(failed)? {
        return Err(StoreError::HalfMigrated { step });
    }

    let applied = connection
        .list_applied_migrations(&migrator.table_name)
        .await
        .map_err(failed)?;
    for step in &applied {
        match migrator.iter().find(|known| known.version == step.version) {
            None => return Err(StoreError::NewerSchema { step: step.version }),
            Some(known) if known.checksum != step.checksum => {
                return Err(StoreError::OtherSchema { step: step.version });
            }
            Some(_) => {}
        }
    }

    Ok(applied.into_iter().map(|step| step.version).collect())
}
