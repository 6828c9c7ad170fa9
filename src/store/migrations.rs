//! The schema, in steps. Each engine has its own folder of twins with the same names.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use super::engine::On;
use super::{Store, StoreError};

/// A step's number, its name, and its text for SQLite and for Postgres.
struct Step(i64, &'static str, &'static str, &'static str);

macro_rules! step {
    ($number:literal, $name:literal, $file:literal) => {
        Step(
            $number,
            $name,
            include_str!(concat!("../../migrations/sqlite/", $file)),
            include_str!(concat!("../../migrations/postgres/", $file)),
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
];

impl Store {
    /// Brings the schema up to date. The answer names the migrations that ran now; none if it was.
    ///
    /// # Errors
    /// If one fails, or the database was migrated by a newer program.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let engine = self.engine.clone();
        let task = tokio::spawn(async move {
            match engine.writers() {
                On::Sqlite(pool) => run(&mut *pool.acquire().await?, |step| step.2).await,
                On::Postgres(pool) => run(&mut *pool.acquire().await?, |step| step.3).await,
            }
        });
        task.await.map_err(|_| StoreError::Interrupted)?.map_err(StoreError::Migrate)
    }
}

async fn run<C: Migrate>(connection: &mut C, text: fn(&Step) -> &'static str) -> Result<Vec<String>, MigrateError> {
    let migrations = STEPS.iter().map(|step| {
        let Step(number, name, ..) = step;
        Migration::new(*number, Cow::Borrowed(*name), MigrationType::Simple, text(step).into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    connection.ensure_migrations_table(&migrator.table_name).await?;
    let before = connection.list_applied_migrations(&migrator.table_name).await?;
    migrator.run_direct(None, connection, false).await?;
    let new = STEPS.iter().filter(|step| before.iter().all(|applied| applied.version != step.0));
    Ok(new.map(|Step(number, name, ..)| format!("{number:04}_{name}")).collect())
}
